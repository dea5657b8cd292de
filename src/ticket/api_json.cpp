// SPDX-License-Identifier: EUPL-1.2
#include "ticket/api_json.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "ticket/ticket_pdf.h"
#include "ticket/wordings.h"

namespace revier::ticket {
namespace {

constexpr std::size_t kNameBytesMax = 480;
constexpr std::size_t kNameSignsMax = 120;
constexpr std::size_t kMailBytesMax = 254;  // RFC 5321, 4.5.3.1.3

Result<std::string> text_of(const json::Value& body, std::string_view name) {
  if (const auto member = body.find(name)) {
    if (const auto text = member->as_string()) return std::string(*text);
  }
  return fail(Code::kUnprocessable, fmt::format("\"{}\" is missing or no text", name),
              std::string(name));
}

std::string text_or(const json::Value& body, std::string_view name, std::string fallback) {
  if (const auto member = body.find(name)) {
    if (const auto text = member->as_string()) return std::string(*text);
  }
  return fallback;
}

Result<Claim> read_part(const json::Value& part) {
  RV_ASSIGN(std::string quota, text_of(part, "quota"));
  std::int64_t seats = 1;
  if (const auto member = part.find("seats")) {
    const auto number = member->as_integer();
    if (!number) return fail(Code::kUnprocessable, "\"seats\" must be a whole number", "seats");
    seats = *number;
  }
  const auto wait = part.find("waiting_list");
  return Claim{.quota = std::move(quota),
               .seats = seats,
               .may_wait = wait && wait->as_bool().value_or(false)};
}

// A wording of another domain is in the ledger too, and is agreed to there.
Result<ConsentChoice> check_offered(ConsentChoice choice) {
  const bool offered = std::ranges::any_of(offered_consents(), [&](const OfferedConsent& one) {
    return one.kind == choice.kind && one.version == choice.version;
  });
  if (offered) return choice;
  std::string known;
  for (const OfferedConsent& one : offered_consents()) {
    known += fmt::format("{}\"{}\" (version {})", known.empty() ? "" : ", ", one.kind, one.version);
  }
  return fail(Code::kUnprocessable, "a registration asks for these consents only: " + known,
              "consents");
}

Result<ConsentChoice> read_consent(const json::Value& value) {
  if (const auto kind = value.as_string()) return check_offered({.kind = std::string(*kind)});
  RV_ASSIGN(std::string kind, text_of(value, "kind"));
  std::int64_t version = 1;
  if (const auto member = value.find("version")) {
    const auto number = member->as_integer();
    if (!number) {
      return fail(Code::kUnprocessable, "\"version\" must be a whole number", "consents");
    }
    version = *number;
  }
  return check_offered({.kind = std::move(kind), .version = version});
}

bool has_control(std::string_view text) { return std::ranges::any_of(text, is_control); }

// Behind the dot of a domain and before its path: "de/" of "herne.de/".
bool ends_domain(std::string_view before_slash) {
  const auto is_part = [](char c) {
    return is_lower(c) || is_digit(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t length = 0;
  while (length < before_slash.size() && is_part(before_slash[before_slash.size() - 1 - length])) {
    ++length;
  }
  before_slash.remove_suffix(length);
  return length >= 2 && before_slash.size() >= 2 && before_slash.back() == '.' &&
         is_part(before_slash[before_slash.size() - 2]);
}

// A letter greets by name: with a web address in it, it would carry that address to whomever it is
// sent. These are the shapes that mail programs make links of; "J.R.R." and "v.d." are none.
bool has_web_address(std::string_view name) {
  const std::string text = lower_case(name);
  if (text.find("://") != std::string::npos || text.find("www.") != std::string::npos) return true;
  for (auto at = text.find('/'); at != std::string::npos; at = text.find('/', at + 1)) {
    if (ends_domain(std::string_view(text).substr(0, at))) return true;
  }
  return false;
}

// Of a part that does not take place, and of a booking without another.
constexpr std::string_view kSessionCancelled = "session-cancelled";

std::string_view state_name(ClaimState state) {
  if (state == ClaimState::kOffered) return "offered";
  return state == ClaimState::kWaiting ? "waiting" : "confirmed";
}

void write_claims(json::Writer& out, const Booking& booking, const Registrations& registrations) {
  out.key("parts").begin_array();
  for (const Claim& claim : booking.claims) {
    out.begin_object()
        .member("quota", claim.quota)
        .member("seats", claim.seats)
        .member("state", takes_place(registrations, claim.quota) ? state_name(claim.state)
                                                                 : kSessionCancelled);
    if (claim.state == ClaimState::kWaiting) out.member("place", registrations.position(claim));
    if (claim.state == ClaimState::kOffered) {
      out.member("offered_until", to_iso8601(claim.offered_until));
    }
    out.end_object();
  }
  out.end_array();
}

std::string_view overall_state(const Booking& booking, const Registrations& registrations) {
  if (booking.state == BookingState::kCancelled) return "cancelled";
  if (booking.state == BookingState::kPassedOn) return "passed-on";
  const auto has = [&](auto&& is_wanted) {
    return std::ranges::any_of(booking.claims, [&](const Claim& claim) {
      return is_wanted(claim.state) && takes_place(registrations, claim.quota);
    });
  };
  if (!has([](ClaimState) { return true; })) return kSessionCancelled;
  if (has([](ClaimState state) { return state == ClaimState::kOffered; })) return "offered";
  const bool waits = has([](ClaimState state) { return state == ClaimState::kWaiting; });
  if (booking.state == BookingState::kHeld) return waits ? "held-waiting" : "held";
  return waits ? "waiting" : "confirmed";
}

}  // namespace

Result<HoldRequest> read_hold(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  HoldRequest request;
  if (const auto parts = body.find("parts")) {
    if (!parts->is_array()) return fail(Code::kUnprocessable, "\"parts\" must be a list", "parts");
    for (const json::Value part : parts->elements()) {
      RV_ASSIGN(Claim claim, read_part(part));
      request.wanted.push_back(std::move(claim));
    }
  } else {
    RV_ASSIGN(Claim claim, read_part(body));
    request.wanted.push_back(std::move(claim));
  }
  return request;
}

Result<> check_name(std::string_view name) {
  const bool blank = name.find_first_not_of(" \t") == std::string_view::npos;
  if (blank || name.size() > kNameBytesMax || count_code_points(name) > kNameSignsMax ||
      has_control(name)) {
    return fail(Code::kUnprocessable, "a name has 1 to 120 characters", "name");
  }
  if (!has_web_address(name)) return {};
  return fail(Code::kUnprocessable, "a name cannot hold a web address", "name");
}

Result<> check_mail(std::string_view mail) {
  const auto at = mail.find('@');
  const bool good = at != std::string_view::npos && at > 0 && at + 1 < mail.size() &&
                    mail.find('@', at + 1) == std::string_view::npos &&
                    mail.find_first_of(" \t<>,;\"()") == std::string_view::npos &&
                    !has_control(mail) && mail.size() <= kMailBytesMax && mail.back() != '.' &&
                    mail[at + 1] != '.';
  if (!good) {
    return fail(Code::kUnprocessable, "expected a mail address like name@example.org", "mail");
  }
  const std::optional<std::string> sent = mail::address_in_ascii(mail);
  if (sent && sent->size() <= kMailBytesMax) return {};
  return fail(Code::kUnprocessable,
              "mail servers do not take this address: use one with ASCII letters only before the @"
              " and a valid domain behind it",
              "mail");
}

Result<std::vector<Claim>> read_change(const json::Value& body) {
  RV_ASSIGN(HoldRequest wanted, read_hold(body));
  return std::move(wanted.wanted);
}

Result<TransferRequest> read_transfer(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  TransferRequest request;
  RV_ASSIGN(request.name, text_of(body, "name"));
  RV_ASSIGN(request.mail, text_of(body, "mail"));
  RV_TRY(check_name(request.name));
  RV_TRY(check_mail(request.mail));
  request.language = text_or(body, "language", "de");
  if (request.language != "de" && request.language != "en") {
    return fail(Code::kUnprocessable, "\"language\" must be de or en", "language");
  }
  return request;
}

Result<bool> read_offer_answer(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  RV_ASSIGN(const std::string answer, text_of(body, "answer"));
  if (answer == "accept") return true;
  if (answer == "decline") return false;
  return fail(Code::kUnprocessable, "\"answer\" must be accept or decline", "answer");
}

Result<RegistrationRequest> read_registration(const json::Value& body, const SecretLinks& links) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  RegistrationRequest request;
  RV_ASSIGN(const std::string hold, text_of(body, "hold"));
  auto id = links.open(kHoldLink, hold);
  if (!id) return fail(Code::kHoldEnded, "this hold does not exist (any more)", "hold");
  request.booking = std::move(*id);
  RV_ASSIGN(request.name, text_of(body, "name"));
  RV_ASSIGN(request.mail, text_of(body, "mail"));
  RV_TRY(check_name(request.name));
  RV_TRY(check_mail(request.mail));
  request.language = text_or(body, "language", "de");
  if (request.language != "de" && request.language != "en") {
    return fail(Code::kUnprocessable, "\"language\" must be de or en", "language");
  }
  if (const auto consents = body.find("consents")) {
    if (!consents->is_array() || consents->size() > 10) {
      return fail(Code::kUnprocessable, "\"consents\" must be a list of at most 10", "consents");
    }
    for (const json::Value value : consents->elements()) {
      RV_ASSIGN(ConsentChoice choice, read_consent(value));
      request.consents.push_back(std::move(choice));
    }
  }
  return request;
}

std::string quotas_json(const Registrations& registrations) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const QuotaStatus& status : registrations.quotas()) {
    const Quota& quota = status.quota;
    out.begin_object()
        .member("id", quota.id)
        .member("event", quota.event)
        .member("kind", quota.kind == QuotaKind::kDay ? "day" : "session")
        .member("entity", quota.entity)
        .key("title")
        .begin_object()
        .member("de", quota.title_de)
        .member("en", quota.title_en)
        .end_object()
        .member("starts_at", to_iso8601(quota.starts_at))
        .member("ends_at", to_iso8601(quota.ends_at))
        .member("opens_at", to_iso8601(quota.opens_at))
        .member("closes_at", to_iso8601(quota.bookable_until()))
        .member("takes_place", quota.takes_place())
        .member("capacity", status.figures.capacity)
        .member("free", status.free())
        .member("waiting", status.figures.waiting)
        .member("seats_a_person_max", quota.seats_a_person_max)
        .end_object();
  }
  out.end_array();
  return text;
}

