// SPDX-License-Identifier: EUPL-1.2
#include "ticket/choose_page.h"

#include <algorithm>
#include <set>

#include "ticket/booking_rules.h"
#include "ticket/letters.h"
#include "ticket/texts.h"

namespace revier::ticket {
namespace {

using web::Language;

constexpr const char* kDays = "tage";
constexpr const char* kSessions = "veranstaltungen";
constexpr const char* kParty = "personen";
constexpr const char* kOwnParty = "plaetze";  // for how many people what she has stays
constexpr const char* kFull = "voll";

std::string seats_text(const Registrations& registrations, const QuotaStatus& status,
                       Language language) {
  if (status.free() > 0 && !status.figures.promised) {
    return web::text(language, texts::kChooseFree, {{"free", status.free()}});
  }
  return web::text(language, texts::kChooseFull,
                   {{"place", registrations.next_position(status.quota.id)}});
}

const Claim* claim_in(const Booking* own, std::string_view quota) {
  if (own == nullptr) return nullptr;
  const auto found = std::ranges::find(own->claims, quota, &Claim::quota);
  return found == own->claims.end() ? nullptr : &*found;
}

// How a part stands for one who has it; empty for others.
std::string own_state(const Registrations& registrations, const std::string& quota,
                      const Booking* own, Language language) {
  const Claim* const claim = claim_in(own, quota);
  return claim == nullptr ? std::string() : claim_state_in(*claim, registrations, language);
}

web::Option option_of(const Registrations& registrations, const QuotaStatus& status,
                      const Booking* own, Language language) {
  std::string hint = own_state(registrations, status.quota.id, own, language);
  if (hint.empty()) hint = seats_text(registrations, status, language);
  return {.value = status.quota.id,
          .label = title_in(status.quota, language) + " – " + when_in(status.quota, language),
          .hint = std::move(hint)};
}

void add_people(web::FormField& field, std::int64_t most, Language language) {
  for (std::int64_t n = 1; most > 1 && n <= most; ++n) {
    field.options.push_back({.value = std::to_string(n),
                             .label = web::text(language, texts::kChoosePeople, {{"count", n}})});
  }
}

// Up to as many as the most generous of the quotas takes from one person; those that take fewer
// say so when they are asked.
web::FormField party_field(const Registrations& registrations, const Booking* own,
                           Language language) {
  web::FormField field{
      .name = kParty,
      .kind = web::FieldKind::kSelect,
      .label = own == nullptr ? texts::kChooseParty : texts::kChooseMoreParty,
      .hint = own == nullptr ? texts::kChoosePartyHint : texts::kChooseMorePartyHint,
      .preset = "1"};
  std::int64_t most = 1;
  for (const QuotaStatus& status : registrations.quotas()) {
    most = std::max(most, status.quota.party_max());
  }
  add_people(field, most, language);
  return field;
}

// Without options where no seat can be given back but by taking a tick out.
web::FormField own_party_field(const Booking& own, Language language) {
  std::int64_t most = 1;
  for (const Claim& claim : own.claims) most = std::max(most, claim.seats);
  web::FormField field{.name = kOwnParty,
                       .kind = web::FieldKind::kSelect,
                       .label = texts::kChooseOwnParty,
                       .hint = texts::kChooseOwnPartyHint,
                       .preset = std::to_string(most)};
  add_people(field, most, language);
  return field;
}

std::int64_t people_in(const web::FormData& data, std::string_view field, std::int64_t otherwise) {
  return std::max<std::int64_t>(data.integer(field).value_or(otherwise), 1);
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return parts;
}

// One message in both languages, about one quota.
void fail_with(web::FormData& data, const Quota& quota, const web::Message& message) {
  data.errors.push_back(
      {.field = quota.kind == QuotaKind::kDay ? kDays : kSessions,
       .message_de = web::text(Language::kDe, message,
                               {{"title", quota.title_de}, {"most", quota.party_max()}}),
       .message_en = web::text(Language::kEn, message,
                               {{"title", quota.title_en}, {"most", quota.party_max()}})});
}

// Too few parts, or too many.
void explain_number(web::FormData& data) {
  if (chosen_claims(data).empty()) return data.fail(kDays, texts::kChooseNothing);
  const std::int64_t most = rules::kClaimsMax;
  data.errors.push_back(
      {.field = kDays,
       .message_de = web::text(Language::kDe, texts::kChooseTooMany, {{"most", most}}),
       .message_en = web::text(Language::kEn, texts::kChooseTooMany, {{"most", most}})});
}

}  // namespace

web::Form choose_form(const Registrations& registrations, Language language, const Booking* own,
                      std::optional<Instant> now) {
  web::FormField days{.name = kDays,
                      .kind = web::FieldKind::kCheckboxes,
                      .label = texts::kChooseDays,
                      .hint = texts::kChooseDaysHint};
  web::FormField sessions{.name = kSessions,
                          .kind = web::FieldKind::kCheckboxes,
                          .label = texts::kChooseSessions,
                          .hint = texts::kChooseSessionsHint};
  for (const QuotaStatus& status : registrations.quotas()) {
    // She keeps what she has, until she takes the tick out.
    const bool hers = claim_in(own, status.quota.id) != nullptr;
    if (now && !hers && !status.quota.is_open(*now)) continue;
    auto& field = status.quota.kind == QuotaKind::kDay ? days : sessions;
    field.options.push_back(option_of(registrations, status, own, language));
  }
  web::Form form;
  if (!days.options.empty()) form.fields.push_back(std::move(days));
  if (!sessions.options.empty()) form.fields.push_back(std::move(sessions));
  if (own != nullptr) {
    web::FormField own_party = own_party_field(*own, language);
    if (!own_party.options.empty()) form.fields.push_back(std::move(own_party));
  }
  web::FormField party = party_field(registrations, own, language);
  if (!party.options.empty()) form.fields.push_back(std::move(party));
  form.fields.push_back(
      {.name = kFull, .kind = web::FieldKind::kHidden, .label = "", .length_max = 4000});
  return form;
}

void preselect(const Registrations& registrations, const std::string& quota, Instant now,
               web::FormData& data) {
  const auto status = registrations.quota(quota);
  if (status && status->quota.is_open(now))
    data.add(status->quota.kind == QuotaKind::kDay ? kDays : kSessions, quota);
}

std::int64_t party_of(const web::FormData& data) { return people_in(data, kParty, 1); }

std::string full_quotas(const Registrations& registrations, std::int64_t seats) {
  std::string list;
  for (const QuotaStatus& status : registrations.quotas()) {
    if (!status.quota.takes_place()) continue;
    if (status.free() >= seats && !status.figures.promised) continue;
    if (!list.empty()) list += ',';
    list += status.quota.id;
  }
  return list;
}

std::vector<Claim> chosen_claims(const web::FormData& data, const Booking* own) {
  const auto full_list = split(data.get(kFull));
  const std::set<std::string> full(full_list.begin(), full_list.end());
  std::vector<Claim> claims;
  for (const char* field : {kDays, kSessions}) {
    for (const std::string& quota : data.all(field)) {
      if (std::ranges::find(claims, quota, &Claim::quota) != claims.end()) continue;  // sent twice
      const Claim* const known = claim_in(own, quota);
      claims.push_back(
          {.quota = quota,
           .seats = known == nullptr
                        ? party_of(data)
                        : std::min(known->seats, people_in(data, kOwnParty, known->seats)),
           .may_wait = full.contains(quota)});
    }
  }
  return claims;
}

void explain(const Error& error, const Registrations& registrations, web::FormData& data) {
  if (error.code == Code::kTooManyRequests) {
    return data.fail(kDays, error.field == kRefusals ? texts::kChooseTooManyRefusals
                                                     : texts::kChooseTooManyHolds);
  }
  const auto status = registrations.quota(error.field);
  if (!status && error.code == Code::kBadRequestData) return explain_number(data);
  if (!status) return data.fail(kDays, web::Label(error.message));
  switch (error.code) {
    case Code::kQuotaFull:
      return fail_with(data, status->quota,
                       status->free() > 0 ? texts::kChooseTooFew : texts::kChooseNowFull);
    case Code::kOverlap:
      return fail_with(data, status->quota, texts::kChooseOverlap);
    case Code::kSeatLimit:
      return fail_with(data, status->quota, texts::kChooseSeatLimit);
    case Code::kRegistrationClosed:
      if (!status->quota.takes_place()) {
        return fail_with(data, status->quota, texts::kChooseCancelled);
      }
      return fail_with(data, status->quota, texts::kChooseClosedPart);
    default:
      return data.fail(kDays, web::Label(error.message));
  }
}

void lead_to_shown(const web::Form& form, web::FormData& data) {
  for (web::FieldError& error : data.errors) {
    if (form.find(error.field) == nullptr) error.field = form.fields.front().name;
  }
}

std::string closed_reason(const Registrations& registrations, Instant now, Language language) {
  std::optional<Instant> opens;
  std::optional<Instant> closed;
  for (const QuotaStatus& status : registrations.quotas()) {
    const Quota& quota = status.quota;
    if (quota.is_open(now)) return {};
    const Instant until = quota.bookable_until();
    // What has no seats of its own any more never opens.
    if (!quota.takes_place() || until <= quota.opens_at) continue;
    if (now < quota.opens_at) {
      opens = std::min(opens.value_or(quota.opens_at), quota.opens_at);
    } else {
      closed = std::max(closed.value_or(until), until);
    }
  }
  if (opens) {
    return web::text(language, texts::kChooseClosedUntil,
                     {{"date", web::date_time(language, *opens)}});
  }
  if (!closed) return std::string(web::text(language, texts::kChooseClosed));
  return web::text(language, texts::kChooseClosedSince,
                   {{"date", web::date_time(language, *closed)}});
}

}  // namespace revier::ticket
