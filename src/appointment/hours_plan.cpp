// SPDX-License-Identifier: EUPL-1.2
#include "appointment/hours_plan.h"

#include <algorithm>
#include <map>

namespace revier::appointment {

std::int64_t count_appointments(const event::Counter& counter, const event::Programme& programme,
                                Duration length, std::string_view first_day,
                                std::string_view last_day) {
  std::int64_t count = 0;
  std::string day(first_day);
  while (day <= last_day) {
    for (const Slot slot : slots(counter, length, day)) {
      const std::vector<ticket::Quota> parts = cells(counter, programme, slot);
      if (parts.empty()) continue;
      count += std::ranges::min(parts, {}, &ticket::Quota::capacity).capacity;
    }
    const auto next = day_after(day, 1);
    if (!next) break;
    day = *next;
  }
  return count;
}

std::vector<BookedTime> left_out(const event::Counter& counter, const event::Programme& programme,
                                 const std::vector<BookedTime>& booked) {
  std::map<Instant, std::int64_t> used;
  std::vector<BookedTime> out;
  for (const BookedTime& each : booked) {
    const std::vector<ticket::Quota> parts = cells(counter, programme, each.slot);
    const bool fits = !parts.empty() && std::ranges::all_of(parts, [&](const ticket::Quota& cell) {
      return used[cell.starts_at] < cell.capacity;
    });
    if (!fits) {
      out.push_back(each);
      continue;
    }
    for (const ticket::Quota& cell : parts) ++used[cell.starts_at];
  }
  return out;
}

}  // namespace revier::appointment
