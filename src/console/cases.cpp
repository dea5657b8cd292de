// SPDX-License-Identifier: EUPL-1.2
// Cases of online forms at the desk: list and figures. Who has the right for one office only sees
// that office's cases.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/ascii.h"
#include "casework/case_store.h"
#include "casework/texts.h"
#include "casework/wording.h"
#include "console/case_views.h"
#include "console/detail/cases.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using casework::Case;
using casework::DefinitionPtr;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::int64_t kCasesAPage = 25;

// Of the forms' offices those whose cases the caller works on; nullopt: all.
std::optional<std::vector<std::string>> offices_of(const Needs& needs, const Caller& caller) {
  if (caller.may(Action::kCasesWork)) return std::nullopt;
  std::set<std::string> offices;
  for (const DefinitionPtr& form : needs.forms->all()) {
    if (caller.may(Action::kCasesWork, identity::Scope::office(form->office))) {
      offices.insert(form->office);
    }
  }
  return std::vector<std::string>(offices.begin(), offices.end());
}

// --- list

constexpr std::array kAges = {7, 14, 28};  // days

struct Wish {
  casework::rows::CaseFilter filter;
  std::string worker;  // "alle", "ich", "niemand" or the id of an account
  int days = 0;        // that a case is older than; 0: any
  int page = 1;
};

Wish read_wish(const Needs& needs, const Request& request, const Caller& caller) {
  Wish wish{.filter = {.form = asked(request, "anliegen"),
                       .state = asked(request, "stand"),
                       .number = upper_case(asked(request, "nummer"))},
            .worker = asked(request, "bei"),
            .page = asked_page(request)};
  if (wish.filter.form == "alle") wish.filter.form.clear();
  if (wish.filter.state.empty() && wish.filter.number.empty()) wish.filter.state = "open";
  if (wish.filter.state == "alle") wish.filter.state.clear();
  if (wish.worker.empty()) wish.worker = "alle";
  wish.filter.unassigned = wish.worker == "niemand";
  if (wish.worker == "ich") {
    wish.filter.worker = std::string(caller.id());
  } else if (wish.worker != "alle" && !wish.filter.unassigned) {
    wish.filter.worker = wish.worker;
  }
  const std::string age = asked(request, "alter");
  for (const int days : kAges) {
    if (age == std::to_string(days)) wish.days = days;
  }
  if (wish.days > 0)
    wish.filter.submitted_before = needs.tickets.civil_clock.now() - Duration::days(wish.days);
  wish.filter.offices = offices_of(needs, caller);
  wish.filter.limit = kCasesAPage;
  wish.filter.offset = (wish.page - 1) * kCasesAPage;
  return wish;
}

std::string title_of(const Needs& needs, const std::string& form, Language language) {
  const DefinitionPtr found = needs.forms->newest(form);
  return found == nullptr ? form : found->title.in(language);
}

std::string text_of_state(casework::State state, casework::Outcome outcome, Language language) {
  if (state == casework::State::kAsked) return words(language, texts::kCasesAsked);
  return words(language, casework::state_label(state, outcome));
}

web::kern::Table case_table(const Needs& needs, const std::vector<Case>& cases, Language language) {
  web::kern::Table table{.caption = words(language, texts::kCasesTitle),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kCasesNumber)},
                                     {words(language, texts::kCasesForm)},
                                     {words(language, texts::kCasesState)},
                                     {words(language, texts::kCasesSubmitted)},
                                     {words(language, texts::kCasesAge)},
                                     {words(language, texts::kCasesWorker)}},
                         .rows = {}};
  for (const Case& one : cases) {
    const Instant submitted = one.submitted_at.value_or(one.created_at);
    const Duration age = one.ended_at.value_or(needs.tickets.civil_clock.now()) - submitted;
    table.rows.push_back({{.text = one.number,
                           .href = web::path(language, fmt::format("{}/{}", kCasesPage, one.id))},
                          {.text = title_of(needs, one.form, language)},
                          {.text = case_state(one, language)},
                          {.text = web::date_time(language, submitted)},
                          {.text = time_taken(age, language)},
                          {.text = one.worker_name.empty() ? words(language, texts::kCasesNobody)
                                                           : one.worker_name}});
  }
  return table;
}

std::vector<web::kern::Choice> form_choices(const Needs& needs, const Wish& wish,
                                            Language language) {
  std::vector<web::kern::Choice> choices = {{.value = "alle",
                                             .label = words(language, texts::kCasesAll),
                                             .selected = wish.filter.form.empty()}};
  for (const DefinitionPtr& form : needs.forms->all()) {
    choices.push_back({.value = form->id,
                       .label = form->title.in(language),
                       .selected = wish.filter.form == form->id});
  }
  return choices;
}

