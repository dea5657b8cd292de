// SPDX-License-Identifier: EUPL-1.2
// /entityMaps and /entityMaps/{id} (clauses 6.32, 6.34, 5.14.1 to 5.14.4).
#include "context/detail/mapped.h"
#include "context/detail/query_body.h"
#include "context/detail/selecting.h"
#include "context/resource.h"
#include "ngsi/parse.h"

namespace revier::context::detail {
namespace {

Result<MapKey> asked_map(const net::Request& request, const Exchange& exchange, std::string& id) {
  id = request.param("id");
  RV_TRY(ngsi::check_uri(id, "the id of the entity map"));
  return MapKey{exchange.tenant, exchange.caller.id(), id};
}

// 5.14.1
Task<Result<net::Response>> retrieve_map(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  std::string id;
  RV_CO_ASSIGN(const MapKey key, asked_map(request, exchange, id));
  const EntityMapPtr map = api.maps->find(key);
  if (!map) {
    co_return fail(Code::kResourceNotFound, "there is no entity map of this id, or not any more");
  }
  co_return answer_map(request, exchange, *map, 200);
}

// 5.14.2: "Any provided output-only fields shall be ignored".
Task<Result<net::Response>> update_map(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_ask(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(context_of(api, exchange, body));
  std::string id;
  RV_CO_ASSIGN(const MapKey key, asked_map(request, exchange, id));
  RV_CO_ASSIGN(const std::string text, text_member(body, "expiresAt"));
  if (text.empty()) {
    if (body.find("expiresAt")) {
      co_return fail(Code::kBadRequestData, "expiresAt is a DateTime", "expiresAt");
    }
    if (api.maps->find(key)) co_return answer_empty(request, 204);
    co_return fail(Code::kResourceNotFound, "there is no entity map of this id, or not any more");
  }
  const auto time = parse_iso8601(text);
  if (!time) co_return fail(Code::kBadRequestData, "expiresAt is a DateTime", "expiresAt");
  RV_CO_TRY(api.maps->expire_at(key, *time));
  co_return answer_empty(request, 204);
}

// 5.14.3
Task<Result<net::Response>> remove_map(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  std::string id;
  RV_CO_ASSIGN(const MapKey key, asked_map(request, exchange, id));
  RV_CO_TRY(api.maps->remove(key));
  co_return answer_empty(request, 204);
}

// 5.14.4
Task<Result<net::Response>> answer_new_map(const Api& api, const net::Request& request,
                                           const Exchange& exchange, const MappedQuery& query) {
  RV_CO_TRY(require_a_filter(query.selection, query.wishes.pick, request));
  RV_CO_TRY(check_wishes(query.wishes));
  RV_CO_ASSIGN(const MadeMap made, co_await make_map(api, request, exchange, query));
  net::Response response = answer_map(request, exchange, *made.map, 201);
  response.header(std::string(kMapHeader), map_location(*made.map));
  add_warnings(response, made.warnings);
  co_return response;
}

Task<Result<net::Response>> create_map(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request));
  if (request.query_param("geometryProperty")) {
    co_return fail(Code::kBadRequestData, "geometryProperty is for answers in application/geo+json",
                   "geometryProperty");
  }
  MappedQuery query{selection_of(request), {}};
  RV_CO_ASSIGN(query.wishes, Wishes::of(request));
  co_return co_await answer_new_map(api, request, exchange, query);
}

Task<Result<net::Response>> create_map_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_query_body(body));
  RV_CO_ASSIGN(exchange.context, context_of(api, exchange, body));
  MappedQuery query;
  RV_CO_ASSIGN(query.selection, body_selection(body));
  RV_CO_ASSIGN(query.wishes, body_wishes(body));
  co_return co_await answer_new_map(api, request, exchange, query);
}

}  // namespace

net::Response answer_map(const net::Request& request, const Exchange& exchange,
                         const EntityMap& map, int status) {
  std::string body = map_json(map);
  if (exchange.accept == Media::kLdJson) {
    body.pop_back();
    body.append(",\"@context\":").append(exchange.context->reference()).push_back('}');
  }
  return answer_document(request, exchange, std::move(body), status);
}

void add_map_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  const std::string all = "/ngsi-ld/v1/entityMaps";
  const std::string one = all + "/{id}";
  route(router, api, {kGet, all, kQuery}, create_map);
  route_batch(router, api, {kPost, all, kAsk}, create_map_by_body);
  route(router, api, {kGet, one, kPlain}, retrieve_map);
  route(router, api, {kPatch, one, kPlain}, update_map);
  route(router, api, {kDelete, one, kPlain}, remove_map);
}

}  // namespace revier::context::detail
