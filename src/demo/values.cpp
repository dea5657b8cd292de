// SPDX-License-Identifier: EUPL-1.2
#include "demo/values.h"

#include <cmath>

namespace revier::demo {
namespace {

constexpr std::pair<std::string_view, DayCurve> kNames[] = {
    {"parking", DayCurve::kParking},   {"bikes", DayCurve::kBikes},
    {"charging", DayCurve::kCharging}, {"filling", DayCurve::kFilling},
    {"traffic", DayCurve::kTraffic},   {"temperature", DayCurve::kTemperature}};

double hour_of_day(Instant civil) {
  constexpr std::int64_t kDayUs = Duration::days(1).us;
  const std::int64_t local = (civil + Duration::hours(1)).us % kDayUs;
  return static_cast<double>(local) / static_cast<double>(Duration::hours(1).us);
}

// A bump of height 1 around an hour; the day is a circle.
double bump(double hour, double at, double width) {
  double distance = std::abs(hour - at);
  distance = std::min(distance, 24 - distance);
  return std::exp(-distance * distance / (2 * width * width));
}

double rush(double hour) { return std::max(bump(hour, 8, 1.3), bump(hour, 17, 1.8)); }

// Even over 0 to 1.
double chance(Random& random) { return static_cast<double>(random_u64(random) >> 11) * 0x1.0p-53; }

double rounded(const Quantity& quantity, double value) {
  const double inside = std::clamp(value, quantity.least, quantity.most);
  const double grain = quantity.whole ? 1 : 100;
  return std::round(inside * grain) / grain;
}

}  // namespace

Result<DayCurve> parse_day_curve(std::string_view name) {
  for (const auto& [known, curve] : kNames) {
    if (known == name) return curve;
  }
  return fail(Code::kBadRequestData, "no day curve is named " + std::string(name));
}

double level(DayCurve curve, Instant civil) {
  const double hour = hour_of_day(civil);
  switch (curve) {
    case DayCurve::kParking:
      return 0.92 - 0.8 * bump(hour, 12.5, 3.4);
    case DayCurve::kBikes:
      return 0.85 - 0.6 * rush(hour);
    case DayCurve::kCharging:
      return 0.85 - 0.65 * bump(hour, 19, 3.2);
    case DayCurve::kFilling:
      return 0.05 + 0.9 * (hour >= 6 ? hour - 6 : hour + 18) / 24;
    case DayCurve::kTraffic:
      return 0.15 + 0.65 * rush(hour);
    case DayCurve::kTemperature:
      return 0.5 - 0.45 * std::cos((hour - 3) / 24 * 2 * M_PI);
  }
  return 0;
}

double first_value(const Quantity& quantity, Instant civil) {
  const double range = quantity.most - quantity.least;
  return rounded(quantity, quantity.least + range * level(quantity.curve, civil));
}

double next_value(const Quantity& quantity, double before, Instant civil, Random& random) {
  const double aim = first_value(quantity, civil);
  const bool emptied = quantity.curve == DayCurve::kFilling && aim < before - 0.3;
  if (emptied) return aim;
  const double pull = std::clamp(aim - before, -quantity.step, quantity.step);
  const double wander = (chance(random) - 0.5) * 2 * quantity.step;
  const double moved = before + (quantity.curve == DayCurve::kFilling
                                     ? std::clamp(pull, 0.0, quantity.step) * chance(random)
                                     : 0.5 * pull + 0.7 * wander);
  return rounded(quantity, std::clamp(moved, before - quantity.step, before + quantity.step));
}

}  // namespace revier::demo