std::vector<web::kern::Choice> state_choices(const Wish& wish, Language language) {
  std::vector<web::kern::Choice> choices = {
      {.value = "open", .label = words(language, texts::kCasesOpen)},
      {.value = "ended", .label = words(language, texts::kCasesEnded)},
      {.value = "alle", .label = words(language, texts::kCasesAll)}};
  for (const auto state :
       {casework::State::kReceived, casework::State::kWorking, casework::State::kAsked}) {
    choices.push_back({.value = std::string(casework::to_string(state)),
                       .label = text_of_state(state, casework::Outcome::kNone, language)});
  }
  for (web::kern::Choice& choice : choices) {
    choice.selected = choice.value == (wish.filter.state.empty() ? "alle" : wish.filter.state);
  }
  return choices;
}

std::vector<web::kern::Choice> worker_choices(const std::vector<casework::rows::Worker>& workers,
                                              const Wish& wish, const Caller& caller,
                                              Language language) {
  std::vector<web::kern::Choice> choices = {
      {.value = "alle", .label = words(language, texts::kCasesAnybody)},
      {.value = "ich", .label = words(language, texts::kCasesMine)},
      {.value = "niemand", .label = words(language, texts::kCasesNobody)}};
  for (const auto& worker : workers) {
    if (worker.id != caller.id()) choices.push_back({.value = worker.id, .label = worker.name});
  }
  for (web::kern::Choice& choice : choices) choice.selected = choice.value == wish.worker;
  return choices;
}

std::vector<web::kern::Choice> age_choices(const Wish& wish, Language language) {
  std::vector<web::kern::Choice> choices = {
      {.value = "alle", .label = words(language, texts::kCasesAnyAge), .selected = wish.days == 0}};
  for (const int days : kAges) {
    choices.push_back({.value = std::to_string(days),
                       .label = web::text(language, texts::kCasesOlder, {{"days", days}}),
                       .selected = wish.days == days});
  }
  return choices;
}

Task<Response> show_cases(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const Wish wish = read_wish(needs, request, *caller);
  std::vector<Case> cases;
  std::int64_t count = 0;
  std::vector<casework::rows::Worker> workers;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(workers, casework::rows::workers(session, wish.filter.offices));
    RV_ASSIGN(count, casework::rows::count(session, wish.filter));
    RV_ASSIGN(cases, casework::rows::list(session, wish.filter));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  CasesPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kCasesTitle)),
      .forms = form_choices(needs, wish, language),
      .states = state_choices(wish, language),
      .workers = worker_choices(workers, wish, *caller, language),
      .ages = age_choices(wish, language),
      .number = wish.filter.number,
      .count = count,
      .table = case_table(needs, cases, language),
      .pagination = {.address = address(
                         kCasesPage,
                         {{"anliegen", wish.filter.form},
                          {"stand", wish.filter.state},
                          {"nummer", wish.filter.number},
                          {"bei", wish.worker},
                          {"alter", wish.days == 0 ? std::string() : std::to_string(wish.days)}}),
                     .current = wish.page,
                     .last = last_page(count, kCasesAPage)},
      .figures_href = web::path(language, std::string(kCasesPage) + "/zahlen")};
  web::Html out(language);
  render_cases(out, view);
  co_return personal(std::move(out));
}

// --- figures

std::string share_text(const std::vector<Duration>& ascending, std::size_t tenths,
                       Language language) {
  if (ascending.empty()) return "–";
  return time_taken(ascending[(ascending.size() - 1) * tenths / 10], language);
}

Task<Response> show_case_figures(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  std::vector<casework::rows::FormFigures> lines;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(lines, casework::rows::figures(session,
                                             needs.tickets.civil_clock.now() - Duration::days(365),
                                             offices_of(needs, *caller)));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  CaseFiguresPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kFiguresCases)),
      .table = {.caption = words(language, texts::kFiguresCases),
                .caption_visible = false,
                .columns = {{words(language, texts::kCasesForm)},
                            {words(language, texts::kFiguresCasesReceived), true},
                            {words(language, texts::kFiguresCasesOpen), true},
                            {words(language, texts::kFiguresCasesEnded), true},
                            {words(language, texts::kFiguresCasesHalf)},
                            {words(language, texts::kFiguresCasesMost)}},
                .rows = {}}};
  for (const auto& line : lines) {
    view.table.rows.push_back({{.text = title_of(needs, line.form, language)},
                               {.text = web::number(language, line.received)},
                               {.text = web::number(language, line.open)},
                               {.text = web::number(language, line.ended)},
                               {.text = share_text(line.durations, 5, language)},
                               {.text = share_text(line.durations, 9, language)}});
  }
  web::Html out(language);
  render_case_figures(out, view);
  co_return personal(std::move(out));
}

}  // namespace

Entry enter_cases(const Needs& needs, const Request& request) {
  Caller caller = needs.tickets.identity.authenticate(request);
  if (!caller.needs_second_factor() && caller.may_somewhere(Action::kCasesWork)) return caller;
  return enter(needs, request, Action::kCasesWork);
}

std::string case_state(const Case& one, Language language) {
  return text_of_state(one.state, one.outcome, language);
}

std::string time_taken(Duration time, Language language) {
  if (time < Duration::minutes(1)) return words(language, texts::kCasesUnderMinute);
  return web::duration(language, time);
}

void add_cases(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kCasesPage, show_cases);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/zahlen", show_case_figures);
  add_case_desk(router, needs);
}

}  // namespace revier::console
