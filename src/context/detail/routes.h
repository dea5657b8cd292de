// SPDX-License-Identifier: EUPL-1.2
// The API's routes, one file a resource (api_*.cpp), and what they share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "context/detail/exchange.h"
#include "context/detail/parameters.h"
#include "context/detail/view.h"
#include "context/writes.h"
#include "ngsi/parse.h"

namespace revier::context::detail {

using ApiPtr = std::shared_ptr<const Api>;

void add_entity_routes(net::Router& router, const ApiPtr& api);
void add_query_routes(net::Router& router, const ApiPtr& api);
void add_map_routes(net::Router& router, const ApiPtr& api);
void add_purge_routes(net::Router& router, const ApiPtr& api);
void add_explain_routes(net::Router& router, const ApiPtr& api);
void add_attribute_routes(net::Router& router, const ApiPtr& api);
void add_batch_routes(net::Router& router, const ApiPtr& api);
void add_type_routes(net::Router& router, const ApiPtr& api);

struct Endpoint {
  net::Method method;
  std::string pattern;
  const Parameters& parameters;  // must live as long as the router
};

// Adds a route, with and without a slash at its end; its errors become ProblemDetails. Bodies that
// break the preconditions of 6.3.4 and parameters that the operation does not take are refused
// before it.
using Operation = Task<Result<net::Response>> (*)(const Api&, net::Request&);
using QuickOperation = Result<net::Response> (*)(const Api&, net::Request&);
void route(net::Router& router, const ApiPtr& api, const Endpoint& endpoint, Operation operation);
// `distributed` runs instead where other sources may have a share.
void route_quick(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                 QuickOperation operation, Operation distributed);
// True where other sources may have to be asked: there are some, and the request is not local.
[[nodiscard]] bool is_distributed(const Api& api, const net::Request& request);
// The same API over what was gathered, which is not distributed any more.
[[nodiscard]] Api api_over(const Api& api, Broker& gathered);
// What may be missing from an answer (6.3.17).
void add_warnings(net::Response& response, const std::vector<std::string>& warnings);
// Attributes that the client wants shown, as IRIs; empty: all.
[[nodiscard]] Result<std::vector<std::string>> shown_attributes(const Wishes& wishes,
                                                                const jsonld::Context& context);
// POST of a batch.
void route_batch(net::Router& router, const ApiPtr& api, const Endpoint& endpoint,
                 Operation operation);
// The resource of an entity whose id the client left out ("/entities//attrs"): kBadRequestData.
void route_without_id(net::Router& router, const ApiPtr& api, net::Method method,
                      const std::string& pattern);

// The id of the path. Errors: kBadRequestData when it is no URI.
[[nodiscard]] Result<std::string> path_id(const net::Request& request);
// The attribute of the path as IRI; "scope" stays itself.
[[nodiscard]] Result<std::string> path_attribute(const net::Request& request,
                                                 const Exchange& exchange);
// The entities that the parameter `type` selects (4.17); nullopt without it.
[[nodiscard]] Result<std::optional<ngsi::Predicate>> type_param(const Api& api,
                                                                const net::Request& request,
                                                                const Exchange& exchange);
// The body as a fragment of the entity of the path. Errors: kBadRequestData, also for another id.
[[nodiscard]] Result<ngsi::Fragment> body_fragment(const Api& api, const Exchange& exchange,
                                                   std::string_view id,
                                                   const ngsi::ParseOptions& options);
// Runs one write of the API.
[[nodiscard]] Task<Result<Change>> write_one(const Api& api, const net::Request& request,
                                             const Exchange& exchange, Write write);

}  // namespace revier::context::detail
