// SPDX-License-Identifier: EUPL-1.2
// Which day a desk works for.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ticket/registrations.h"

namespace revier::ticket {

struct DayQuota {
  std::string day;    // "2025-02-05"
  std::string quota;  // id of the quota of that day
  std::string event;  // whose day it is
  // Quotas whose seats admit on the day: its own, and those of its sessions.
  std::vector<std::string> admits;
  std::vector<std::string> cancelled = {};  // of these, what does not take place
};

// What a registration is worth at the door on a day, the best of its parts first.
struct Admission {
  enum class State : std::uint8_t { kBooked, kWaiting, kSessionCancelled, kOtherDay };
  State state = State::kOtherDay;
  std::int64_t seats = 0;  // people who may come in, where it is booked
};
[[nodiscard]] Admission admission_of(const Booking& booking, const DayQuota& day);

// The day asked for, or, where none is named, the day that is running or comes next, or the last
// one after the event. Errors: kUnprocessable, field "day": no such day; the message names those
// that are.
[[nodiscard]] Result<DayQuota> day_quota(const Registrations& registrations, std::string_view day,
                                         Instant now);

// The day on which its seats admit: "2025-02-05".
[[nodiscard]] std::string day_of(const Quota& quota);

// "tag-2025-02-05" <-> "2025-02-05"
[[nodiscard]] std::string quota_of_day(std::string_view day);
[[nodiscard]] std::string_view day_of_quota(std::string_view quota);

}  // namespace revier::ticket
