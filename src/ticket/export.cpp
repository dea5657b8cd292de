// SPDX-License-Identifier: EUPL-1.2
#include "ticket/export.h"

#include <map>

#include "consent/export.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/texts.h"
#include "web/i18n.h"

namespace revier::ticket {
namespace {

using records::Session;

std::string_view exported_name(BookingState state) {
  switch (state) {
    case BookingState::kHeld:
      return "held";
    case BookingState::kRegistered:
      return "registered";
    case BookingState::kCancelled:
      return "cancelled";
    case BookingState::kPassedOn:
      return "passed-on";
  }
  return "";
}

void write_parts(json::Writer& out, const Booking& booking, const Registrations& registrations) {
  out.key("parts").begin_array();
  for (const Claim& claim : booking.claims) {
    out.begin_object().member("quota", claim.quota).member("seats", claim.seats);
    if (const auto status = registrations.quota(claim.quota)) {
      out.member("title", status->quota.title_de)
          .member("starts_at", to_iso8601(status->quota.starts_at))
          .member("ends_at", to_iso8601(status->quota.ends_at));
    }
    if (claim.state == ClaimState::kWaiting) {
      out.member("waiting_list_place", registrations.position(claim));
    }
    if (claim.state == ClaimState::kOffered) {
      out.member("offered_until", to_iso8601(claim.offered_until));
    }
    out.end_object();
  }
  out.end_array();
}

void member_time(json::Writer& out, std::string_view name, const std::optional<Instant>& instant) {
  if (instant) out.member(name, to_iso8601(*instant));
}

Result<> write_booking(json::Writer& out, Session& session, const Booking& booking,
                       const Domain& domain) {
  out.begin_object()
      .member("purpose", booking.kind == BookingKind::kAppointment ? "appointment" : "registration")
      .member("state", exported_name(booking.state))
      .member("name", booking.name)
      .member("mail", booking.mail)
      .member("language", booking.language)
      .member("ticket_number", booking.code);
  member_time(out, "registered_at", booking.registered_at);
  member_time(out, "ended_at", booking.cancelled_at);
  member_time(out, "confirm_by", booking.confirm_by);
  member_time(out, "confirmed_at", booking.confirmed_at);
  member_time(out, "links_renewed_at", booking.renewed_at);
  out.member("delete_after", to_iso8601(booking.delete_after));
  write_parts(out, booking, domain.registrations);
  RV_TRY(consent::write_entries(session, "registration:" + booking.id, out));
  if (domain.export_more) RV_TRY(domain.export_more(session, booking, out));
  out.end_object();
  return {};
}

// What was written about the bookings, also to addresses that were corrected since, and to `to`
// about anything; oldest first.
Result<std::map<std::int64_t, mail::StoredMessage>> letters_of(Session& session,
                                                               const std::vector<Booking>& bookings,
                                                               std::string_view to) {
  std::map<std::int64_t, mail::StoredMessage> letters;
  const auto add = [&](std::vector<mail::StoredMessage> more) {
    for (mail::StoredMessage& letter : more) letters.emplace(letter.id, std::move(letter));
  };
  for (const Booking& booking : bookings) {
    RV_ASSIGN(auto about, mail::list_about(session, letters_begin(booking.id)));
    add(std::move(about));
  }
  if (to.empty()) return letters;
  RV_ASSIGN(auto hers, mail::list_to(session, to));
  add(std::move(hers));
  return letters;
}

// Links stay with the mailbox: whoever registered somebody else's address has this registration's
// link, and must not get hers from here.
Result<> write_letters(json::Writer& out, Session& session, const std::vector<Booking>& bookings,
                       std::string_view to) {
  RV_ASSIGN(const auto letters, letters_of(session, bookings, to));
  out.key("letters").begin_array();
  for (const auto& [id, letter] : letters) {
    const auto language = letter.message.language == "en" ? web::Language::kEn : web::Language::kDe;
    out.begin_object()
        .member("purpose", letter.message.purpose)
        .member("to", letter.message.to)
        .member("subject", letter.message.subject)
        .member("text", mail::without_links(letter.message.text,
                                            web::text(language, texts::kLetterLinkLeftOut)))
        .member("written_at", to_iso8601(letter.written_at))
        .member("state", mail::to_string(letter.state));
    member_time(out, "settled_at", letter.settled_at);
    out.member("delete_after", to_iso8601(letter.message.delete_after)).end_object();
  }
  out.end_array();
  return {};
}

// `to` is the address of a person whose everything it is; empty: it is of the bookings alone.
Result<std::string> write_all(Session& session, const std::vector<Booking>& bookings,
                              std::string_view to, const Domain& domain) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("exported_at", to_iso8601(domain.civil_clock.now()));
  out.key("registrations").begin_array();
  for (const Booking& booking : bookings) {
    RV_TRY(write_booking(out, session, booking, domain));
  }
  out.end_array();
  RV_TRY(write_letters(out, session, bookings, to));
  // By the key of an address only, never by the link of one registration.
  if (!to.empty() && domain.export_person_more) {
    RV_TRY(domain.export_person_more(session, std::string(to), out));
  }
  out.end_object();
  return text;
}

Task<Result<std::string>> on_pool(const Domain& domain,
                                  std::function<Result<std::string>(Session&)> step) {
  std::string text;
  auto done = co_await domain.pool.run([&] {
    return domain.database.read([&](Session& session) -> Result<> {
      RV_ASSIGN(text, step(session));
      return {};
    });
  });
  if (!done) co_return fail(done.error());
  if (!*done) co_return fail(done->error());
  co_return text;
}

}  // namespace

Task<Result<std::string>> export_registration(const Domain& domain, std::string id) {
  return on_pool(domain, [&domain, id](Session& session) -> Result<std::string> {
    RV_ASSIGN(const Booking booking, rows::find(session, id));
    return write_all(session, {booking}, "", domain);
  });
}

Task<Result<std::string>> export_person(const Domain& domain, std::string mail_key) {
  return on_pool(domain, [&domain, mail_key](Session& session) -> Result<std::string> {
    RV_ASSIGN(const std::vector<Booking> bookings, rows::bookings_of_mail(session, mail_key));
    return write_all(session, bookings, mail_key, domain);
  });
}

}  // namespace revier::ticket
