// SPDX-License-Identifier: EUPL-1.2
// A person's own link, and erasing what is hers.
#include "consent/consent.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {
namespace {

using records::Session;

// How long the report of an erasure can be read.
constexpr Duration kReport = Duration::days(90);

bool is_live(const Booking& booking) { return booking.state == BookingState::kRegistered; }

}  // namespace

Task<Result<>> Desk::send_own_link(std::string mail, std::string language) {
  auto done = co_await run<bool>([this, mail, language](Session& s, Outcome&) -> Result<bool> {
    RV_TRY(send_own_link_in(s, mail, language));
    return true;
  });
  RV_CO_TRY(done);
  co_return Result<>{};
}

Result<> Desk::send_own_link_in(Session& s, const std::string& mail, const std::string& language) {
  const std::string key = mail_key(mail);
  RV_ASSIGN(const std::vector<Booking> bookings, rows::bookings_of_mail(s, key));
  // Whoever asks hears the same either way: the limit and an unknown address say nothing.
  bool known = !bookings.empty();
  if (!known && needs_.knows_person) {
    RV_ASSIGN(known, needs_.knows_person(s, key));
  }
  if (!known) return {};
  RV_ASSIGN(const std::string person, rows::person_id(s, key, random_id(needs_.random), now(),
                                                      now() + needs_.options.own_link));
  // Not the limit of all letters: whoever writes to her address keeps her from nothing of hers.
  RV_ASSIGN(const bool enough, mail::has_had_enough_of(s, mail, "person-" + person + "-", now(),
                                                       needs_.options.mails_an_hour_max));
  if (enough) return {};
  Booking addressee = bookings.empty() ? Booking{.mail = mail} : bookings.front();
  addressee.language = language;
  addressee.delete_after = now() + needs_.options.own_link;
  return write(s,
               {.kind = LetterKind::kOwnLink, .booking = addressee, .at = now(), .person = person});
}

Task<Result<std::string>> Desk::erase_person(std::string person) {
  return run<std::string>(
      [this, person](Session& s, Outcome& out) { return erase_person_in(s, person, out); });
}

Result<std::string> Desk::erase_person_in(Session& s, const std::string& person, Outcome& out) {
  RV_ASSIGN(const std::string key, rows::person_mail(s, person, now()));
  RV_ASSIGN(const std::vector<Booking> bookings, rows::bookings_of_mail(s, key));
  rows::Erasure report{.id = random_id(needs_.random),
                       .asked_at = now(),
                       .done_at = std::nullopt,
                       .delete_after = now() + kReport,
                       .bookings = std::ssize(bookings)};
  for (const Booking& known : bookings) {
    // Read anew: a seat of the one before may have come to this one.
    RV_ASSIGN(const Booking booking, rows::find(s, known.id));
    RV_ASSIGN(const std::int64_t consents, consent::erase_subject(s, "registration:" + booking.id));
    report.consents += consents;
    // Also what went to an address that was corrected since.
    RV_ASSIGN(const std::int64_t about, mail::erase_about(s, letters_begin(booking.id)));
    report.mails += about;
    RV_TRY(rows::erase(s, booking.id));
    if (!is_live(booking)) continue;
    RV_TRY(free_seats(s, booking.id, booking.claims, out));
    RV_TRY(keep_freed(s, booking, out));
  }
  if (needs_.erase_person) {
    RV_ASSIGN(const std::int64_t consents, needs_.erase_person(s, key));
    report.consents += consents;
  }
  RV_ASSIGN(const std::int64_t mails, mail::erase_to(s, key));
  report.mails += mails;
  RV_TRY(rows::erase_person(s, key));
  RV_TRY(rows::insert_erasure(s, report));
  return report.id;
}

}  // namespace revier::ticket
