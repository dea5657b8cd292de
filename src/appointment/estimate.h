// SPDX-License-Identifier: EUPL-1.2
// How long somebody without an appointment will wait, from what was measured.
//
// The work ahead of her (those who wait, those who are being served, the appointments that fall due
// meanwhile), each as long as conversations took lately, shared by the desks that are calling. How
// far such estimates were off lately makes the range: in four of five cases the wait ended within
// it. Without enough measured it says so and is wide.
//
// Thread safety: pure functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace revier::appointment {

struct QueueState {
  std::int64_t waiting_ahead = 0;  // without an appointment
  std::int64_t in_service = 0;
  std::int64_t desks = 1;          // that call; at least 1
  Duration planned;                // of one conversation
  std::vector<Duration> measured;  // conversations that ended lately
  std::vector<Duration> due_in;    // appointments to come: from now on, ascending; 0: due
  // Waits that ended lately: what was estimated and what it was.
  struct Kept {
    Duration estimated;
    Duration real;
  };
  std::vector<Kept> kept;
};

struct Estimate {
  Duration likely;
  Duration least;
  Duration most;
  std::size_t conversations = 0;  // that it rests on; 0: planned times only
  bool range_measured = false;
};
// Enough to speak of measured.
inline constexpr std::size_t kMeasuredMin = 5;
[[nodiscard]] Estimate estimate(const QueueState& state);

// The value below which `share` (0 to 1) of them lie; 0 without any.
[[nodiscard]] Duration quantile(std::vector<Duration> values, double share);

}  // namespace revier::appointment
