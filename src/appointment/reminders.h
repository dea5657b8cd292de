// SPDX-License-Identifier: EUPL-1.2
// Letters the day before an appointment.
//
// Blocks; call it every minute or so. Who booked within the last day is not reminded: she has just
// been written to. A reminder is written once for each time that an appointment has.
#pragma once
#include "appointment/letters.h"
#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::appointment {

inline constexpr Duration kRemindBefore = Duration::hours(24);

struct ReminderNeeds {
  records::Database& database;
  const ticket::Registrations& registrations;
  const LetterNeeds& letters;
};
// How many were written.
[[nodiscard]] Result<std::int64_t> write_reminders(const ReminderNeeds& needs, Instant now);

}  // namespace revier::appointment
