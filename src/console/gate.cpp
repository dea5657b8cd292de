// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/entry.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"
#include "ticket/check_in.h"
#include "ticket/days.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;
using web::kern::Tone;

constexpr std::string_view kGatePage = "/console/einlass";
constexpr std::size_t kDeskBytesMax = 60;

std::string words(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

std::string asked_desk(const Request& request) {
  std::string desk = asked(request, "platz");
  return desk.size() > kDeskBytesMax ? std::string() : desk;
}

const web::Form& code_form() {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "code",
                                .kind = web::FieldKind::kText,
                                .label = texts::kGateCode,
                                .required = true,
                                .length_max = 60}}};
  return form;
}

// --- which day, which desk

Response show_setup(const Needs& needs, const Request& request, const Caller& caller) {
  const Language language = web::language_of(request);
  const ticket::Registrations& registrations = needs.tickets.registrations;
  const auto next = ticket::day_quota(registrations, "", needs.tickets.civil_clock.now());
  web::kern::Choices days{.field = {.id = "tag",
                                    .name = "tag",
                                    .label = words(language, texts::kGateDay),
                                    .required = true},
                          .choices = {}};
  for (const ticket::QuotaStatus& status : registrations.quotas()) {
    if (status.quota.kind != ticket::QuotaKind::kDay) continue;
    if (!caller.may(Action::kCheckIn, identity::Scope::event(status.quota.event))) continue;
    const std::string day(ticket::day_of_quota(status.quota.id));
    days.choices.push_back({.value = day,
                            .label = day_name(day, language),
                            .hint = {},
                            .selected = next && next->day == day});
  }
  GateSetupPage view{.head = make_head(needs, request, caller, words(language, texts::kGateTitle)),
                     .days = std::move(days),
                     .desk = asked_desk(request)};
  web::Html out(language);
  render_gate_setup(out, view);
  return personal(std::move(out));
}

// --- at the door

struct Desk {
  ticket::DayQuota day;
  std::string name;
};

struct Counts {
  std::int64_t checked_in = 0;
  std::int64_t registered = 0;
};

// A ticket that was tried: what came of it, and for the page's status and title.
struct Attempt {
  GateResult result;
  int status = 200;
};

Result<Counts> read_counts(records::Session& session, const Desk& desk) {
  Counts counts;
  RV_ASSIGN(counts.checked_in, ticket::rows::count_check_ins(session, desk.day.day));
  RV_ASSIGN(counts.registered, ticket::rows::count_registered(session, desk.day.quota));
  return counts;
}

Task<Response> show_gate(const Needs& needs, const Request& request, const Caller& caller,
                         const Desk& desk, std::optional<Attempt> attempt) {
  Counts counts;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(counts, read_counts(session, desk));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  std::string title = words(language, texts::kGateTitle);
  if (attempt) title = attempt->result.title + " – " + title;
  const std::string here = address(kGatePage, {{"tag", desk.day.day}, {"platz", desk.name}});
  GatePage view{.head = make_head(needs, request, caller, std::move(title)),
                .day = day_name(desk.day.day, language),
                .desk = desk.name,
                .count = web::text(language, texts::kGateCount,
                                   {{"in", counts.checked_in}, {"all", counts.registered}}),
                .results = {},
                .action = web::path(language, here),
                .change_href = web::path(language, address(kGatePage, {{"platz", desk.name}})),
                .csrf = std::string(caller.csrf())};
  const int status = attempt ? attempt->status : 200;
  if (attempt) view.results.push_back(std::move(attempt->result));
  web::Html out(language);
  render_gate(out, view);
  co_return personal(std::move(out), status);
}

Result<> may_work(const Caller& caller, const ticket::DayQuota& day) {
  return caller.require(Action::kCheckIn, identity::Scope::event(day.event));
}

Task<Response> get_gate(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kCheckIn);
  if (!caller) co_return caller.error();
  const std::string day = asked(request, "tag");
  auto quota = ticket::day_quota(needs.tickets.registrations, day, {});
  if (day.empty() || !quota) co_return show_setup(needs, request, *caller);
  if (const auto may = may_work(*caller, *quota); !may) {
    co_return refused(needs, request, may.error());
  }
  const Desk desk{std::move(*quota), asked_desk(request)};
  co_return co_await show_gate(needs, request, *caller, desk, std::nullopt);
}

std::int64_t seats_of(const ticket::Booking& booking, std::string_view quota) {
  for (const ticket::Claim& claim : booking.claims) {
    if (claim.quota == quota) return claim.seats;
  }
  return 1;
}

