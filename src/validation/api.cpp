// SPDX-License-Identifier: EUPL-1.2
#include "validation/api.h"

#include <array>
#include <charconv>

#include "validation/detail/rows.h"

namespace revier::validation {
namespace {

using context::Exchange;
using identity::Action;
using net::Request;
using net::Response;

constexpr std::string_view kAll = "/api/v1/schemas";
constexpr std::array<std::string_view, 1> kPutNames = {"mode"};
constexpr std::array<std::string_view, 1> kTried = {"after"};
constexpr context::Parameters kNoParameters = {{}, {}};
constexpr context::Parameters kPutParameters = {kPutNames, {}};
constexpr context::Parameters kTryParameters = {kTried, {}};

struct Api {
  Schemas& schemas;
  context::Binding binding;
  Note note;
};
using Operation = Task<Result<Response>> (*)(const Api&, Request&);

std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

Result<Exchange> allowed(Result<Exchange> exchange) {
  if (!exchange) return exchange;
  RV_TRY(exchange->caller.require(Action::kDataManage, identity::Scope::tenant(exchange->tenant)));
  return exchange;
}
Result<Exchange> begin_look(const Api& api, const Request& request) {
  return allowed(context::begin_read(api.binding, request));
}
Result<Exchange> begin_change(const Api& api, const Request& request) {
  return allowed(context::begin_delete(api.binding, request));
}

// The type of the path as IRI.
Result<std::string> path_type(const Request& request, const Exchange& exchange) {
  return exchange.context->expand_name(request.param("type"));
}

Result<std::string> json_body(const Request& request) {
  if (request.header("Content-Type").value_or("").find("json") == std::string_view::npos) {
    return fail(Code::kUnsupportedMediaType, "a schema is application/json");
  }
  return std::string(request.body);
}

Response json_answer(std::string body) {
  return Response::json(200, std::move(body)).header("Cache-Control", "no-store");
}

// After the deed, as the console does: a line too few is better than one of what did not happen.
Task<Result<>> note_deed(const Api& api, const Exchange& exchange, std::string_view action,
                         std::string_view object) {
  const identity::Deed deed{action, "schema", object};
  co_return co_await api.note(exchange.caller, deed);
}

// --- schemas

void write_facts(json::Writer& out, const TypeSchema& schema, const jsonld::Context& context) {
  out.member("type", context.compact_name(schema.type)).member("iri", schema.type);
  out.member("mode", name_of(schema.mode));
  out.key("@context").raw(schema.context ? schema.context->reference() : "null");
  out.member("createdAt", to_iso8601(schema.created_at));
  out.member("modifiedAt", to_iso8601(schema.modified_at));
}

void write_sums(json::Writer& out, const Tally& tally) {
  out.member("marked", signed_of(tally.marked)).member("refused", signed_of(tally.refused));
  if (tally.last_at) out.member("lastAt", to_iso8601(*tally.last_at));
}

void write_rules(json::Writer& out, const std::vector<RuleCount>& rules) {
  out.key("rules").begin_array();
  for (const RuleCount& rule : rules) {
    out.begin_object().member("attribute", rule.attribute).member("rule", rule.rule);
    out.member("count", signed_of(rule.count)).end_object();
  }
  out.end_array();
}

Task<Result<Response>> list_schemas(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const TypeSchemaPtr& schema : api.schemas.list(exchange.tenant)) {
    out.begin_object();
    write_facts(out, *schema, *exchange.context);
    write_sums(out, api.schemas.tally(exchange.tenant, schema->type));
    out.end_object();
  }
  out.end_array();
  co_return json_answer(std::move(body));
}

Result<TypeSchemaPtr> path_schema(const Api& api, const Request& request,
                                  const Exchange& exchange) {
  RV_ASSIGN(const std::string type, path_type(request, exchange));
  TypeSchemaPtr found = api.schemas.find(exchange.tenant, type);
  if (!found) return fail(Code::kResourceNotFound, "there is no schema for this type", "type");
  return found;
}

Task<Result<Response>> retrieve_schema(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  RV_CO_ASSIGN(const TypeSchemaPtr found, path_schema(api, request, exchange));
  std::string body;
  json::Writer out(body);
  out.begin_object();
  write_facts(out, *found, *exchange.context);
  out.key("schema").raw(found->schema).end_object();
  co_return json_answer(std::move(body));
}

Task<Result<Response>> put_schema(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_change(api, request));
  TypeSchema schema{.tenant = exchange.tenant, .type = {}, .context = exchange.context};
  RV_CO_ASSIGN(schema.type, path_type(request, exchange));
  RV_CO_ASSIGN(schema.schema, json_body(request));
  const auto mode = mode_named(request.query_param("mode").value_or("mark"));
  if (!mode) co_return fail(Code::kBadRequestData, "mode is mark or reject", "mode");
  schema.mode = *mode;
  const std::string type = schema.type;
  RV_CO_ASSIGN(const bool fresh, co_await api.schemas.put(std::move(schema)));
  RV_CO_TRY(co_await note_deed(api, exchange, "schema.put", type));
  co_return context::answer_empty(request, fresh ? 201 : 204);
}

Task<Result<Response>> remove_schema(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_change(api, request));
  RV_CO_ASSIGN(const std::string type, path_type(request, exchange));
  RV_CO_TRY(co_await api.schemas.remove(exchange.tenant, type));
  RV_CO_TRY(co_await note_deed(api, exchange, "schema.delete", type));
  co_return context::answer_empty(request, 204);
}

// --- violations

