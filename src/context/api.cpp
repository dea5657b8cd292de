// SPDX-License-Identifier: EUPL-1.2
#include "context/api.h"

#include "context/detail/routes.h"

namespace revier::context {

void add_routes(net::Router& router, Broker& broker, jsonld::Catalogue& catalogue, Access access,
                ApiOptions options) {
  const auto api = std::make_shared<const detail::Api>(
      detail::Api{broker, catalogue, std::move(access), options});
  detail::add_entity_routes(router, api);
  detail::add_query_routes(router, api);
  detail::add_attribute_routes(router, api);
  detail::add_batch_routes(router, api);
  detail::add_type_routes(router, api);
}

namespace detail {
namespace {

net::Response answered(const net::Request& request, Result<net::Response> result) {
  if (result) return *std::move(result);
  return answer_error(request, result.error());
}

void route_with(net::Router& router, net::Method method, std::string pattern, const ApiPtr& api,
                Operation operation, std::size_t body_bytes_max) {
  net::AsyncHandler handler = [api, operation](net::Request& request) -> Task<net::Response> {
    co_return answered(request, co_await operation(*api, request));
  };
  router.add(method, std::move(pattern), std::move(handler), {body_bytes_max});
}

}  // namespace

void route(net::Router& router, net::Method method, std::string pattern, const ApiPtr& api,
           Operation operation) {
  route_with(router, method, std::move(pattern), api, operation, api->options.body_bytes_max);
}

void route_batch(net::Router& router, std::string pattern, const ApiPtr& api, Operation operation) {
  route_with(router, net::Method::kPost, std::move(pattern), api, operation,
             api->options.batch_body_bytes_max);
}

void route_quick(net::Router& router, net::Method method, std::string pattern, const ApiPtr& api,
                 QuickOperation operation) {
  net::Handler handler = [api, operation](net::Request& request) {
    return answered(request, operation(*api, request));
  };
  router.add(method, std::move(pattern), std::move(handler));
}

Result<std::string> path_id(const net::Request& request) {
  std::string id(request.param("id"));
  RV_TRY(ngsi::check_uri(id, "the entity's id"));
  return id;
}

Result<std::string> path_attribute(const net::Request& request, const Exchange& exchange) {
  const std::string_view name = request.param("name");
  if (name == "scope") return std::string(name);
  return ngsi::expand_checked(name, *exchange.context);
}

Result<std::vector<std::string>> type_param(const net::Request& request, const Exchange& exchange) {
  std::vector<std::string> types;
  for (const std::string& name : list_param(request, "type")) {
    RV_ASSIGN(types.emplace_back(), ngsi::expand_checked(name, *exchange.context));
  }
  return types;
}

Result<ngsi::Fragment> body_fragment(const Api& api, const Exchange& exchange, std::string_view id,
                                     const ngsi::ParseOptions& options) {
  const json::Value body = exchange.body->root();
  RV_ASSIGN(const auto context, context_of(api, exchange, body));
  RV_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(body, *context, options));
  if (!fragment.id.empty() && fragment.id != id) {
    return fail(Code::kBadRequestData, "the id in the body is not the one of the path", "id");
  }
  return fragment;
}

Task<Result<Change>> write_one(const Api& api, const net::Request& request,
                               const Exchange& exchange, Write write) {
  RV_CO_ASSIGN(auto types, type_param(request, exchange));
  co_return co_await api.broker.write_one(
      exchange.tenant, only_of_types(std::move(write), std::move(types)), Origin::api());
}

}  // namespace detail
}  // namespace revier::context
