// SPDX-License-Identifier: EUPL-1.2
// Durations as the calendar counts them: ISO 8601.
//
// Thread safety: plain values and pure functions.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace revier {

// ISO 8601: P[n]Y[n]M[n]DT[n]H[n]M[n]S or P[n]W; the last number may have a fraction if it counts
// seconds. All zero: the whole range.
struct Period {
  std::int64_t months = 0;
  Duration rest;

  [[nodiscard]] bool is_whole() const { return months == 0 && rest.us == 0; }
  // The start of the k-th period of those that follow each other from `start` on.
  [[nodiscard]] Instant after(Instant start, std::int64_t k) const;
  // The number of the period in which `time` lies, which is not before `start`. Not for a whole.
  [[nodiscard]] std::int64_t number_of(Instant start, Instant time) const;
};
// Errors: kBadRequestData naming `field`.
[[nodiscard]] Result<Period> parse_period(std::string_view text, std::string_view field);

}  // namespace revier
