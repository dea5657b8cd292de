// SPDX-License-Identifier: EUPL-1.2
#include "history/api.h"

#include "history/detail/wishes.h"
#include "ngsi/parse.h"

namespace revier::history {
namespace {

using context::Exchange;
using detail::Asked;
using detail::Parts;

constexpr std::string_view kAll = "/ngsi-ld/v1/temporal/entities";

namespace names {
using Word = std::string_view;
inline constexpr std::array<Word, 1> kLocal = {"local"};
inline constexpr std::array<Word, 3> kDelete = {"local", "datasetId", "deleteAll"};
inline constexpr std::array<Word, 17> kRetrieve = {"local",
                                                   "attrs",
                                                   "pick",
                                                   "omit",
                                                   "lang",
                                                   "datasetId",
                                                   "format",
                                                   "options",
                                                   "timerel",
                                                   "timeAt",
                                                   "endTimeAt",
                                                   "timeproperty",
                                                   "lastN",
                                                   "aggrMethods",
                                                   "aggrPeriodDuration",
                                                   "entityMap",
                                                   "entityMapLifetime"};
inline constexpr std::array<Word, 36> kQuery = {"local",
                                                "attrs",
                                                "pick",
                                                "omit",
                                                "lang",
                                                "datasetId",
                                                "format",
                                                "options",
                                                "timerel",
                                                "timeAt",
                                                "endTimeAt",
                                                "timeproperty",
                                                "lastN",
                                                "aggrMethods",
                                                "aggrPeriodDuration",
                                                "entityMap",
                                                "entityMapLifetime",
                                                "type",
                                                "id",
                                                "idPattern",
                                                "q",
                                                "expandValues",
                                                "jsonKeys",
                                                "georel",
                                                "geometry",
                                                "coordinates",
                                                "geoproperty",
                                                "scopeQ",
                                                "csf",
                                                "orderBy",
                                                "collation",
                                                "splitEntities",
                                                "limit",
                                                "offset",
                                                "count",
                                                "geometryProperty"};
inline constexpr std::array<Word, 9> kAsk = {"local",     "format", "options",
                                             "entityMap", "limit",  "entityMapLifetime",
                                             "offset",    "count",  "splitEntities"};
inline constexpr std::array<Word, 5> kViews = {"temporalValues", "aggregatedValues", "normalized",
                                               "concise", "sysAttrs"};
}  // namespace names

constexpr context::Parameters kPlain = {names::kLocal, {}};
constexpr context::Parameters kDeletion = {names::kDelete, {}};
constexpr context::Parameters kRetrieve = {names::kRetrieve, names::kViews};
constexpr context::Parameters kQuery = {names::kQuery, names::kViews};
constexpr context::Parameters kAsk = {names::kAsk, names::kViews};

struct Api {
  History& history;
  context::Binding binding;
};

// --- Reading -------------------------------------------------------------------------------------

// "unit" DateTime, the range as 6.3.10 says it, "size" lastN or "*".
std::string content_range(const Part& part) {
  return fmt::format("DateTime {}-{}/{}", to_iso8601(part.start), to_iso8601(part.end),
                     part.size ? std::to_string(*part.size) : "*");
}

net::Response answered(const net::Request& request, const Exchange& exchange, Answer answer) {
  const int status = answer.part ? 206 : 200;
  net::Response response =
      context::answer_document(request, exchange, std::move(answer.body), status);
  if (answer.part) response.header("Content-Range", content_range(*answer.part));
  return response;
}

// 5.7.3
Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(Parts parts, detail::parts_of(request, /*time_needed=*/false));
  Asked asked;
  RV_CO_TRY(detail::read_retrieval(api.binding, request, exchange, std::move(parts), asked));
  RV_CO_ASSIGN(Answer answer,
               co_await api.history.retrieve(exchange.tenant, std::move(id), asked.wish));
  co_return answered(request, exchange, std::move(answer));
}

// 5.7.4
Task<Result<net::Response>> answer_query(const Api& api, const net::Request& request,
                                         const Exchange& exchange, Parts parts) {
  Asked asked;
  RV_CO_TRY(detail::read_query(api.binding, request, exchange, std::move(parts), asked));
  RV_CO_ASSIGN(Answer answer, co_await api.history.query(exchange.tenant, asked.wish, asked.page));
  const bool more = answer.more;
  const auto count = answer.count;
  net::Response response = answered(request, exchange, std::move(answer));
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) {
    const context::Page page{asked.page.limit, asked.page.offset, asked.page.count};
    context::link_pages(response, request, exchange.accept, page, more);
  }
  if (count) context::tell_count(response, *count);
  co_return response;
}

Task<Result<net::Response>> query(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(Parts parts, detail::parts_of(request, /*time_needed=*/true));
  co_return co_await answer_query(api, request, exchange, std::move(parts));
}

Task<Result<net::Response>> query_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api.binding, request));
  if (exchange.accept == context::Media::kGeoJson) {
    co_return fail(Code::kNotAcceptable, "history is told as application/json or ld+json");
  }
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(Parts parts, detail::parts_of(body));
  RV_CO_ASSIGN(exchange.context, context_of(api.binding, exchange, body));
  co_return co_await answer_query(api, request, exchange, std::move(parts));
}

// --- Writing -------------------------------------------------------------------------------------

