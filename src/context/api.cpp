// SPDX-License-Identifier: EUPL-1.2
#include "context/api.h"

#include "context/detail/cors.h"
#include "context/detail/routes.h"

namespace revier::context {

void add_routes(net::Router& router, Broker& broker, jsonld::Catalogue& catalogue, Access access,
                ApiOptions options) {
  const auto api = std::make_shared<const detail::Api>(
      detail::Api{broker, catalogue, std::move(access), std::move(options)});
  detail::add_entity_routes(router, api);
  detail::add_query_routes(router, api);
  detail::add_purge_routes(router, api);
  detail::add_attribute_routes(router, api);
  detail::add_batch_routes(router, api);
  detail::add_type_routes(router, api);
  detail::add_preflight_routes(router, api->options.cors_origins);
}

namespace detail {
namespace {

net::Response answered(const Api& api, const net::Request& request, Result<net::Response> result) {
  net::Response response;
  if (result) {
    response = *std::move(result);
  } else if (result.error().code == Code::kUnsupportedMediaType) {
    response = answer_empty(request, 415);  // just the status, without a body (6.3.4)
  } else {
    response = answer_error(request, result.error());
  }
  allow_origin(request, api.options.cors_origins, response);
  return response;
}

// The Content-Length is asked for whatever else the request may lack (6.3.4).
bool lacks_length(const net::Request& request) {
  const bool sends = request.method == net::Method::kPost || request.method == net::Method::kPut ||
                     request.method == net::Method::kPatch;
  if (!sends || request.header("Content-Length")) return false;
  return request.body.empty() || request.header("Transfer-Encoding").has_value();
}

// Resources are written with a slash at the end and without (6.2): both are the same.
template <class Handler>
void add_both(net::Router& router, net::Method method, const std::string& pattern,
              const Handler& handler, net::RouteOptions options) {
  router.add(method, pattern, handler, options);
  router.add(method, pattern + "/", handler, options);
}

void route_with(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                Operation operation, std::size_t body_bytes_max) {
  const net::AsyncHandler handler = [api, operation, &parameters = endpoint.parameters](
                                        net::Request& request) -> Task<net::Response> {
    if (lacks_length(request)) co_return net::Response::empty(411);
    if (auto known = check_parameters(request, parameters); !known) {
      co_return answered(*api, request, fail(known.error()));
    }
    co_return answered(*api, request, co_await operation(*api, request));
  };
  add_both(router, endpoint.method, endpoint.pattern, handler, {body_bytes_max});
}

}  // namespace

void route(net::Router& router, const ApiPtr& api, const Endpoint& endpoint, Operation operation) {
  route_with(router, api, endpoint, operation, api->options.body_bytes_max);
}

void route_batch(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                 Operation operation) {
  route_with(router, api, endpoint, operation, api->options.batch_body_bytes_max);
}

void route_quick(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                 QuickOperation operation) {
  const net::Handler handler = [api, operation,
                                &parameters = endpoint.parameters](net::Request& request) {
    if (auto known = check_parameters(request, parameters); !known) {
      return answered(*api, request, fail(known.error()));
    }
    return answered(*api, request, operation(*api, request));
  };
  add_both(router, endpoint.method, endpoint.pattern, handler, {});
}

void route_without_id(net::Router& router, const ApiPtr& api, net::Method method,
                      const std::string& pattern) {
  const net::Handler handler = [](net::Request& request) {
    return answer_error(request,
                        {Code::kBadRequestData, "the address lacks the entity's id", "id"});
  };
  add_both(router, method, pattern, handler, {api->options.body_bytes_max});
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

Result<std::optional<ngsi::Predicate>> type_param(const Api& api, const net::Request& request,
                                                  const Exchange& exchange) {
  if (request.query.empty()) return std::nullopt;
  auto type = request.query_param("type");
  if (!type) return std::nullopt;
  ngsi::Selection selection;
  selection.type = *std::move(type);
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_ASSIGN(auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  return std::optional(std::move(predicate));
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
  RV_CO_ASSIGN(auto types, type_param(api, request, exchange));
  if (types) write = only_matching(std::move(write), *std::move(types));
  co_return co_await api.broker.write_one(exchange.tenant, std::move(write), Origin::api());
}

}  // namespace detail
}  // namespace revier::context
