// SPDX-License-Identifier: EUPL-1.2
#include "appointment/estimate.h"

#include <algorithm>
#include <cmath>

namespace revier::appointment {
namespace {

constexpr int kRounds = 8;
// Of a range that nothing measured supports.
constexpr double kLeastFactor = 0.5, kMostFactor = 2.0;
// One wait in five may end outside.
constexpr double kLeastShare = 0.1, kMostShare = 0.9;

Duration times(Duration duration, double factor) {
  return {static_cast<std::int64_t>(std::llround(static_cast<double>(duration.us) * factor))};
}

Duration mean(const std::vector<Duration>& values) {
  std::int64_t sum = 0;
  for (const Duration value : values) sum += value.us;
  return {sum / std::ssize(values)};
}

double factor_at(std::vector<double> factors, double share) {
  const auto at =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(factors.size() - 1)));
  std::ranges::nth_element(factors, factors.begin() + static_cast<std::ptrdiff_t>(at));
  return factors[at];
}

}  // namespace

Duration quantile(std::vector<Duration> values, double share) {
  if (values.empty()) return {};
  const auto at =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
  return values[at];
}

Estimate estimate(const QueueState& state) {
  Estimate result;
  const bool measured = state.measured.size() >= kMeasuredMin;
  const Duration each = measured ? mean(state.measured) : state.planned;
  if (measured) result.conversations = state.measured.size();
  const double desks = static_cast<double>(std::max<std::int64_t>(state.desks, 1));
  // A desk that is free calls at once; one that serves is on average half through.
  const double begun = static_cast<double>(state.in_service) * 0.5;
  const double idle = std::max(0.0, desks - static_cast<double>(state.in_service));
  // Who waits longer meets more appointments: until nothing changes any more.
  for (int round = 0; round < kRounds; ++round) {
    const auto meet =
        std::ranges::count_if(state.due_in, [&](Duration due) { return due <= result.likely; });
    const double ahead = static_cast<double>(state.waiting_ahead + meet);
    result.likely = times(each, std::max(0.0, ahead + begun - idle * 0.5) / desks);
    if (ahead < idle) result.likely = {};
  }
  std::vector<double> factors;
  for (const QueueState::Kept& kept : state.kept) {
    if (kept.estimated.us > 0) {
      factors.push_back(static_cast<double>(kept.real.us) / static_cast<double>(kept.estimated.us));
    }
  }
  result.range_measured = factors.size() >= 2 * kMeasuredMin;
  const double least = result.range_measured ? factor_at(factors, kLeastShare) : kLeastFactor;
  const double most = result.range_measured ? factor_at(factors, kMostShare) : kMostFactor;
  result.least = times(result.likely, std::min(least, 1.0));
  result.most = times(result.likely, std::max(most, 1.0));
  return result;
}

}  // namespace revier::appointment
