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
constexpr net::RouteOptions kAnswersBody{.body_bytes_max = 256 * 1024};

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

// What was sent, before it is checked.
Result<Cases::WholeCase> read_whole(const Request& request, const Definition& form) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(request.body,
                                  {.bytes_max = 256 << 10, .depth_max = 8, .values_max = 10'000}));
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
  auto whole = read_whole(request, *form);
  if (!whole) co_return Response::problem(whole.error());
  if (!whole->mail.empty() && !is_mail(whole->mail)) {
    co_return Response::problem({Code::kUnprocessable, "mail: expected an address", "mail"});
  }
  const std::vector<Problem> problems = check_answers(*form, whole->answers, {});
  if (!problems.empty()) co_return problems_response(problems);
  if (!senders.take(network_of(request.client_address),
                    static_cast<unsigned>(needs.pages.network_drafts_max),
                    needs.pages.real_clock.now())) {
    co_return Response::problem({Code::kTooManyRequests, "too many cases from your network"});
  }
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

Task<Response> get_api_case(Request& request, const ApiNeeds& needs) {
  const Pages pages{{needs.pages}, nullptr};
  const auto open = co_await open_case(request, pages);
  if (!open) co_return Response::problem(open.error());
  if (open->record.state == State::kDraft) {
    co_return Response::problem({Code::kResourceNotFound, "this form has not been handed in"});
  }
  std::vector<CaseMessage> messages;
  auto read = co_await needs.pages.reads.run([&] {
    return needs.pages.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(messages, rows::messages(session, open->record.id));
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  co_return Response::json(200, export_json(*open->form, open->record, open->answers, messages))
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
}

}  // namespace revier::casework
