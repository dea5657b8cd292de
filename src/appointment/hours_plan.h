// SPDX-License-Identifier: EUPL-1.2
// What other opening hours of a counter would mean, before anybody saves them.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/slots.h"

namespace revier::appointment {

// Appointments of one length that fit from `first_day` to `last_day` ("2025-02-06"), both included,
// whether booked or not: each time as often as people serve through all of it.
[[nodiscard]] std::int64_t count_appointments(const event::Counter& counter,
                                              const event::Programme& programme, Duration length,
                                              std::string_view first_day,
                                              std::string_view last_day);

struct BookedTime {
  std::string booking;
  Slot slot;
};
// Those that the hours leave out: it is closed then, or fewer people serve than have booked. Who
// stands first in `booked` is the last to be left out.
[[nodiscard]] std::vector<BookedTime> left_out(const event::Counter& counter,
                                               const event::Programme& programme,
                                               const std::vector<BookedTime>& booked);

}  // namespace revier::appointment
