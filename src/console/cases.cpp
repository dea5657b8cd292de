// SPDX-License-Identifier: EUPL-1.2
// Cases of online forms at the desk: list, one case with what an office does, figures. Who has the
// right for one office only sees that office's cases.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "casework/case_store.h"
#include "casework/export.h"
#include "casework/texts.h"
#include "casework/wording.h"
#include "console/case_views.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"

namespace revier::console {
namespace {

using casework::Answers;
using casework::Case;
using casework::CaseMessage;
using casework::DefinitionPtr;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kCasesPage = "/console/vorgaenge";
constexpr std::int64_t kCasesAPage = 25;

Instant cases_now(const Needs& needs) { return needs.tickets.civil_clock.now(); }

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

// Who works on the cases of at least one office.
Entry enter_cases(const Needs& needs, const Request& request) {
  Caller caller = needs.tickets.identity.authenticate(request);
  if (!caller.needs_second_factor() && caller.may_somewhere(Action::kCasesWork)) return caller;
  return enter(needs, request, Action::kCasesWork);
}

web::kern::Tone tone_of(const Case& one) {
  if (one.state == casework::State::kReceived) return web::kern::Tone::kWarning;
  return casework::is_open(one.state) ? web::kern::Tone::kInfo : web::kern::Tone::kSuccess;
}

std::string state_of(const Case& one, Language language) {
  return words(language, casework::state_label(one.state, one.outcome));
}

// --- list

struct Wish {
  casework::rows::CaseFilter filter;
  bool mine = false;
  int page = 1;
};

Wish read_wish(const Needs& needs, const Request& request, const Caller& caller) {
  Wish wish{.filter = {.form = asked(request, "anliegen"),
                       .state = asked(request, "stand"),
                       .number = asked(request, "nummer")},
            .mine = !asked(request, "meine").empty(),
            .page = asked_page(request)};
  std::ranges::transform(wish.filter.number, wish.filter.number.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (wish.filter.form == "alle") wish.filter.form.clear();
  if (wish.filter.state.empty() && wish.filter.number.empty()) wish.filter.state = "open";
  if (wish.filter.state == "alle") wish.filter.state.clear();
  if (wish.mine) wish.filter.worker = std::string(caller.id());
  wish.filter.offices = offices_of(needs, caller);
  wish.filter.limit = kCasesAPage;
  wish.filter.offset = (wish.page - 1) * kCasesAPage;
  return wish;
}

std::string title_of(const Needs& needs, const std::string& form, Language language) {
  const DefinitionPtr found = needs.forms->newest(form);
  return found == nullptr ? form : found->title.in(language);
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
    const Duration age = one.ended_at.value_or(cases_now(needs)) - submitted;
    table.rows.push_back({{.text = one.number,
                           .href = web::path(language, fmt::format("{}/{}", kCasesPage, one.id))},
                          {.text = title_of(needs, one.form, language)},
                          {.text = state_of(one, language)},
                          {.text = web::date_time(language, submitted)},
                          {.text = web::duration(language, age)},
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
    choices.push_back(
        {.value = std::string(casework::to_string(state)),
         .label = words(language, casework::state_label(state, casework::Outcome::kNone))});
  }
  for (web::kern::Choice& choice : choices) {
    choice.selected = choice.value == (wish.filter.state.empty() ? "alle" : wish.filter.state);
  }
  return choices;
}

Task<Response> show_cases(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const Wish wish = read_wish(needs, request, *caller);
  std::vector<Case> cases;
  std::int64_t count = 0;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(count, casework::rows::count(session, wish.filter));
    RV_ASSIGN(cases, casework::rows::list(session, wish.filter));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  CasesPage view{.head = make_head(needs, request, *caller, words(language, texts::kCasesTitle)),
                 .forms = form_choices(needs, wish, language),
                 .states = state_choices(wish, language),
                 .mine = wish.mine,
                 .number = wish.filter.number,
                 .count = count,
                 .table = case_table(needs, cases, language),
                 .pagination = {.address = address(kCasesPage, {{"anliegen", wish.filter.form},
                                                                {"stand", wish.filter.state},
                                                                {"nummer", wish.filter.number},
                                                                {"meine", wish.mine ? "1" : ""}}),
                                .current = wish.page,
                                .last = last_page(count, kCasesAPage)},
                 .figures_href = web::path(language, std::string(kCasesPage) + "/zahlen")};
  web::Html out(language);
  render_cases(out, view);
  co_return personal(std::move(out));
}

// --- one case

struct OpenDesk {
  Case record;
  DefinitionPtr form;
  Answers answers;
  std::vector<CaseMessage> messages;
  std::vector<casework::Attachment> files;
};

// Errors: kResourceNotFound, also for another office's and for drafts.
Task<Result<OpenDesk>> open_desk(const Needs& needs, const Request& request, const Caller& caller) {
  OpenDesk desk;
  const std::string id(request.param("id"));
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(desk.record, casework::rows::find(session, id));
    RV_ASSIGN(desk.messages, casework::rows::messages(session, id));
    RV_ASSIGN(desk.files, casework::rows::attachments(session, id));
    return {};
  }));
  const auto scope = identity::Scope::office(desk.record.office);
  if (desk.record.state == casework::State::kDraft || !caller.may(Action::kCasesWork, scope)) {
    co_return fail(Code::kResourceNotFound, "there is no such case");
  }
  RV_CO_ASSIGN(desk.form, needs.cases->form_of(desk.record));
  RV_CO_ASSIGN(const json::Document document, json::Document::parse(desk.record.answers));
  RV_CO_ASSIGN(desk.answers, casework::read_answers(*desk.form, document.root()));
  co_return desk;
}

struct Trouble {
  std::string problem;
  std::string text;
  int status = 422;
};

std::vector<web::kern::Row> desk_facts(const Needs& needs, const OpenDesk& desk,
                                       Language language) {
  const Case& one = desk.record;
  const Instant submitted = one.submitted_at.value_or(one.created_at);
  return {
      {.key = words(language, texts::kFormsOffice), .value = desk.form->office_name.in(language)},
      {.key = words(language, texts::kCasesSubmitted),
       .value = web::date_time(language, submitted)},
      {.key = words(language, texts::kCasesAge),
       .value = web::duration(language, one.ended_at.value_or(cases_now(needs)) - submitted)},
      {.key = words(language, texts::kCasesWorker),
       .value = one.worker_name.empty() ? words(language, texts::kCasesNobody) : one.worker_name},
      {.key = words(language, texts::kCaseMail),
       .value = words(language, one.mail.empty() ? texts::kCaseNoMail : texts::kCaseHasMail)},
      {.key = words(language, texts::kCaseKept), .value = web::date(language, one.delete_after)}};
}

Response show_desk(const Needs& needs, const Request& request, const Caller& caller,
                   const OpenDesk& desk, const Trouble& trouble, int status) {
  const Language language = web::language_of(request);
  CaseDeskPage view{
      .head = make_head(needs, request, caller,
                        web::text(language, texts::kCaseTitle, {{"number", desk.record.number}})),
      .form_title = desk.form->title.in(language),
      .tone = tone_of(desk.record),
      .state = state_of(desk.record, language),
      .facts = desk_facts(needs, desk, language),
      .answers = {.caption = words(language, texts::kCaseAnswers),
                  .columns = {{words(language, texts::kCaseQuestion)},
                              {words(language, texts::kCaseAnswer)}},
                  .rows = {}},
      .messages = {},
      .files = {},
      .problem = trouble.problem,
      .text = trouble.text,
      .done = !asked(request, "getan").empty(),
      .is_open = casework::is_open(desk.record.state),
      .is_mine = !desk.record.worker.empty() && desk.record.worker == caller.id(),
      .outcomes = {{.value = "granted", .label = words(language, texts::kCaseGranted)},
                   {.value = "refused", .label = words(language, texts::kCaseRefused)},
                   {.value = "settled", .label = words(language, texts::kCaseSettled)}},
      .csrf = std::string(caller.csrf()),
      .action = web::path(language, fmt::format("{}/{}", kCasesPage, desk.record.id))};
  for (auto& line :
       casework::answer_lines(*desk.form, desk.answers, casework::names_of(desk.files), language)) {
    view.answers.rows.push_back(
        {{.text = std::move(line.question)}, {.text = std::move(line.answer)}});
  }
  for (const CaseMessage& message : desk.messages) {
    const bool office = message.author == casework::Author::kOffice;
    view.messages.push_back(
        {.head = web::text(language, office ? texts::kCaseOffice : texts::kCasePerson,
                           {{"when", web::date_time(language, message.at)}}),
         .text = message.text});
  }
  for (const casework::Attachment& file : desk.files) {
    CaseFileRow row{.name = file.name};
    if (file.scan == casework::Scan::kClean) row.href = view.action + "/datei/" + file.id;
    if (file.scan == casework::Scan::kWaiting) {
      row.note = words(language, casework::texts::kFileWaiting);
    }
    if (file.scan == casework::Scan::kInfected) {
      row.note = words(language, casework::texts::kFileInfected);
    }
    view.files.push_back(std::move(row));
  }
  view.head.page.has_errors = !view.problem.empty();
  web::Html out(language);
  render_case(out, view);
  return personal(std::move(out), status);
}

Task<Response> get_desk(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  co_return show_desk(needs, request, *caller, *desk, {}, 200);
}

web::Form deed_form() {
  return {.fields = {csrf_field(),
                     {.name = "tun", .kind = web::FieldKind::kHidden},
                     {.name = "ergebnis", .kind = web::FieldKind::kHidden},
                     {.name = "text", .kind = web::FieldKind::kTextarea},
                     {.name = "grund", .kind = web::FieldKind::kTextarea}}};
}

// Errors: kBadRequestData.
Result<casework::OfficeDeed> deed_of(const web::FormData& data) {
  using casework::Deed;
  const std::string_view what = data.get("tun");
  if (what == "uebernehmen") return casework::OfficeDeed{.deed = Deed::kTake};
  if (what == "zurueckgeben") return casework::OfficeDeed{.deed = Deed::kGive};
  if (what == "schreiben" || what == "nachfragen") {
    return casework::OfficeDeed{.deed = what == "schreiben" ? Deed::kWrite : Deed::kAsk,
                                .text = std::string(data.get("text"))};
  }
  if (what == "entscheiden") {
    return casework::OfficeDeed{.deed = Deed::kDecide,
                                .outcome = casework::parse_outcome(data.get("ergebnis")),
                                .text = std::string(data.get("grund"))};
  }
  return fail(Code::kBadRequestData, "unknown deed", "tun");
}

std::string trouble_text(const Error& error, Language language) {
  if (error.field == "text") return words(language, texts::kCaseNeedText);
  if (error.field == "outcome") return words(language, texts::kCaseNeedOutcome);
  return words(language, texts::kCaseChanged);
}

Task<Response> post_desk(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, deed_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const auto deed = deed_of(*data);
  if (!deed) co_return refused(needs, request, deed.error());
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  const auto done = co_await needs.cases->act(desk->record.id, *deed, *caller);
  const Language language = web::language_of(request);
  if (done) {
    co_return Response::see_other(
        web::path(language, fmt::format("{}/{}?getan=1", kCasesPage, desk->record.id)));
  }
  const Code code = done.error().code;
  if (code != Code::kUnprocessable && code != Code::kConflict) {
    co_return refused(needs, request, done.error());
  }
  co_return show_desk(needs, request, *caller, *desk,
                      {.problem = trouble_text(done.error(), language), .text = deed->text},
                      code == Code::kConflict ? 409 : 422);
}

Task<Response> get_export(Request& request, const Needs& needs, bool xml) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  co_return casework::answer_export(*desk->form, desk->record, desk->answers, desk->messages, xml);
}

