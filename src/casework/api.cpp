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
constexpr std::size_t kRequestKeyMin = 16;
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

// Before a look into it.
struct SentFile {
  std::string field;
  std::string name;
  std::string bytes;
  const std::vector<std::string>* types;
};

// The question of a file, or none for one of a message. Errors: kUnprocessable.
Result<const Field*> question_of(const std::string& field, const Definition* form,
                                 const Answers& answers, FileCounts& counts) {
  if (form == nullptr) {
    if (field.empty()) return nullptr;
    return fail(Code::kUnprocessable, "field: a message has no questions");
  }
  const Field* const question = form->field(field);
  if (question == nullptr || question->kind != Kind::kFiles ||
      !is_asked(*form, *question, answers)) {
    return fail(Code::kUnprocessable, "field: expected the name of a question for files");
  }
  if (++counts[field] > question->items_max) {
    return fail(Code::kUnprocessable, "field: no more files are taken to this question");
  }
  return question;
}

Result<SentFile> read_sent_file(const json::Value& one, const Definition* form,
                                const Answers& answers, FileCounts& counts) {
  if (!one.is_object()) return fail(Code::kUnprocessable, "expected an object");
  const json::Reader reader(one, "");
  SentFile sent;
  RV_ASSIGN(sent.name, reader.text("name"));
  RV_ASSIGN(const std::string content, reader.text("content"));
  RV_ASSIGN(sent.field, reader.text("field"));
  RV_ASSIGN(const Field* const question, question_of(sent.field, form, answers, counts));
  auto bytes = from_base64(content);
  if (!bytes || bytes->empty()) return fail(Code::kUnprocessable, "content: expected Base64");
  if (bytes->size() > (question == nullptr ? kMessageFileBytesMax : question->bytes_max)) {
    return fail(Code::kUnprocessable, "content: the file is too large");
  }
  sent.bytes = std::move(*bytes);
  sent.types = question == nullptr ? &message_file_types() : &question->types;
  return sent;
}

// Those of `files`; `form` is nullptr for a message. Blocks: on the pool.
Result<std::vector<SentFile>> read_sent_files(const json::Value& root, const Definition* form,
                                              const Answers& answers, FileCounts& counts) {
  std::vector<SentFile> files;
  const auto sent = root.find("files");
  if (!sent) return files;
  const std::size_t most = form == nullptr ? kMessageFilesMax : 40;
  if (!sent->is_array() || sent->size() > most) {
    return fail(Code::kUnprocessable, fmt::format("files: expected an array of at most {}", most),
                "files");
  }
  for (const json::Value one : sent->elements()) {
    auto file = read_sent_file(one, form, answers, counts);
    if (!file) return refuse_sent_file(file.error(), files.size());
    files.push_back(std::move(*file));
  }
  return files;
}

// Errors: those of Attachments::take_in(), a refusal with its place.
Task<Result<std::vector<NewFile>>> take_in(const Attachments& attachments,
                                           const std::vector<SentFile>& sent) {
  std::vector<NewFile> files;
  for (const SentFile& one : sent) {
    auto made = co_await attachments.take_in(one.field, one.name, one.bytes, *one.types);
    if (!made && made.error().code != Code::kUnprocessable) co_return fail(made.error());
    if (!made) co_return refuse_sent_file(made.error(), files.size());
    files.push_back(std::move(*made));
  }
  co_return files;
}

struct SentCase {
  Cases::WholeCase whole;  // without its files
  std::vector<SentFile> files;
  FileCounts counts = {};
};