Attempt accepted_or_used(const ticket::CheckInAnswer& answer, const Desk& desk, Language language) {
  Attempt attempt{.result = {.name = answer.booking.name, .lines = {}}};
  GateResult& result = attempt.result;
  if (!answer.used_before) {
    result.tone = Tone::kSuccess;
    result.title = words(language, texts::kGateAccepted);
    result.lines = {day_name(desk.day.day, language),
                    web::text(language, texts::kGateSeats,
                              {{"seats", seats_of(answer.booking, desk.day.quota)}})};
    return attempt;
  }
  attempt.status = describe(Code::kAlreadyCheckedIn).status;
  result.tone = Tone::kWarning;
  result.title = words(language, texts::kGateUsed);
  const std::string when = web::date_time(language, answer.check_in.at);
  result.lines = {answer.check_in.desk.empty()
                      ? web::text(language, texts::kGateUsedAt, {{"when", when}})
                      : web::text(language, texts::kGateUsedAtDesk,
                                  {{"when", when}, {"desk", answer.check_in.desk}})};
  return attempt;
}

// Days that a booking has seats for, in words.
std::string booked_days(const ticket::Booking& booking, Language language) {
  std::string days;
  for (const ticket::Claim& claim : booking.claims) {
    const std::string_view day = ticket::day_of_quota(claim.quota);
    if (day.empty() || claim.state != ticket::ClaimState::kTaken) continue;
    if (!days.empty()) days += "; ";
    days += day_name(day, language);
  }
  return days;
}

bool waits(const ticket::Booking& booking, std::string_view quota) {
  for (const ticket::Claim& claim : booking.claims) {
    if (claim.quota == quota) return claim.state == ticket::ClaimState::kWaiting;
  }
  return false;
}

// Why a ticket is not taken. `booking` is null where there is none.
Attempt refusal(const Error& error, const ticket::Booking* booking, const Desk& desk,
                Language language) {
  Attempt attempt{.result = {.tone = Tone::kDanger,
                             .title = words(language, texts::kGateRefused),
                             .name = booking != nullptr ? booking->name : std::string(),
                             .lines = {}},
                  .status = describe(error.code).status};
  std::vector<std::string>& lines = attempt.result.lines;
  if (booking == nullptr) {
    lines.push_back(words(language, texts::kGateUnknown));
  } else if (error.code == Code::kGone) {
    lines.push_back(words(language, texts::kGateCancelled));
  } else if (waits(*booking, desk.day.quota)) {
    lines.push_back(words(language, texts::kGateWaiting));
  } else {
    lines.push_back(words(language, texts::kGateOtherDay));
    const std::string days = booked_days(*booking, language);
    if (!days.empty()) {
      lines.push_back(web::text(language, texts::kGateBookedFor, {{"days", days}}));
    }
  }
  return attempt;
}

// What the desk is told; other errors than a refused ticket are the server's.
Task<Result<Attempt>> try_ticket(const Needs& needs, std::string code, const Desk& desk,
                                 Language language) {
  const ticket::Domain& tickets = needs.tickets;
  ticket::CheckInRequest wanted{.code = code, .day = desk.day.day, .desk = desk.name};
  const auto answer = co_await ticket::check_in(tickets.database, tickets.civil_clock,
                                                std::move(wanted), desk.day.quota);
  if (answer) co_return accepted_or_used(*answer, desk, language);
  const Error& error = answer.error();
  if (error.code == Code::kResourceNotFound) co_return refusal(error, nullptr, desk, language);
  if (error.code != Code::kGone && error.code != Code::kConflict) co_return fail(error);
  ticket::Booking booking;
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(booking, ticket::rows::find_by_code(session, ticket::rules::normalise_code(code)));
    return {};
  }));
  co_return refusal(error, &booking, desk, language);
}

Task<Response> post_gate(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kCheckIn);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, code_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto quota = ticket::day_quota(needs.tickets.registrations, asked(request, "tag"),
                                 needs.tickets.civil_clock.now());
  if (!quota) co_return refused(needs, request, quota.error());
  if (const auto may = may_work(*caller, *quota); !may) {
    co_return refused(needs, request, may.error());
  }
  const Desk desk{std::move(*quota), asked_desk(request)};
  const Language language = web::language_of(request);
  if (!web::validate(code_form(), *data)) {
    Attempt empty{.result = {.tone = Tone::kInfo,
                             .title = words(language, texts::kGateNoCode),
                             .lines = {data->errors.front().in(language)}},
                  .status = 422};
    co_return co_await show_gate(needs, request, *caller, desk, std::move(empty));
  }
  auto attempt = co_await try_ticket(needs, std::string(data->get("code")), desk, language);
  if (!attempt) co_return refused(needs, request, attempt.error());
  co_return co_await show_gate(needs, request, *caller, desk, std::move(*attempt));
}

}  // namespace

void add_gate(net::Router& router, const Needs& needs) {
  const std::string page(kGatePage);
  web::add_page(router, net::Method::kGet, page,
                net::AsyncHandler([needs](Request& request) { return get_gate(request, needs); }));
  web::add_page(router, net::Method::kPost, page,
                net::AsyncHandler([needs](Request& request) { return post_gate(request, needs); }),
                {.body_bytes_max = 16 * 1024});
}

}  // namespace revier::console
