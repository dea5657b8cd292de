// SPDX-License-Identifier: EUPL-1.2
// One case at the desk: what was answered, files, messages, and what an office does with it.
#include <algorithm>

#include <fmt/format.h>

#include "casework/case_store.h"
#include "casework/export.h"
#include "casework/message_file.h"
#include "casework/texts.h"
#include "casework/wording.h"
#include "console/case_views.h"
#include "console/detail/cases.h"
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

web::kern::Tone case_tone(const Case& one) {
  if (one.state == casework::State::kReceived) return web::kern::Tone::kWarning;
  return casework::is_open(one.state) ? web::kern::Tone::kInfo : web::kern::Tone::kSuccess;
}

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

// Of the accounts those that may work on the case, and do not already.
std::vector<identity::Account> colleagues_of(const std::vector<identity::Account>& accounts,
                                             const Case& one) {
  std::vector<identity::Account> list;
  for (const identity::Account& account : accounts) {
    const auto may = [&](const identity::RoleGrant& given) {
      const identity::Role* const role = identity::find_role(given.role);
      if (role == nullptr) return false;
      const identity::Grant grant{role->actions, given.kind, given.id, given.within};
      return grant.covers(Action::kCasesWork, identity::Scope::office(one.office));
    };
    if (account.id != one.worker && !account.locked && std::ranges::any_of(account.roles, may)) {
      list.push_back(account);
    }
  }
  return list;
}

// Empty without accounts.
Task<Result<std::vector<identity::Account>>> find_colleagues(const Needs& needs, const Case& one) {
  if (needs.accounts == nullptr || !casework::is_open(one.state)) {
    co_return std::vector<identity::Account>();
  }
  RV_CO_ASSIGN(const std::vector<identity::Account> all,
               co_await blocking(needs, [&] { return needs.accounts->users(); }));
  co_return colleagues_of(all, one);
}

struct Trouble {
  std::string problem;
  std::string text;
  std::string file = {};
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
       .value = time_taken(one.ended_at.value_or(needs.tickets.civil_clock.now()) - submitted,
                           language)},
      {.key = words(language, texts::kCasesWorker),
       .value = one.worker_name.empty() ? words(language, texts::kCasesNobody) : one.worker_name},
      {.key = words(language, texts::kCaseMail),
       .value = words(language, one.mail.empty() ? texts::kCaseNoMail : texts::kCaseHasMail)},
      {.key = words(language, texts::kCaseKept), .value = web::date(language, one.delete_after)}};
}

CaseFileRow file_row(const CaseDeskPage& view, const casework::Attachment& file,
                     Language language) {
  CaseFileRow row{.name = file.name};
  if (file.scan == casework::Scan::kClean) row.href = view.action + "/datei/" + file.id;
  if (file.scan == casework::Scan::kWaiting) {
    row.note = words(language, casework::texts::kFileWaiting);
  }
  if (file.scan == casework::Scan::kInfected) {
    row.note = words(language, casework::texts::kFileInfected);
  }
  return row;
}

void add_desk_messages(CaseDeskPage& view, const OpenDesk& desk, Language language) {
  for (const CaseMessage& message : desk.messages) {
    const bool office = message.author == casework::Author::kOffice;
    view.messages.push_back(
        {.head = web::text(language, office ? texts::kCaseOffice : texts::kCasePerson,
                           {{"when", web::date_time(language, message.at)}}),
         .text = message.text,
         .files = {}});
    for (const casework::Attachment& file : desk.files) {
      if (file.message != message.number) continue;
      view.messages.back().files.push_back(file_row(view, file, language));
    }
  }
}

void add_desk_files(CaseDeskPage& view, const OpenDesk& desk, Language language) {
  const auto& published = desk.form->published;
  for (const casework::Attachment& file : desk.files) {
    if (file.message != 0) continue;
    CaseFileRow row = file_row(view, file, language);
    const bool is_photo = published && !published->photo.empty() && file.field == published->photo;
    if (is_photo && !row.href.empty()) {
      view.photos.push_back({.number = static_cast<int>(view.photos.size()) + 1,
                             .id = file.id,
                             .source = row.href,
                             .released = file.released,
                             .may_release = view.is_open});
    }
    view.files.push_back(std::move(row));
  }
}

