// SPDX-License-Identifier: EUPL-1.2
#include "history/copy.h"

#include "history/detail/wishes.h"

namespace revier::history {

Result<> check_query(const json::Value& query, const jsonld::Context& context) {
  RV_ASSIGN(const detail::Parts parts, detail::parts_of(query));
  if (parts.aggregates) {
    return fail(Code::kBadRequestData, "a snapshot holds instances: ask it for their aggregates",
                "aggrParams");
  }
  RV_TRY(context::check_wishes(parts.wishes));
  RV_TRY(context::require_a_filter(parts.selection, parts.wishes.pick, net::Request{}));
  const ngsi::Names none;
  RV_ASSIGN(const auto predicate, ngsi::Predicate::compile(parts.selection, none, context));
  if (predicate.link_levels() == 0) return {};
  return fail(Code::kBadRequestData, "q goes to linked entities, which history has not", "q");
}

Task<Result<std::size_t>> copy_query(History& history, const context::Binding& binding,
                                     const CopyAsk& ask) {
  RV_CO_ASSIGN(detail::Parts parts, detail::parts_of(ask.query));
  const net::Request request;
  context::Exchange exchange;
  exchange.tenant = ask.tenant;
  exchange.context = ask.context;
  detail::Asked asked;
  RV_CO_TRY(detail::read_query(binding, request, exchange, std::move(parts), asked));
  co_return co_await history.copy(ask.tenant, asked.wish, ask.space, ask.instances_max);
}

Task<Result<std::size_t>> copy_all(History& history, std::string tenant, std::string space,
                                   std::size_t instances_max) {
  const Wish everything;
  co_return co_await history.copy(tenant, everything, space, instances_max);
}

}  // namespace revier::history