Task<Response> get_json(Request& request, const Needs& needs) {
  return get_export(request, needs, false);
}
Task<Response> get_xml(Request& request, const Needs& needs) {
  return get_export(request, needs, true);
}

Task<Response> get_file(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  Result<casework::rows::FileContent> content = fail(Code::kInternalError, "not read");
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    content = casework::rows::file_content(session, desk->record.id, request.param("file"));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  if (!content) co_return refused(needs, request, content.error());
  co_return casework::file_response(content->file.name, content->file.type,
                                    std::move(content->bytes));
}

// --- figures

std::string share_text(const std::vector<Duration>& ascending, std::size_t tenths,
                       Language language) {
  if (ascending.empty()) return "–";
  return web::duration(language, ascending[(ascending.size() - 1) * tenths / 10]);
}

Task<Response> show_case_figures(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  std::vector<casework::rows::FormFigures> lines;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(lines, casework::rows::figures(session, cases_now(needs) - Duration::days(365),
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

void add_cases(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, std::string(kCasesPage), show_cases);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/zahlen", show_case_figures);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}", get_desk);
  add_staff_page(router, needs, Method::kPost, "/console/vorgaenge/{id}", post_desk);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/daten.json", get_json);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/daten.xml", get_xml);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/datei/{file}", get_file);
}

}  // namespace revier::console
