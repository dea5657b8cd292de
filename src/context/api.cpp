// SPDX-License-Identifier: EUPL-1.2
#include "context/api.h"

#include "context/detail/cors.h"
#include "context/detail/routes.h"
#include "context/detail/serving.h"

namespace revier::context {

void add_routes(net::Router& router, Broker& broker, jsonld::Catalogue& catalogue, Access access,
                ApiOptions options, jsonld::Source* contexts, Distribution* distribution,
                EntityMaps* maps) {
  const auto api = std::make_shared<const detail::Api>(detail::Api{
      broker, catalogue, std::move(access), std::move(options), contexts, distribution, maps});
  detail::add_entity_routes(router, api);
  detail::add_query_routes(router, api);
  if (maps != nullptr) detail::add_map_routes(router, api);
  detail::add_purge_routes(router, api);
  detail::add_explain_routes(router, api);
  detail::add_attribute_routes(router, api);
  detail::add_batch_routes(router, api);
  detail::add_type_routes(router, api);
}

void add_preflight_routes(net::Router& router, const ApiOptions& options) {
  detail::add_preflight_routes(router, options.cors_origins);
}

namespace detail {
namespace {

// NGSI-LD's resources are written with a slash at the end and without (6.2): both are the same.
template <class Handler>
void add_both(net::Router& router, net::Method method, const std::string& pattern,
              const Handler& handler, net::RouteOptions options) {
  router.add(method, pattern, handler, options);
  if (pattern.starts_with("/ngsi-ld/")) router.add(method, pattern + "/", handler, options);
}

void route_with(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                Operation operation, std::size_t body_bytes_max) {
  const net::AsyncHandler handler = [api, operation,
                                     &parameters = endpoint.parameters](net::Request& request) {
    return serve(*api, request, &parameters,
                 [operation, &request](const Api& over) { return operation(over, request); });
  };
  add_both(router, endpoint.method, endpoint.pattern, handler, {body_bytes_max});
}

// serve() without a coroutine for the operation.
Task<net::Response> serve_quick(const Api& api, net::Request& request, const Parameters& parameters,
                                QuickOperation operation) {
  if (auto known = check_parameters(request, parameters); !known) {
    co_return answered(api, request, fail(known.error()));
  }
  Result<net::Response> result = operation(api, request);
  Narrowed narrowed;
  if (!result && wants_narrowing(result.error())) {
    auto made = narrow(api, request);
    if (!made) co_return answered(api, request, fail(made.error()));
    narrowed = *std::move(made);
    result = operation(*narrowed.api, request);
  }
  const Api& over = narrowed.api ? *narrowed.api : api;
  if (!result && result.error().code == Code::kLdContextNotAvailable) {
    Lookup lookup(api);
    while (!result && lookup.helps(result.error())) {
      co_await lookup.get(result.error().field);
      result = operation(over, request);
    }
    if (!result) result = fail(explained(api, result.error()));
  }
  co_return answered(api, request, std::move(result));
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
                 QuickOperation operation, Operation distributed) {
  const net::AsyncHandler handler =
      [api, operation, distributed,
       &parameters = endpoint.parameters](net::Request& request) -> Task<net::Response> {
    if (!is_distributed(*api, request)) return serve_quick(*api, request, parameters, operation);
    const auto run = [distributed, &request](const Api& over) {
      return distributed(over, request);
    };
    return serve(*api, request, &parameters, run);
  };
  add_both(router, endpoint.method, endpoint.pattern, handler, {});
}

bool is_distributed(const Api& api, const net::Request& request) {
  return api.distribution != nullptr && api.distribution->any() && snapshot_of(request).empty() &&
         request.query_param("local") != "true";
}

Api api_over(const Api& api, Broker& gathered) {
  return {gathered, api.catalogue, api.access, api.options, api.contexts, nullptr, api.maps};
}

void add_warnings(net::Response& response, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) response.header("NGSILD-Warning", warning);
}

Result<std::vector<std::string>> shown_attributes(const Wishes& wishes,
                                                  const jsonld::Context& context) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name) -> Result<> {
    if (name == "id" || name == "type" || name == "scope") return {};
    RV_ASSIGN(out.emplace_back(), ngsi::expand_checked(name, context));
    return {};
  };
  for (const std::string& name : wishes.attrs) RV_TRY(add(name));
  for (const ngsi::ProjectionTerm& term : wishes.pick) RV_TRY(add(term.name));
  return out;
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
  RV_TRY(check_written(api, kUpdates, fragment));
  if (!fragment.id.empty() && fragment.id != id) {
    return fail(Code::kBadRequestData, "the id in the body is not the one of the path", "id");
  }
  return fragment;
}

Task<Result<Change>> write_one(const Api& api, const net::Request& request,
                               const Exchange& exchange, Write write) {
  RV_CO_ASSIGN(auto types, type_param(api, request, exchange));
  if (types) write = only_matching(std::move(write), *std::move(types));
  co_return co_await api.broker.write_one(exchange.tenant, std::move(write), exchange.origin());
}

}  // namespace detail
}  // namespace revier::context