std::string tally_json(const Tally& tally) {
  std::string body;
  json::Writer out(body);
  out.begin_object();
  write_sums(out, tally);
  write_rules(out, tally.rules);
  out.key("latest").begin_array();
  for (const Example& example : tally.latest) detail::write_example(out, example);
  out.end_array().end_object();
  return body;
}

Task<Result<Response>> list_violations(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  RV_CO_ASSIGN(const TypeSchemaPtr found, path_schema(api, request, exchange));
  co_return json_answer(tally_json(api.schemas.tally(exchange.tenant, found->type)));
}

Task<Result<Response>> clear_violations(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_change(api, request));
  RV_CO_ASSIGN(const std::string type, path_type(request, exchange));
  RV_CO_TRY(co_await api.schemas.clear_tally(exchange.tenant, type));
  RV_CO_TRY(co_await note_deed(api, exchange, "schema.clear", type));
  co_return context::answer_empty(request, 204);
}

// --- dry run

Task<Result<Response>> tried(const Api& api, const Request& request, TypeSchema schema) {
  std::uint64_t after = 0;
  if (const auto text = request.query_param("after")) {
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, after);
    if (error != std::errc{} || stop != end) {
      co_return fail(Code::kBadRequestData, "after is the \"next\" of an answer", "after");
    }
  }
  RV_CO_ASSIGN(const Trial trial, co_await api.schemas.try_out(std::move(schema), after));
  std::string body;
  json::Writer out(body);
  out.begin_object().member("checked", signed_of(trial.checked));
  out.member("violating", signed_of(trial.violating));
  write_rules(out, trial.rules);
  out.key("examples").begin_array();
  for (const Example& example : trial.examples) {
    out.begin_object().member("entity", example.entity).key("violations");
    detail::write_violations(out, example.violations);
    out.end_object();
  }
  out.end_array();
  if (trial.next != 0) out.member("next", std::to_string(trial.next));
  out.end_object();
  co_return json_answer(std::move(body));
}

Task<Result<Response>> try_stored(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  RV_CO_ASSIGN(const TypeSchemaPtr found, path_schema(api, request, exchange));
  if (!found->context) co_return fail(Code::kConflict, "its @context cannot be had any more");
  co_return co_await tried(api, request, *found);
}

Task<Result<Response>> try_given(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  TypeSchema schema{.tenant = exchange.tenant, .type = {}, .context = exchange.context};
  RV_CO_ASSIGN(schema.type, path_type(request, exchange));
  RV_CO_ASSIGN(schema.schema, json_body(request));
  co_return co_await tried(api, request, std::move(schema));
}

// --- documents

Task<Result<Response>> list_documents(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const std::string& url : api.schemas.documents(exchange.tenant)) out.string(url);
  out.end_array();
  co_return json_answer(std::move(body));
}

Task<Result<Response>> retrieve_document(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_look(api, request));
  RV_CO_ASSIGN(std::string text, api.schemas.document(exchange.tenant, request.param("url")));
  co_return json_answer(std::move(text));
}

Task<Result<Response>> put_document(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_change(api, request));
  Document document{.url = std::string(request.param("url")), .text = {}};
  RV_CO_TRY(ngsi::check_uri(document.url, "the document's URL"));
  if (document.url.find('#') != std::string::npos) {
    co_return fail(Code::kBadRequestData, "a document's URL has no fragment (#)", "url");
  }
  RV_CO_ASSIGN(document.text, json_body(request));
  RV_CO_ASSIGN(const bool fresh,
               co_await api.schemas.put_document(exchange.tenant, std::move(document)));
  RV_CO_TRY(co_await note_deed(api, exchange, "schema.put-document", request.param("url")));
  co_return context::answer_empty(request, fresh ? 201 : 204);
}

Task<Result<Response>> remove_document(const Api& api, Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_change(api, request));
  RV_CO_TRY(
      co_await api.schemas.remove_document(exchange.tenant, std::string(request.param("url"))));
  RV_CO_TRY(co_await note_deed(api, exchange, "schema.delete-document", request.param("url")));
  co_return context::answer_empty(request, 204);
}

}  // namespace

void add_routes(net::Router& router, Schemas& schemas, context::Binding binding, Note note) {
  using enum net::Method;
  const std::size_t body_bytes_max =
      std::max(schemas.options().schema_bytes_max, schemas.options().document_bytes_max);
  const auto api = std::make_shared<const Api>(Api{schemas, std::move(binding), std::move(note)});
  const auto add = [&](net::Method method, const std::string& pattern,
                       const context::Parameters& parameters, Operation operation) {
    router.add(method, pattern, net::AsyncHandler([api, operation, &parameters](Request& request) {
                 return context::serve(
                     api->binding, request, &parameters,
                     [api, operation, &request] { return operation(*api, request); });
               }),
               {.body_bytes_max = body_bytes_max});
  };
  const std::string all(kAll);
  const std::string one = all + "/types/{type}";
  const std::string documents = all + "/documents";
  add(kGet, all, kNoParameters, list_schemas);
  add(kGet, one, kNoParameters, retrieve_schema);
  add(kPut, one, kPutParameters, put_schema);
  add(kDelete, one, kNoParameters, remove_schema);
  add(kGet, one + "/violations", kNoParameters, list_violations);
  add(kDelete, one + "/violations", kNoParameters, clear_violations);
  add(kGet, one + "/check", kTryParameters, try_stored);
  add(kPost, one + "/check", kTryParameters, try_given);
  add(kGet, documents, kNoParameters, list_documents);
  add(kGet, documents + "/{url}", kNoParameters, retrieve_document);
  add(kPut, documents + "/{url}", kNoParameters, put_document);
  add(kDelete, documents + "/{url}", kNoParameters, remove_document);
}

}  // namespace revier::validation
