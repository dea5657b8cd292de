// SPDX-License-Identifier: EUPL-1.2
#include "casework/api.h"

#include <fmt/format.h>

#include "casework/case_store.h"
#include "casework/detail/page_parts.h"
#include "casework/export.h"
#include "json/json.h"
#include "json/reader.h"

namespace revier::casework {
namespace {

using identity::Action;
using net::Method;
using net::Request;
using net::Response;

constexpr Duration kCaseWindow = Duration::minutes(15);
constexpr std::size_t kSendersMax = 20'000;
constexpr net::RouteOptions kDefinitionBody{.body_bytes_max = 256 * 1024};
// Answers and files as Base64.
constexpr std::size_t kCaseJsonBytesMax = 14'000'000;
constexpr net::RouteOptions kAnswersBody{.body_bytes_max = kCaseJsonBytesMax};

Response get_forms(const ApiNeeds& needs) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const DefinitionPtr& form : needs.forms.all()) out.raw(form->json);
  out.end_array();
  return Response::json(200, std::move(text));
}

Response get_form(const Request& request, const ApiNeeds& needs) {
  const DefinitionPtr form = needs.forms.newest(request.param("id"));
  if (form == nullptr) return Response::problem({Code::kResourceNotFound, "there is no such form"});
  return Response::json(200, form->json);
}

// Who edits the programme brings its forms: the demo does.
Result<> may_import(const identity::Caller& caller) {
  if (caller.may(Action::kSettingsManage)) return {};
  return caller.require(Action::kProgrammeEdit);
}

Task<Response> put_form(Request& request, const ApiNeeds& needs) {
  const identity::Caller caller = needs.identity.authenticate(request);
  if (const auto may = may_import(caller); !may) co_return Response::problem(may.error());
  const auto form = parse_definition(request.body);
  if (!form) co_return Response::problem(form.error());
  if (form->id != request.param("id")) {
    co_return Response::problem(
        {Code::kUnprocessable, "/id: expected the id of the address", "/id"});
  }
  const auto done = co_await needs.forms.import(
      std::string(request.body),
      [&](records::Session& session, const Definition& made) -> Result<> {
        return needs.identity.record(session, caller,
                                     {.action = "form.import", .kind = "form", .object = made.id});
      });
  if (!done) co_return Response::problem(done.error());
  co_return Response::json(200, (*done)->json);
}

// A refusal of a file with its place.
tl::unexpected<Error> refuse_sent_file(const Error& error, std::size_t number) {
  const std::string pointer = fmt::format("/files/{}", number);
  return fail(Code::kUnprocessable, fmt::format("{}: {}", pointer, error.message), pointer);
}

// Those of `files`; `form` is nullptr for a message. Blocks: on the pool.
Result<std::vector<NewFile>> read_sent_files(const json::Value& root, const Definition* form,
                                             const Attachments& attachments) {
  std::vector<NewFile> files;
  const auto sent = root.find("files");
  if (!sent) return files;
  const std::size_t most = form == nullptr ? kMessageFilesMax : 40;
  if (!sent->is_array() || sent->size() > most) {
    return fail(Code::kUnprocessable, fmt::format("files: expected an array of at most {}", most),
                "files");
  }
  for (const json::Value one : sent->elements()) {
    const auto refuse = [&](const char* what) {
      return refuse_sent_file({Code::kUnprocessable, what}, files.size());
    };
    if (!one.is_object()) return refuse("expected an object");
    const json::Reader reader(one, "");
    RV_ASSIGN(const std::string name, reader.text("name"));
    RV_ASSIGN(const std::string content, reader.text("content"));
    RV_ASSIGN(std::string field, reader.text("field"));
    const Field* const question = form == nullptr ? nullptr : form->field(field);
    if (form != nullptr && (question == nullptr || question->kind != Kind::kFiles)) {
      return refuse("field: expected the name of a question for files");
    }
    if (form == nullptr && !field.empty()) return refuse("field: a message has no questions");
    const auto bytes = from_base64(content);
    if (!bytes || bytes->empty()) return refuse("content: expected Base64");
    if (bytes->size() > (question == nullptr ? kMessageFileBytesMax : question->bytes_max)) {
      return refuse("content: the file is too large");
    }
    const auto clean =
        clean_file(*bytes, question == nullptr ? message_file_types() : question->types);
    if (!clean) return refuse_sent_file(clean.error(), files.size());
    files.push_back(attachments.prepare(std::move(field), name, *clean));
  }
  return files;
}

