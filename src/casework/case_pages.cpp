// SPDX-License-Identifier: EUPL-1.2
// A case by its secret link: how it stands, messages, downloads, withdrawing.
#include <fmt/format.h>

#include "casework/case_store.h"
#include "casework/detail/page_parts.h"
#include "casework/export.h"
#include "casework/message_file.h"
#include "casework/pages.h"
#include "casework/receipt.h"
#include "casework/texts.h"

namespace revier::casework {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Language;

// Of an error: too many files came from a network.
constexpr const char* kUploads = "uploads";

// Handed in. Errors: kResourceNotFound for a draft too.
Task<Result<OpenCase>> open_sent(const Request& request, const Pages& pages) {
  auto open = co_await open_case(request, pages);
  if (open && open->record.state == State::kDraft) {
    co_return fail(Code::kResourceNotFound, "this form has not been handed in");
  }
  co_return open;
}

Task<Result<std::vector<CaseMessage>>> messages_of(const Pages& pages, const Case& one) {
  std::vector<CaseMessage> list;
  auto read = co_await pages.reads.run([&] {
    return pages.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, rows::messages(session, one.id));
      return {};
    });
  });
  if (!read) co_return fail(read.error());
  if (!*read) co_return fail(read->error());
  co_return list;
}

web::Form message_form() {
  return {.fields = {{.name = "nachricht",
                      .kind = web::FieldKind::kTextarea,
                      .label = texts::kCaseWrite,
                      .required = true,
                      .length_max = 2'000,
                      .missing = texts::kCaseMessageMissing}}};
}

web::kern::Tone tone_of(const Case& one) {
  if (one.state == State::kAsked) return web::kern::Tone::kWarning;
  if (one.state != State::kDecided) return web::kern::Tone::kInfo;
  return one.outcome == Outcome::kRefused ? web::kern::Tone::kDanger : web::kern::Tone::kSuccess;
}

std::vector<web::kern::Row> case_facts(const OpenCase& open, Language language) {
  const Case& one = open.record;
  std::vector<web::kern::Row> facts;
  const auto add = [&](const web::Text& key, std::string value) {
    facts.push_back({.key = std::string(web::text(language, key)), .value = std::move(value)});
  };
  add(texts::kCaseNumber, one.number);
  add(texts::kStartOffice, open.form->office_name.in(language));
  add(texts::kCaseSubmitted, web::date_time(language, one.submitted_at.value_or(one.created_at)));
  if (one.ended_at) {
    add(texts::kCaseEnded, web::date_time(language, *one.ended_at));
    add(texts::kCaseKept, web::date(language, one.delete_after));
  }
  return facts;
}

void add_messages(CasePage& view, const OpenCase& open, const std::vector<CaseMessage>& messages,
                  std::string_view base, Language language) {
  for (const CaseMessage& message : messages) {
    const bool office = message.author == Author::kOffice;
    const std::string when = web::date_time(language, message.at);
    view.messages.push_back(
        {.head = office
                     ? web::text(language, texts::kCaseFromOffice,
                                 {{"office", open.form->office_name.in(language)}, {"when", when}})
                     : web::text(language, texts::kCaseFromYou, {{"when", when}}),
         .text = message.text,
         .from_office = office,
         .files = file_rows(open.files, "", base, language, message.number)});
  }
}

Task<Response> show_case(Request& request, const Pages& pages, const OpenCase& open,
                         const web::Form& form, const web::FormData& data, int status,
                         std::string file_problem = {}) {
  const auto messages = co_await messages_of(pages, open.record);
  if (!messages) co_return refused(pages, request, messages.error());
  const Language language = web::language_of(request);
  CasePage view{
      .page = private_page(
          pages, request, web::text(language, texts::kCaseTitle, {{"number", open.record.number}})),
      .form_title = open.form->title.in(language),
      .state = state_text(open.record, language),
      .tone = tone_of(open.record),
      .facts = case_facts(open, language),
      .is_new = request.query_param("neu").has_value(),
      .is_open = is_open(open.record.state),
      .sent = request.query_param("gesendet").has_value(),
      .messages = {},
      .files = file_rows(open.files, "", case_address(request, ""), language),
      .form = form,
      .data = data,
      .input = message_input(std::move(file_problem), language),
      .message_action = case_address(request, "/nachricht"),
      .receipt_href = case_address(request, "/quittung.pdf"),
      .json_href = case_address(request, "/daten.json"),
      .xml_href = case_address(request, "/daten.xml"),
      .withdraw_href = case_address(request, "/zurueckziehen"),
      .parts = answer_parts(open, language, "")};
  add_messages(view, open, *messages, case_address(request, ""), language);
  view.page.has_errors = !data.valid() || !view.input.problem.empty();
  web::Html out(language);
  render_case(out, view);
  co_return web::html_response(std::move(out), status, web::Caching::kNever);
}

