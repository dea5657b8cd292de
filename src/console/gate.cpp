// SPDX-License-Identifier: EUPL-1.2
#include <set>

#include "console/detail/entry.h"
#include "console/pages.h"
#include "console/texts.h"
#include "door/check_in.h"
#include "door/store.h"
#include "identity/routes.h"
#include "ticket/booking_store.h"
#include "ticket/days.h"
#include "web/asset.h"

namespace revier::console {
namespace {

using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;
using web::kern::Tone;

constexpr std::string_view kGatePage = "/console/einlass";
constexpr std::string_view kOffLinePage = "/console/einlass/ohne-netz";
constexpr std::string_view kWorker = "/console/einlass/worker.js";
constexpr std::string_view kGateListOfDay = "/console/einlass/liste";
constexpr std::size_t kDeskBytesMax = 60;
constexpr std::size_t kTypedBytesMax = 40;  // more than that was scanned

std::string asked_desk(const Request& request) {
  std::string desk = asked(request, "platz");
  return desk.size() > kDeskBytesMax ? std::string() : desk;
}

const web::Form& gate_code_form() {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "code",
                                .kind = web::FieldKind::kText,
                                .label = texts::kGateCode,
                                .required = true,
                                .length_max = 400}}};
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

struct GateCounts {
  std::int64_t checked_in = 0;
  std::int64_t registered = 0;
};

// A ticket that was tried: what came of it, and for the page's status and title.
struct Attempt {
  GateResult result;
  int status = 200;
};

Result<GateCounts> read_counts(records::Session& session, const Desk& desk) {
  GateCounts counts;
  RV_ASSIGN(counts.checked_in, door::rows::count_in(session, desk.day.day));
  RV_ASSIGN(counts.registered, ticket::rows::count_registered(session, desk.day.admits));
  return counts;
}

// Said, not forbidden: a desk is prepared the day before.
std::string other_day(const Needs& needs, std::string_view day, Language language) {
  const std::string today = web::iso_date(needs.tickets.civil_clock.now());
  if (day == today) return {};
  return web::text(language, texts::kGateOtherTodayText,
                   {{"today", day_name(today, language)}, {"day", day_name(day, language)}});
}

void make_app(GatePage& view) {
  view.head.page.scripts = {"desk.js"};
  view.head.page.styles = {"desk.css"};
}

Task<Response> show_gate(const Needs& needs, const Request& request, const Caller& caller,
                         const Desk& desk, std::optional<Attempt> attempt) {
  GateCounts counts;
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
                .other_day = other_day(needs, desk.day.day, language),
                .count = web::text(language, texts::kGateCount,
                                   {{"in", counts.checked_in}, {"all", counts.registered}}),
                .results = {},
                .action = web::path(language, here),
                .change_href = web::path(language, address(kGatePage, {{"platz", desk.name}})),
                .list_href = web::path(language, address(kGateListOfDay, {{"tag", desk.day.day}})),
                .sign_in_href = web::path(language, identity::kSignInPage),
                .csrf = std::string(caller.csrf())};
  make_app(view);
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

Attempt accepted(const door::Answer& answer, const Desk& desk, Language language) {
  return {.result = {
              .tone = Tone::kSuccess,
              .title = words(language, texts::kGateAccepted),
              .name = answer.booking->name,
              .lines = {
                  day_name(desk.day.day, language),
                  web::text(language, texts::kGateSeats,
                            {{"seats", ticket::admission_of(*answer.booking, desk.day).seats}})}}};
}

Attempt used(const door::Answer& answer, Language language) {
  const std::string when = web::date_time(language, answer.check_in->at);
  const std::string& where = answer.check_in->desk;
  return {
      .result = {.tone = Tone::kWarning,
                 .title = words(language, texts::kGateUsed),
                 .name = answer.booking->name,
                 .lines = {where.empty() ? web::text(language, texts::kGateUsedAt, {{"when", when}})
                                         : web::text(language, texts::kGateUsedAtDesk,
                                                     {{"when", when}, {"desk", where}})}},
      .status = describe(Code::kAlreadyCheckedIn).status};
}

// Days that a booking has seats for, in words.
std::string booked_days(const ticket::Registrations& registrations, const ticket::Booking& booking,
                        Language language) {
  std::set<std::string> days;
  for (const ticket::Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (status && claim.state == ticket::ClaimState::kTaken) {
      days.insert(ticket::day_of(status->quota));
    }
  }
  std::string words;
  for (const std::string& day : days) {
    if (!words.empty()) words += "; ";
    words += day_name(day, language);
  }
  return words;
}

struct GateRefusal {
  web::Text reason;
  Code code;
};
GateRefusal refusal_for(door::Verdict verdict) {
  switch (verdict) {
    case door::Verdict::kForged:
      return {texts::kGateForged, Code::kUnprocessable};
    case door::Verdict::kCancelled:
      return {texts::kGateCancelled, Code::kGone};
    case door::Verdict::kPassedOn:
      return {texts::kGatePassedOn, Code::kGone};
    case door::Verdict::kWaiting:
      return {texts::kGateWaiting, Code::kConflict};
    case door::Verdict::kSessionCancelled:
      return {texts::kGateSessionCancelled, Code::kConflict};
    case door::Verdict::kOtherDay:
      return {texts::kGateOtherDay, Code::kConflict};
    default:
      return {texts::kGateUnknown, Code::kResourceNotFound};
  }
}