// What was sent, before it is checked. Blocks: on the pool.
Result<Cases::WholeCase> read_whole(const Request& request, const Definition& form,
                                    const Attachments& attachments) {
  RV_ASSIGN(
      const json::Document document,
      json::Document::parse(
          request.body, {.bytes_max = kCaseJsonBytesMax, .depth_max = 8, .values_max = 10'000}));
  const json::Value root = document.root();
  if (!root.is_object()) return fail(Code::kBadRequestData, "expected an object");
  const json::Reader reader(root, "");
  Cases::WholeCase whole{.form = form.id};
  RV_ASSIGN(whole.mail, reader.text("mail"));
  RV_ASSIGN(const std::string language, reader.text("language"));
  if (language == "en") whole.language = web::Language::kEn;
  RV_ASSIGN(const bool declared, reader.flag("declaration", false));
  if (!declared) {
    return fail(Code::kUnprocessable, "declaration: expected true: " + form.declaration.en,
                "declaration");
  }
  const auto answers = root.find("answers");
  if (!answers) return fail(Code::kUnprocessable, "answers are missing", "answers");
  RV_ASSIGN(whole.answers, read_answers(form, *answers));
  if (const auto key = request.header("idempotency-key")) {
    if (key->empty() || key->size() > 100) {
      return fail(Code::kInvalidRequest, "an Idempotency-Key has 1 to 100 characters");
    }
    whole.request_key = form.id + ":" + std::string(*key);
  }
  RV_ASSIGN(whole.files, read_sent_files(root, &form, attachments));
  return whole;
}

Response problems_response(const std::vector<Problem>& problems) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("type", describe(Code::kUnprocessable).type)
      .member("title", describe(Code::kUnprocessable).title)
      .member("status", 422)
      .key("errors")
      .begin_array();
  for (const Problem& problem : problems) {
    out.begin_object().member("field", problem.pointer).member("message", problem.en).end_object();
  }
  out.end_array().end_object();
  return Response::text(422, "application/problem+json", std::move(text));
}

bool is_mail(const std::string& mail) {
  const web::Form form{.fields = {{.name = "mail", .kind = web::FieldKind::kEmail}}};
  web::FormData data;
  data.set("mail", mail);
  return web::validate(form, data);
}

Task<Response> post_case(Request& request, const ApiNeeds& needs, Attempts& senders) {
  const DefinitionPtr form = needs.forms.newest(request.param("id"));
  if (form == nullptr) {
    co_return Response::problem({Code::kResourceNotFound, "there is no such form"});
  }
  if (form->identity_level != IdentityLevel::kNone) {
    co_return Response::problem({Code::kForbidden, "this form needs a proof of identity"});
  }
  if (!take_attempt(senders, request, needs.pages)) {
    co_return Response::problem({Code::kTooManyRequests, "too many cases from your network"});
  }
  auto read = co_await needs.pages.pool.run(
      [&] { return read_whole(request, *form, needs.pages.attachments); });
  if (!read) co_return Response::problem(read.error());
  auto& whole = *read;
  if (!whole) co_return Response::problem(whole.error());
  if (!whole->mail.empty() && !is_mail(whole->mail)) {
    co_return Response::problem({Code::kUnprocessable, "mail: expected an address", "mail"});
  }
  const std::vector<Problem> problems =
      check_answers(*form, whole->answers, counts_of(whole->files));
  if (!problems.empty()) co_return problems_response(problems);
  const auto done = co_await needs.cases.submit_whole(std::move(*whole));
  if (!done) co_return Response::problem(done.error());
  const std::string token = needs.cases.token_of(*done);
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("number", done->number)
      .member("token", token)
      .member("page", needs.pages.site_url + "/vorgang/" + token)
      .member("state", to_string(done->state))
      .end_object();
  co_return Response::json(201, std::move(text))
      .header("Location", "/api/v1/cases/" + token)
      .header("Cache-Control", "no-store");
}

// One that was handed in. Errors: kResourceNotFound.
Task<Result<OpenCase>> open_api_case(const Request& request, const ApiNeeds& needs) {
  const Pages pages{{needs.pages}, nullptr, nullptr};
  auto open = co_await open_case(request, pages);
  if (open && open->record.state == State::kDraft) {
    co_return fail(Code::kResourceNotFound, "this form has not been handed in");
  }
  co_return open;
}

struct SentMessage {
  std::string text;
  std::vector<NewFile> files;
};

Result<SentMessage> read_sent_message(const Request& request, const Attachments& attachments) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(
                request.body, {.bytes_max = kCaseJsonBytesMax, .depth_max = 4, .values_max = 100}));
  if (!document.root().is_object()) return fail(Code::kBadRequestData, "expected an object");
  SentMessage sent;
  RV_ASSIGN(sent.text, json::Reader(document.root(), "").text("text"));
  RV_ASSIGN(sent.files, read_sent_files(document.root(), nullptr, attachments));
  return sent;
}