Task<Response> get_case(Request& request, const Pages& pages) {
  const auto open = co_await open_case(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  if (open->record.state == State::kDraft) {
    co_return Response::see_other(case_address(request, first_open_page(*open)))
        .header("Cache-Control", "no-store");
  }
  const web::Form form = message_form();
  co_return co_await show_case(request, pages, *open, form, {}, 200);
}

// Asks what is cheap before the file is looked into.
Task<Result<Case>> write_message(const Request& request, const Pages& pages, const OpenCase& open,
                                 const web::Upload& sent) {
  const std::string text(sent.data.get("nachricht"));
  if (!sent.file.empty()) {
    RV_CO_TRY(co_await may_write(pages, open, text, sent.file.size()));
    if (!take_attempt(*pages.uploads, request, pages)) {
      co_return fail(Code::kTooManyRequests, "too many files from this network", kUploads);
    }
  }
  auto files = co_await read_message_file(pages.attachments, sent);
  if (!files) co_return fail(files.error());
  co_return co_await pages.cases.write(open.record.id, text, std::move(*files));
}

// The page again with what kept a message from being taken.
Task<Response> refuse_message(Request& request, const Pages& pages, const OpenCase& open,
                              const web::Form& form, web::FormData& data, const Error& error) {
  const bool too_many = error.code == Code::kTooManyRequests;
  const int status = too_many ? 429 : 422;
  if (error.field == "messages" || (too_many && error.field != kUploads)) {
    data.fail("nachricht", too_many ? texts::kCaseMessageSoon : texts::kCaseMessageFull);
    co_return co_await show_case(request, pages, open, form, data, status);
  }
  if (!too_many && error.code != Code::kUnprocessable && error.code != Code::kTooLarge) {
    co_return refused(pages, request, error);
  }
  co_return co_await show_case(request, pages, open, form, data, status,
                               message_file_trouble(error, web::language_of(request)));
}

Task<Response> post_message(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) {
    co_return refused(pages, request, {Code::kForbidden, "a form of another site"});
  }
  const auto open = co_await open_sent(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const web::Form form = message_form();
  auto sent = web::read_upload(form, "datei", request);
  if (!sent) co_return refused(pages, request, sent.error());
  if (!web::validate(form, sent->data)) {
    co_return co_await show_case(request, pages, *open, form, sent->data, 422);
  }
  const auto done = co_await write_message(request, pages, *open, *sent);
  if (!done && done.error().code == Code::kConflict) {
    co_return Response::see_other(case_address(request, ""));
  }
  if (!done) {
    co_return co_await refuse_message(request, pages, *open, form, sent->data, done.error());
  }
  co_return Response::see_other(case_address(request, "?gesendet=1"));
}

Task<Response> get_receipt(Request& request, const Pages& pages) {
  const auto open = co_await open_sent(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const std::string owner = pages.site.owner_in(web::language_of(request));
  auto drawn = co_await pages.pool.run([&] {
    return draw_receipt(*open->form, open->record, open->answers, names_of(open->files), owner);
  });
  if (!drawn) co_return refused(pages, request, drawn.error());
  if (!*drawn) co_return refused(pages, request, drawn->error());
  co_return Response::text(200, "application/pdf", std::move(**drawn))
      .header("Cache-Control", "no-store")
      .header("X-Content-Type-Options", "nosniff")
      .header("Content-Disposition",
              fmt::format("attachment; filename=\"{}.pdf\"", open->record.number));
}

Task<Response> get_data(Request& request, const Pages& pages, bool xml) {
  const auto open = co_await open_sent(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const auto messages = co_await messages_of(pages, open->record);
  if (!messages) co_return refused(pages, request, messages.error());
  co_return answer_export(*open->form, open->record, open->answers, *messages, open->files, xml);
}

Task<Response> get_json(Request& request, const Pages& pages) {
  return get_data(request, pages, false);
}
Task<Response> get_xml(Request& request, const Pages& pages) {
  return get_data(request, pages, true);
}

Task<Response> get_withdraw(Request& request, const Pages& pages) {
  const auto open = co_await open_case(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const bool draft = open->record.state == State::kDraft;
  if (!draft && !is_open(open->record.state)) {
    co_return Response::see_other(case_address(request, ""));
  }
  const Language language = web::language_of(request);
  const auto t = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  AskPage view{.page = private_page(
                   pages, request, t(draft ? texts::kCaseDiscardTitle : texts::kCaseWithdrawTitle)),
               .text = t(draft ? texts::kCaseDiscardText : texts::kCaseWithdrawText),
               .yes = t(draft ? texts::kCaseDiscardYes : texts::kCaseWithdrawYes),
               .back_href = case_address(request, draft ? "/spaeter" : "")};
  web::Html out(language);
  render_ask(out, view);
  co_return web::html_response(std::move(out), 200, web::Caching::kNever);
}

Task<Response> post_withdraw(Request& request, const Pages& pages) {
  if (!web::same_origin(request)) {
    co_return refused(pages, request, {Code::kForbidden, "a form of another site"});
  }
  const auto open = co_await open_case(request, pages);
  if (!open) co_return refused(pages, request, open.error());
  const auto done = co_await pages.cases.withdraw(open->record.id);
  if (!done && done.error().code != Code::kConflict) {
    co_return refused(pages, request, done.error());
  }
  if (open->record.state != State::kDraft) {
    co_return Response::see_other(case_address(request, ""));
  }
  const Language language = web::language_of(request);
  web::Html out(language);
  render_note(
      out, {private_page(pages, request, std::string(web::text(language, texts::kCaseDiscarded)))});
  co_return web::html_response(std::move(out), 200, web::Caching::kNever);
}

}  // namespace

void add_own_case_pages(net::Router& router, const Pages& pages) {
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}", get_case);
  web::add_page(
      router, Method::kPost, "/vorgang/{token}/nachricht",
      net::AsyncHandler([pages](Request& request) { return post_message(request, pages); }),
      kMessageBody);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/quittung.pdf", get_receipt);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/daten.json", get_json);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/daten.xml", get_xml);
  add_case_page(router, pages, Method::kGet, "/vorgang/{token}/zurueckziehen", get_withdraw);
  add_case_page(router, pages, Method::kPost, "/vorgang/{token}/zurueckziehen", post_withdraw);
}

}  // namespace revier::casework