Task<Response> show_desk(const Needs& needs, const Request& request, const Caller& caller,
                         const OpenDesk& desk, const Trouble& trouble, int status) {
  const auto colleagues = co_await find_colleagues(needs, desk.record);
  if (!colleagues) co_return refused(needs, request, colleagues.error());
  const Language language = web::language_of(request);
  CaseDeskPage view{
      .head = make_head(needs, request, caller,
                        web::text(language, texts::kCaseTitle, {{"number", desk.record.number}})),
      .form_title = desk.form->title.in(language),
      .tone = case_tone(desk.record),
      .state = case_state(desk.record, language),
      .facts = desk_facts(needs, desk, language),
      .answers = {.caption = words(language, texts::kCaseAnswers),
                  .columns = {{words(language, texts::kCaseQuestion)},
                              {words(language, texts::kCaseAnswer)}},
                  .rows = {}},
      .messages = {},
      .files = {},
      .photos = {},
      .input = casework::message_input(trouble.file, language),
      .colleagues = {},
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
  add_desk_messages(view, desk, language);
  add_desk_files(view, desk, language);
  for (const identity::Account& account : *colleagues) {
    view.colleagues.push_back({.value = account.id, .label = account.name});
  }
  view.head.page.has_errors = !view.problem.empty();
  web::Html out(language);
  render_case(out, view);
  co_return personal(std::move(out), status);
}

Task<Response> get_desk(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  co_return co_await show_desk(needs, request, *caller, *desk, {}, 200);
}

web::Form deed_form() {
  return {.fields = {csrf_field(),
                     {.name = "tun", .kind = web::FieldKind::kHidden},
                     {.name = "ergebnis", .kind = web::FieldKind::kHidden},
                     {.name = "wem", .kind = web::FieldKind::kHidden},
                     {.name = "foto", .kind = web::FieldKind::kHidden},
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
  if (what == "uebergeben") {
    return casework::OfficeDeed{.deed = Deed::kHandOn, .worker = std::string(data.get("wem"))};
  }
  if (what == "zeigen" || what == "verbergen") {
    return casework::OfficeDeed{.deed = what == "zeigen" ? Deed::kRelease : Deed::kConceal,
                                .file = std::string(data.get("foto"))};
  }
  return fail(Code::kBadRequestData, "unknown deed", "tun");
}

std::string trouble_text(const Error& error, Language language) {
  if (error.field == "text") return words(language, texts::kCaseNeedText);
  if (error.field == "outcome") return words(language, texts::kCaseNeedOutcome);
  if (error.field == "worker") return words(language, texts::kCaseNeedColleague);
  if (error.field == "file") return words(language, texts::kCaseNoRelease);
  return words(language, texts::kCaseChanged);
}

// The page again, where the file of a message was not taken.
Task<Response> show_no_file(const Needs& needs, const Request& request, const Caller& caller,
                            const OpenDesk& desk, const casework::OfficeDeed& deed,
                            const Error& error) {
  if (error.code != Code::kUnprocessable && error.code != Code::kTooLarge) {
    co_return refused(needs, request, error);
  }
  const std::string problem = casework::message_file_trouble(error, web::language_of(request));
  co_return co_await show_desk(needs, request, caller, desk,
                               {.problem = problem, .text = deed.text, .file = problem}, 422);
}

Task<Response> post_desk(Request& request, const Needs& needs) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto sent = web::read_upload(deed_form(), "datei", request);
  if (!sent) co_return refused(needs, request, sent.error());
  if (const auto own = caller->require_csrf(sent->data.get("csrf")); !own) {
    co_return refused(needs, request, own.error());
  }
  auto deed = deed_of(sent->data);
  if (!deed) co_return refused(needs, request, deed.error());
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  if (deed->deed == casework::Deed::kHandOn) {
    const auto colleagues = co_await find_colleagues(needs, desk->record);
    if (!colleagues) co_return refused(needs, request, colleagues.error());
    const auto found = std::ranges::find(*colleagues, deed->worker, &identity::Account::id);
    deed->worker = found == colleagues->end() ? std::string() : found->id;
    deed->worker_name = found == colleagues->end() ? std::string() : found->name;
  }
  const Language language = web::language_of(request);
  auto files = co_await casework::read_message_file(*needs.attachments, *sent);
  if (!files) co_return co_await show_no_file(needs, request, *caller, *desk, *deed, files.error());
  deed->files = std::move(*files);
  const auto done = co_await needs.cases->act(desk->record.id, *deed, *caller);
  if (done) {
    co_return Response::see_other(
        web::path(language, fmt::format("{}/{}?getan=1", kCasesPage, desk->record.id)));
  }
  const Code code = done.error().code;
  if (code == Code::kTooLarge) {
    co_return co_await show_no_file(needs, request, *caller, *desk, *deed, done.error());
  }
  if (code != Code::kUnprocessable && code != Code::kConflict) {
    co_return refused(needs, request, done.error());
  }
  co_return co_await show_desk(
      needs, request, *caller, *desk,
      {.problem = trouble_text(done.error(), language), .text = deed->text},
      code == Code::kConflict ? 409 : 422);
}

Task<Response> get_export(Request& request, const Needs& needs, bool xml) {
  const Entry caller = enter_cases(needs, request);
  if (!caller) co_return caller.error();
  const auto desk = co_await open_desk(needs, request, *caller);
  if (!desk) co_return refused(needs, request, desk.error());
  co_return casework::answer_export(*desk->form, desk->record, desk->answers, desk->messages,
                                    desk->files, xml);
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

}  // namespace

void add_case_desk(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}", get_desk);
  web::add_page(router, Method::kPost, "/console/vorgaenge/{id}",
                net::AsyncHandler([needs](Request& request) { return post_desk(request, needs); }),
                casework::kMessageBody);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/daten.json", get_json);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/daten.xml", get_xml);
  add_staff_page(router, needs, Method::kGet, "/console/vorgaenge/{id}/datei/{file}", get_file);
}

}  // namespace revier::console