Task<Response> post_api_message(Request& request, const ApiNeeds& needs) {
  const auto open = co_await open_api_case(request, needs);
  if (!open) co_return Response::problem(open.error());
  auto sent = co_await needs.pages.pool.run(
      [&] { return read_sent_message(request, needs.pages.attachments); });
  if (!sent) co_return Response::problem(sent.error());
  if (!*sent) co_return Response::problem(sent->error());
  const auto done = co_await needs.cases.write(open->record.id, std::move((*sent)->text),
                                               std::move((*sent)->files));
  if (!done) co_return Response::problem(done.error());
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("number", done->number)
      .member("state", to_string(done->state))
      .end_object();
  co_return Response::json(201, std::move(text)).header("Cache-Control", "no-store");
}

Task<Response> get_api_file(Request& request, const ApiNeeds& needs) {
  const auto open = co_await open_api_case(request, needs);
  if (!open) co_return Response::problem(open.error());
  Result<rows::FileContent> content = fail(Code::kInternalError, "not read");
  auto read = co_await needs.pages.reads.run([&] {
    return needs.pages.database.read([&](records::Session& session) -> Result<> {
      content = rows::file_content(session, open->record.id, request.param("id"));
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  if (!content) co_return Response::problem(content.error());
  co_return file_response(content->file.name, content->file.type, std::move(content->bytes));
}

Task<Response> get_api_case(Request& request, const ApiNeeds& needs) {
  const auto open = co_await open_api_case(request, needs);
  if (!open) co_return Response::problem(open.error());
  std::vector<CaseMessage> messages;
  auto read = co_await needs.pages.reads.run([&] {
    return needs.pages.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(messages, rows::messages(session, open->record.id));
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  co_return Response::json(
      200, export_json(*open->form, open->record, open->answers, messages, open->files))
      .header("Cache-Control", "no-store");
}

}  // namespace

void add_api_routes(net::Router& router, const ApiNeeds& needs) {
  const auto senders = std::make_shared<Attempts>(kCaseWindow, kSendersMax);
  router.add(Method::kGet, "/api/v1/forms",
             net::Handler([needs](Request&) { return get_forms(needs); }));
  router.add(Method::kGet, "/api/v1/forms/{id}",
             net::Handler([needs](Request& request) { return get_form(request, needs); }));
  router.add(Method::kPut, "/api/v1/forms/{id}",
             net::AsyncHandler([needs](Request& request) { return put_form(request, needs); }),
             kDefinitionBody);
  router.add(Method::kPost, "/api/v1/forms/{id}/cases",
             net::AsyncHandler([needs, senders](Request& request) {
               return post_case(request, needs, *senders);
             }),
             kAnswersBody);
  router.add(Method::kGet, "/api/v1/cases/{token}",
             net::AsyncHandler([needs](Request& request) { return get_api_case(request, needs); }));
  router.add(
      Method::kPost, "/api/v1/cases/{token}/messages",
      net::AsyncHandler([needs](Request& request) { return post_api_message(request, needs); }),
      kAnswersBody);
  router.add(Method::kGet, "/api/v1/cases/{token}/files/{id}",
             net::AsyncHandler([needs](Request& request) { return get_api_file(request, needs); }));
}

}  // namespace revier::casework
