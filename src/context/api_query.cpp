// SPDX-License-Identifier: EUPL-1.2
// Queries: GET /entities (6.4.3.2) and POST /entityOperations/query (6.23.3.1); clause 5.7.2.
#include "context/detail/asked.h"
#include "context/detail/mapped.h"
#include "context/detail/query_body.h"
#include "context/detail/routes.h"
#include "context/detail/selecting.h"
#include "context/detail/slow_queries.h"
#include "context/detail/view.h"
#include "context/resource.h"

namespace revier::context::detail {
namespace {

metrics::Timing& compile_time() {
  static metrics::Timing timing("revier_context_query_stage_seconds", kStageHelp,
                                {{"stage", "compile"}});
  return timing;
}
metrics::Timing& show_time() {
  static metrics::Timing timing("revier_context_query_stage_seconds", kStageHelp,
                                {{"stage", "show"}});
  return timing;
}

// Links to the pages beside this one: by offset as far as that goes, then by cursor.
void link_next(net::Response& response, const net::Request& request, const Exchange& exchange,
               const Asked& asked, Paging paging, const Found& found) {
  const Page& page = asked.page;
  const bool far = page.offset + page.limit > kOffsetMax && !asked.order && paging == Paging::kHere;
  if (asked.by_cursor || far) {
    if (!found.more || page.limit == 0) return;
    link_cursor(response, request, exchange.accept, page.limit,
                cursor_text(exchange.tenant, found.place));
  } else if (request.method == net::Method::kGet || request.method == net::Method::kHead) {
    link_pages(response, request, exchange.accept, page, found.more);
  }
}

Task<Result<net::Response>> answer_query(const Api& api, const net::Request& request,
                                         const Exchange& exchange, ngsi::Selection selection,
                                         Wishes wishes, Paging paging) {
  const std::int64_t start_us = monotonic_us();
  RV_CO_ASSIGN(const Asked asked,
               asked_of(api, request, exchange, std::move(selection), wishes, paging));
  RV_CO_ASSIGN(const View view, View::make(api, request, exchange, std::move(wishes)));
  compile_time().observe_us(monotonic_us() - start_us);
  const Page page = asked.ordered_page();
  RV_CO_ASSIGN(Found found, co_await api.broker.query(exchange.tenant, asked.predicate, page));
  const std::int64_t found_us = monotonic_us();
  RV_CO_ASSIGN(std::string body, co_await view.many(std::move(found.entities)));
  show_time().observe_us(monotonic_us() - found_us);
  net::Response response = view.answer_with(request, std::move(body));
  link_next(response, request, exchange, asked, paging, found);
  if (found.count) tell_count(response, *found.count);
  co_return response;
}

// A query, of what is here, and where registrations match of what other sources have (5.7.2).
Task<Result<net::Response>> answer_anywhere(const Api& api, const net::Request& request,
                                            const Exchange& exchange, ngsi::Selection selection,
                                            Wishes wishes) {
  if (wishes.map.any()) {
    co_return co_await answer_mapped(api, request, exchange,
                                     {std::move(selection), std::move(wishes)});
  }
  if (!is_distributed(api, request)) {
    co_return co_await answer_query(api, request, exchange, std::move(selection), std::move(wishes),
                                    Paging::kHere);
  }
  RV_CO_TRY(require_a_filter(selection, wishes.pick, request));
  if (request.query_param("cursor")) {
    co_return fail(Code::kBadRequestData, "a cursor is for the local scope: add local=true",
                   "cursor");
  }
  const MappedQuery query{selection, wishes};
  RV_CO_ASSIGN(const Distribution::Answer gathered,
               co_await gather(api, request, exchange, query, {}));
  if (!gathered.broker) {
    co_return co_await answer_query(api, request, exchange, std::move(selection), std::move(wishes),
                                    Paging::kWider);
  }
  if (!wishes.order.terms.empty()) {
    // "Sort ordering is never applied to distributed operations" (4.23.1).
    co_return fail(Code::kBadRequestData, "orderBy is for the local scope: add local=true",
                   "orderBy");
  }
  const Api over = api_over(api, *gathered.broker);
  RV_CO_ASSIGN(net::Response response,
               co_await answer_query(over, request, exchange, std::move(selection),
                                     std::move(wishes), Paging::kWider));
  add_warnings(response, gathered.warnings);
  co_return response;
}

Task<Result<net::Response>> query_entities(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_CO_ASSIGN(Wishes wishes, Wishes::of(request));
  co_return co_await answer_anywhere(api, request, exchange, selection_of(request),
                                     std::move(wishes));
}

// --- Query as a body (5.2.23) --------------------------------------------------------------------

Task<Result<net::Response>> query_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_query_body(body));
  RV_CO_ASSIGN(exchange.context, context_of(api, exchange, body));
  RV_CO_ASSIGN(ngsi::Selection selection, body_selection(body));
  RV_CO_ASSIGN(Wishes wishes, body_wishes(body));
  RV_CO_ASSIGN(MapWish map, MapWish::of(request));
  wishes.map.add(std::move(map));
  co_return co_await answer_anywhere(api, request, exchange, std::move(selection),
                                     std::move(wishes));
}

}  // namespace

void add_query_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  route(router, api, {kGet, "/ngsi-ld/v1/entities", kQuery}, query_entities);
  route_batch(router, api, {kPost, "/ngsi-ld/v1/entityOperations/query", kAsk}, query_by_body);
}

}  // namespace revier::context::detail

namespace revier::context {

Task<Result<std::string>> cursor_behind(Broker& broker, const jsonld::Context& core,
                                        std::string tenant, std::string id) {
  ngsi::Selection selection;
  selection.ids.push_back(id);
  RV_CO_ASSIGN(const ngsi::Predicate predicate,
               ngsi::Predicate::compile(selection, broker.names(tenant), core));
  RV_CO_ASSIGN(const Found found, co_await broker.query(tenant, predicate, Page{.limit = 1}));
  if (found.entities.empty()) {
    co_return fail(Code::kResourceNotFound, "there is no entity " + id, "id");
  }
  co_return detail::cursor_text(tenant, found.place);
}

}  // namespace revier::context
