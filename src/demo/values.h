// SPDX-License-Identifier: EUPL-1.2
// Plausible values over a day: each quantity follows a daily curve, in small steps.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace revier::demo {

enum class DayCurve : std::uint8_t {
  kParking,      // free places: few at noon
  kBikes,        // bikes in the rack: few when people go to work and home
  kCharging,     // free charging points: few in the evening
  kFilling,      // of a bin: grows by day, emptied in the early morning
  kTraffic,      // two rush hours
  kTemperature,  // coldest at six, warmest at three
};

// Errors: kBadRequestData for another name.
[[nodiscard]] Result<DayCurve> parse_day_curve(std::string_view name);

// Where the curve stands at a time of day, 0 to 1. Berlin's winter time.
[[nodiscard]] double level(DayCurve curve, Instant civil);

struct Quantity {
  double least = 0;
  double most = 1;
  double step = 1;  // largest change at a time, but where a bin is emptied
  DayCurve curve = DayCurve::kTraffic;
  bool whole = false;
};

[[nodiscard]] double first_value(const Quantity& quantity, Instant civil);
[[nodiscard]] double next_value(const Quantity& quantity, double before, Instant civil,
                                Random& random);

}  // namespace revier::demo
