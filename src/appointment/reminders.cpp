// SPDX-License-Identifier: EUPL-1.2
#include "appointment/reminders.h"

#include "mail/outbox.h"
#include "ticket/changes_store.h"

namespace revier::appointment {

Result<std::int64_t> write_reminders(const ReminderNeeds& needs, Instant now) {
  std::vector<mail::Message> letters;
  RV_TRY(needs.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const std::vector<ticket::Booking> bookings,
              ticket::rows::appointments_between(session, now, now + kRemindBefore));
    for (const ticket::Booking& booking : bookings) {
      const auto visit = ticket::visit_of(booking, needs.registrations);
      if (!visit || visit->starts_at <= now || booking.mail.empty()) continue;
      if (booking.registered_at.value_or(now) > visit->starts_at - kRemindBefore) continue;
      if (booking.confirm_by && !booking.confirmed_at) continue;
      mail::Message letter = write_reminder(needs.letters, booking, needs.registrations);
      if (!mail::find_by_key(session, letter.key)) letters.push_back(std::move(letter));
    }
    return {};
  }));
  if (letters.empty()) return 0;
  return needs.database.writer().run_blocking(
      [&](records::Session& session) -> Result<std::int64_t> {
        for (const mail::Message& letter : letters) RV_TRY(mail::enqueue(session, letter, now));
        return std::ssize(letters);
      });
}

}  // namespace revier::appointment