// What was sent, before it is checked. Blocks: on the pool.
Result<SentCase> read_whole(const Request& request, const Definition& form) {
  RV_ASSIGN(
      const json::Document document,
      json::Document::parse(
          request.body, {.bytes_max = kCaseJsonBytesMax, .depth_max = 8, .values_max = 10'000}));
  const json::Value root = document.root();
  if (!root.is_object()) return fail(Code::kBadRequestData, "expected an object");
  const json::Reader reader(root, "");
  SentCase sent{.whole = {.form = form.id}, .files = {}};
  Cases::WholeCase& whole = sent.whole;
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
    // All who hand in share the keys: whoever guesses one and the answers is told the case's token.
    if (key->size() < kRequestKeyMin || key->size() > 100) {
      return fail(Code::kInvalidRequest,
                  fmt::format("an Idempotency-Key has {} to 100 characters, drawn at random",
                              kRequestKeyMin));
    }
    whole.request_key = form.id + ":" + std::string(*key);
  }
  RV_ASSIGN(sent.files, read_sent_files(root, &form, whole.answers, sent.counts));
  return sent;
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
  auto read = co_await needs.pages.pool.run([&] { return read_whole(request, *form); });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  Cases::WholeCase& whole = (*read)->whole;
  if (!whole.mail.empty() && !is_mail(whole.mail)) {
    co_return Response::problem({Code::kUnprocessable, "mail: expected an address", "mail"});
  }
  const std::vector<Problem> problems = check_answers(*form, whole.answers, (*read)->counts);
  if (!problems.empty()) co_return problems_response(problems);
  auto files = co_await take_in(needs.pages.attachments, (*read)->files);
  if (!files) co_return Response::problem(files.error());
  whole.files = std::move(*files);
  const auto done = co_await needs.cases.submit_whole(std::move(whole));
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
  const Pages pages{{needs.pages}, nullptr, nullptr, nullptr};
  auto open = co_await open_case(request, pages);
  if (open && open->record.state == State::kDraft) {
    co_return fail(Code::kResourceNotFound, "this form has not been handed in");
  }
  co_return open;
}

struct SentMessage {
  std::string text;
  std::vector<SentFile> files;
};

Result<SentMessage> read_sent_message(const Request& request) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(
                request.body, {.bytes_max = kCaseJsonBytesMax, .depth_max = 4, .values_max = 100}));
  if (!document.root().is_object()) return fail(Code::kBadRequestData, "expected an object");
  SentMessage sent;
  RV_ASSIGN(sent.text, json::Reader(document.root(), "").text("text"));
  FileCounts of_none;  // a message has no questions
  RV_ASSIGN(sent.files, read_sent_files(document.root(), nullptr, {}, of_none));
  return sent;
}

// Asks what is cheap before the files are looked into.
Task<Result<Case>> write_sent(const Request& request, const ApiNeeds& needs, Attempts& senders,
                              const OpenCase& open, SentMessage sent) {
  if (!sent.files.empty()) {
    std::size_t bytes = 0;
    for (const SentFile& file : sent.files) bytes += file.bytes.size();
    RV_CO_TRY(co_await may_write(needs.pages, open, sent.text, bytes));
    if (!take_attempt(senders, request, needs.pages)) {
      co_return fail(Code::kTooManyRequests, "too many files from your network");
    }
  }
  auto files = co_await take_in(needs.pages.attachments, sent.files);
  if (!files) co_return fail(files.error());
  co_return co_await needs.cases.write(open.record.id, std::move(sent.text), std::move(*files));
}

Task<Response> post_api_message(Request& request, const ApiNeeds& needs, Attempts& senders) {
  const auto open = co_await open_api_case(request, needs);
  if (!open) co_return Response::problem(open.error());
  auto sent = co_await needs.pages.pool.run([&] { return read_sent_message(request); });
  if (!sent) co_return Response::problem(sent.error());
  if (!*sent) co_return Response::problem(sent->error());
  const auto done = co_await write_sent(request, needs, senders, *open, std::move(**sent));
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
  router.add(Method::kPost, "/api/v1/cases/{token}/messages",
             net::AsyncHandler([needs, senders](Request& request) {
               return post_api_message(request, needs, *senders);
             }),
             kAnswersBody);
  router.add(Method::kGet, "/api/v1/cases/{token}/files/{id}",
             net::AsyncHandler([needs](Request& request) { return get_api_file(request, needs); }));
}

}  // namespace revier::casework
