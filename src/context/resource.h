// SPDX-License-Identifier: EUPL-1.2
// Resources under /ngsi-ld/v1 of other modules: their routes, and answers of one document or of a
// page of them, as the HTTP binding wants them (ETSI GS CIM 009 V1.9.1, clauses 6.2 and 6.3).
//
//   struct Api { Things& things; context::Binding binding; };
//   context::route(router, api, {kGet, "/ngsi-ld/v1/things", kParameters, query}, kBodyBytesMax);
//
// Thread safety: pure functions.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "context/binding.h"

namespace revier::context {

// A is what the operations of a resource share; it has a member `Binding binding`.
template <class A>
struct Route {
  net::Method method;
  std::string pattern;
  const Parameters& parameters;  // must live as long as the router
  Task<Result<net::Response>> (*operation)(const A&, net::Request&);
};

// Adds a route to `handler`, with and without a slash at its end: both are the same (6.2).
void add_both(net::Router& router, net::Method method, const std::string& pattern,
              const net::AsyncHandler& handler, std::size_t body_bytes_max);

// Adds the route; errors become ProblemDetails, and what serve() refuses does not reach it.
template <class A>
void route(net::Router& router, const std::shared_ptr<const A>& api, const Route<A>& given,
           std::size_t body_bytes_max) {
  const net::AsyncHandler handler = [api, operation = given.operation,
                                     &parameters = given.parameters](net::Request& request) {
    return serve(api->binding, request, &parameters,
                 [&api = *api, operation, &request] { return operation(api, request); });
  };
  add_both(router, given.method, given.pattern, handler, body_bytes_max);
}

// The same for an operation that callers with rights by entity reach, too: it runs over what they
// may see. `over` makes an A like the given one, with this binding.
template <class A>
void route_seen(net::Router& router, const std::shared_ptr<const A>& api, const Route<A>& given,
                A (*over)(const A&, const Binding&), std::size_t body_bytes_max) {
  const auto run = [](std::shared_ptr<const A> whole, decltype(over) change, const Binding& binding,
                      decltype(given.operation) operation,
                      net::Request& request) -> Task<Result<net::Response>> {
    if (&binding == &whole->binding) co_return co_await operation(*whole, request);
    const A narrowed = change(*whole, binding);
    co_return co_await operation(narrowed, request);
  };
  const net::AsyncHandler handler = [api, over, run, operation = given.operation,
                                     &parameters = given.parameters](net::Request& request) {
    return serve(api->binding, request, &parameters,
                 [&api = api, over, run, operation, &request](const Binding& binding) {
                   return run(api, over, binding, operation, request);
                 });
  };
  add_both(router, given.method, given.pattern, handler, body_bytes_max);
}

// The same for an operation that callers with rights by entity reach, too; `over` as above.
template <class A>
void route_own_seen(net::Router& router, const std::shared_ptr<const A>& api, net::Method method,
                    const std::string& pattern, decltype(Route<A>::operation) operation,
                    A (*over)(const A&, const Binding&), std::size_t body_bytes_max) {
  const net::AsyncHandler handler = [api, operation,
                                     over](net::Request& request) -> Task<net::Response> {
    auto result = co_await operation(*api, request);
    if (result || !detail::wants_narrowing(result.error())) {
      co_return result ? *std::move(result) : answer_error(request, result.error());
    }
    const auto narrowed = detail::narrow(api->binding, request);
    if (!narrowed) co_return answer_error(request, narrowed.error());
    const A seen = over(*api, *narrowed->api);
    result = co_await operation(seen, request);
    co_return result ? *std::move(result) : answer_error(request, result.error());
  };
  router.add(method, pattern, handler, {body_bytes_max});
}

// Adds a route of Revier's own, outside /ngsi-ld/v1: no rule of the binding stands before it, and
// a request may come without a body. Errors become ProblemDetails.
template <class A>
void route_own(net::Router& router, const std::shared_ptr<const A>& api, net::Method method,
               const std::string& pattern, decltype(Route<A>::operation) operation,
               std::size_t body_bytes_max) {
  const net::AsyncHandler handler = [api, operation](net::Request& request) -> Task<net::Response> {
    auto result = co_await operation(*api, request);
    if (result) co_return *std::move(result);
    co_return answer_error(request, result.error());
  };
  router.add(method, pattern, handler, {body_bytes_max});
}

// Whether the caller may see and change what `owner` has made: she is it, or has
// Action::kDataManage in the tenant. What nobody in particular has made is for the latter alone.
[[nodiscard]] bool owns(const identity::Caller& caller, std::string_view tenant,
                        std::string_view owner);

// `body` under the names of the exchange's @context, which a JSON answer links to (6.3.5).
[[nodiscard]] net::Response answer_document(const net::Request& request, const Exchange& exchange,
                                            std::string body, int status = 200);

// An array of the documents of one page out of `total`, each written by `document(index)`, with
// links to the pages beside it and, where the client asked, the count (6.3.10, 6.3.13).
// Errors: kBadRequestData for limit=0 without count=true.
[[nodiscard]] Result<net::Response> answer_page(
    const net::Request& request, const Exchange& exchange, std::size_t total,
    const std::function<std::string(std::size_t)>& document);

// How many there are in all (6.3.13).
void tell_count(net::Response& response, std::size_t count);

}  // namespace revier::context