// Why a ticket is not taken.
Attempt refusal(const door::Answer& answer, const ticket::Registrations& registrations,
                Language language) {
  const GateRefusal why = refusal_for(answer.verdict);
  Attempt attempt{.result = {.tone = Tone::kDanger,
                             .title = words(language, texts::kGateRefused),
                             .name = answer.booking ? answer.booking->name : std::string(),
                             .lines = {words(language, why.reason)}},
                  .status = describe(why.code).status};
  if (answer.verdict != door::Verdict::kOtherDay) return attempt;
  const std::string days = booked_days(registrations, *answer.booking, language);
  if (!days.empty()) {
    attempt.result.lines.push_back(web::text(language, texts::kGateBookedFor, {{"days", days}}));
  }
  return attempt;
}

Attempt attempt_of(const door::Answer& answer, const Desk& desk, const std::string& code,
                   const ticket::Registrations& registrations, Language language) {
  if (answer.verdict == door::Verdict::kAccepted) return accepted(answer, desk, language);
  if (answer.verdict == door::Verdict::kUsed) return used(answer, language);
  Attempt attempt = refusal(answer, registrations, language);
  // Shows a slip of the fingers. The field stays empty: a scanner would type behind what is there.
  if (answer.verdict == door::Verdict::kUnknown && code.size() <= kTypedBytesMax) {
    attempt.result.lines.push_back(web::text(language, texts::kGateTyped, {{"code", code}}));
  }
  return attempt;
}

Task<Response> post_gate(Request& request, const Needs& needs) {
  const Entry caller = enter_somewhere(needs, request, Action::kCheckIn);
  if (!caller) co_return caller.error();
  auto data = read_own_form(*caller, gate_code_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  auto quota = ticket::day_quota(needs.tickets.registrations, asked(request, "tag"),
                                 needs.tickets.civil_clock.now());
  if (!quota) co_return refused(needs, request, quota.error());
  if (const auto may = may_work(*caller, *quota); !may) {
    co_return refused(needs, request, may.error());
  }
  const Desk desk{std::move(*quota), asked_desk(request)};
  const Language language = web::language_of(request);
  if (!web::validate(gate_code_form(), *data)) {
    Attempt empty{.result = {.tone = Tone::kInfo,
                             .title = words(language, texts::kGateNoCode),
                             .lines = {data->errors.front().in(language)}},
                  .status = 422};
    co_return co_await show_gate(needs, request, *caller, desk, std::move(empty));
  }
  const std::string code(data->get("code"));
  const auto answer = co_await door::check_in(
      needs.tickets,
      {.ticket = code, .day = desk.day, .desk = desk.name, .account = std::string(caller->id())});
  if (!answer) co_return refused(needs, request, answer.error());
  co_return co_await show_gate(
      needs, request, *caller, desk,
      attempt_of(*answer, desk, code, needs.tickets.registrations, language));
}

// --- what a desk keeps for the time without network

// The same page without day, desk, name and session: the script finds those in the address.
Response get_off_line(Request& request, const Needs& needs) {
  const Language language = web::language_of(request);
  GatePage view{.head = {.page = needs.site.page(request, words(language, texts::kGateTitle))},
                .results = {},
                .action = web::path(language, kGatePage),
                .change_href = web::path(language, kGatePage),
                .sign_in_href = web::path(language, identity::kSignInPage)};
  view.head.page.is_private = true;
  make_app(view);
  web::Html out(language);
  render_gate(out, view);
  return web::html_response(std::move(out));
}

// Its scope is the page's address, not the folder that it lies in.
Response get_worker(Request& request) {
  const web::Asset* script = web::find_asset("desk_worker.js");
  Response response;
  response.body = script->raw;
  response.header("Content-Type", std::string(script->type))
      .header("Cache-Control", "no-cache")
      .header("X-Content-Type-Options", "nosniff")
      .header("Service-Worker-Allowed", web::path(web::language_of(request), kGatePage));
  return response;
}

}  // namespace

void add_gate(net::Router& router, const Needs& needs) {
  const std::string page(kGatePage);
  web::add_page(router, net::Method::kGet, page,
                net::AsyncHandler([needs](Request& request) { return get_gate(request, needs); }));
  web::add_page(router, net::Method::kGet, std::string(kOffLinePage),
                net::Handler([needs](Request& request) { return get_off_line(request, needs); }));
  web::add_page(router, net::Method::kGet, std::string(kWorker), net::Handler(get_worker));
  web::add_page(router, net::Method::kPost, page,
                net::AsyncHandler([needs](Request& request) { return post_gate(request, needs); }),
                {.body_bytes_max = 16 * 1024});
}

}  // namespace revier::console