std::string hold_json(const Booking& booking, const Domain& domain) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("hold", domain.links.token(kHoldLink, booking.id))
      .member("state", overall_state(booking, domain.registrations))
      .member("expires_at", to_iso8601(booking.expires_at))
      .member("extended", booking.extended);
  write_claims(out, booking, domain.registrations);
  out.end_object();
  return text;
}

std::string registration_json(const Booking& booking, const Domain& domain) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", domain.links.token(kRegistrationLink, link_id(booking)))
      .member("state", overall_state(booking, domain.registrations))
      .member("name", booking.name)
      .member("mail", booking.mail)
      .member("language", booking.language)
      .member("code", booking.code);
  if (booking.state == BookingState::kRegistered) {
    out.member("ticket", qr_text(booking, domain.registrations, domain.keys));
  }
  out.member("delete_after", to_iso8601(booking.delete_after));
  if (booking.registered_at) out.member("registered_at", to_iso8601(*booking.registered_at));
  if (booking.cancelled_at) out.member("cancelled_at", to_iso8601(*booking.cancelled_at));
  if (booking.confirm_by) out.member("confirm_by", to_iso8601(*booking.confirm_by));
  if (booking.confirmed_at) out.member("confirmed_at", to_iso8601(*booking.confirmed_at));
  write_claims(out, booking, domain.registrations);
  out.end_object();
  return text;
}

std::string ticket_keys_json(const TicketKeys& keys) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const TicketKeys::Public& key : keys.public_keys()) {
    out.begin_object()
        .member("id", key.id)
        .member("algorithm", "Ed25519")
        .member("key", key.key)
        .member("issued", key.issued)
        .end_object();
  }
  out.end_array();
  return text;
}

}  // namespace revier::ticket