// 5.6.11
Task<Result<net::Response>> upsert(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  ngsi::ParseOptions options = ngsi::kParseWhole;
  options.temporal = true;
  RV_CO_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(body, *context, options));
  const std::string id = fragment.id;
  RV_CO_ASSIGN(const bool created,
               co_await api.history.upsert(exchange.tenant, std::move(fragment)));
  if (!created) co_return context::answer_empty(request, 204);
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", fmt::format("{}/{}", kAll, context::percent_encoded(id)));
  co_return response;
}

// 5.6.12
Task<Result<net::Response>> add(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(ngsi::Fragment fragment,
               body_fragment(api.binding, exchange, id, {.temporal = true}));
  RV_CO_TRY(co_await api.history.add(exchange.tenant, std::move(id), std::move(fragment)));
  co_return context::answer_empty(request, 204);
}

// 5.6.13
Task<Result<net::Response>> delete_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(std::string name, context::path_attribute(request, exchange));
  ngsi::DeleteOptions options;
  options.dataset_id = request.query_param("datasetId").value_or("");
  if (options.dataset_id == "@none") options.dataset_id.clear();
  if (!options.dataset_id.empty()) RV_CO_TRY(ngsi::check_uri(options.dataset_id, "datasetId"));
  RV_CO_ASSIGN(options.delete_all, context::flag_param(request, "deleteAll"));
  RV_CO_TRY(co_await api.history.delete_attribute(exchange.tenant, std::move(id), std::move(name),
                                                  std::move(options)));
  co_return context::answer_empty(request, 204);
}

Result<History::Instance> instance_of(const net::Request& request, const Exchange& exchange) {
  History::Instance instance;
  RV_ASSIGN(instance.id, context::path_id(request));
  RV_ASSIGN(instance.name, context::path_attribute(request, exchange));
  instance.instance_id = request.param("instance");
  RV_TRY(ngsi::check_uri(instance.instance_id, "the instanceId"));
  return instance;
}

// The one element of an array, or the value itself.
Result<json::Value> only_one(const json::Value& value) {
  if (!value.is_array()) return value;
  if (value.size() == 1) return *value.elements().begin();
  return fail(Code::kBadRequestData, "the array holds exactly one instance");
}

// The instance itself, or an EntityTemporal Fragment that holds nothing but it (5.6.14.3).
Result<ngsi::FragmentAttribute> body_instance(std::string_view name, const json::Value& body,
                                              const jsonld::Context& context) {
  RV_ASSIGN(json::Value inner, only_one(body));
  RV_ASSIGN(const std::string iri, ngsi::expand_checked(name, context));
  for (const json::Member member : inner.members()) {
    const auto expanded = context.expand_name(member.key);
    if (!expanded || *expanded != iri) continue;
    RV_ASSIGN(inner, only_one(member.value));
    break;
  }
  return ngsi::parse_attribute(name, inner, context, {.temporal = true});
}

// 5.6.14
Task<Result<net::Response>> replace_instance(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  if (!body.is_array()) {
    RV_CO_ASSIGN(exchange.context, context_of(api.binding, exchange, body));
  }
  RV_CO_ASSIGN(History::Instance instance, instance_of(request, exchange));
  RV_CO_ASSIGN(ngsi::FragmentAttribute by,
               body_instance(request.param("name"), body, *exchange.context));
  RV_CO_TRY(
      co_await api.history.replace_instance(exchange.tenant, std::move(instance), std::move(by)));
  co_return context::answer_empty(request, 204);
}

// 5.6.15
Task<Result<net::Response>> delete_instance(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(History::Instance instance, instance_of(request, exchange));
  RV_CO_TRY(co_await api.history.delete_instance(exchange.tenant, std::move(instance)));
  co_return context::answer_empty(request, 204);
}

// 5.6.16
Task<Result<net::Response>> remove_evolution(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_TRY(co_await api.history.remove(exchange.tenant, std::move(id)));
  co_return context::answer_empty(request, 204);
}

}  // namespace

void add_routes(net::Router& router, History& history, context::Binding binding) {
  using enum net::Method;
  const auto api = std::make_shared<const Api>(Api{history, std::move(binding)});
  const std::shared_ptr<const context::Binding> shared(api, &api->binding);
  const auto add_route = [&](net::Method method, const std::string& pattern,
                             const context::Parameters& parameters,
                             decltype(context::Route<Api>::operation) operation) {
    context::route(router, api, {method, pattern, parameters, operation},
                   api->binding.options.batch_body_bytes_max);
  };
  const std::string all(kAll);
  const std::string one = all + "/{id}";
  const std::string attributes = one + "/attrs";
  const std::string instance = attributes + "/{name}/{instance}";
  add_route(kGet, all, kQuery, query);
  add_route(kPost, all, kPlain, upsert);
  add_route(kGet, one, kRetrieve, retrieve);
  add_route(kDelete, one, kPlain, remove_evolution);
  add_route(kPost, attributes, kPlain, add);
  add_route(kDelete, attributes + "/{name}", kDeletion, delete_attribute);
  add_route(kPatch, instance, kPlain, replace_instance);
  add_route(kDelete, instance, kPlain, delete_instance);
  add_route(kPost, "/ngsi-ld/v1/temporal/entityOperations/query", kAsk, query_by_body);
  const std::string nobody = all + "//attrs";
  context::route_without_id(router, shared, kPost, nobody);
  context::route_without_id(router, shared, kDelete, nobody + "/{name}");
  for (const net::Method method : {kPatch, kDelete}) {
    context::route_without_id(router, shared, method, attributes + "//{instance}");
    context::route_without_id(router, shared, method, nobody + "/{name}/{instance}");
  }
}

}  // namespace revier::history
