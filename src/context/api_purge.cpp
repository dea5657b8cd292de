// SPDX-License-Identifier: EUPL-1.2
// Purge Entities: DELETE /entities (6.4.3.3, 5.6.21).
#include <algorithm>

#include "context/detail/batch_result.h"
#include "context/detail/routes.h"
#include "context/detail/selecting.h"

namespace revier::context::detail {
namespace {

// Entities deleted or reduced in one job of the writer.
constexpr std::size_t kJobEntities = 500;

// What is to be done with each entity: nullopt: it is deleted.
Result<std::optional<ngsi::Reduction>> reduction_of(const net::Request& request,
                                                    const Exchange& exchange) {
  const auto keep = request.query_param("keep");
  const auto drop = request.query_param("drop");
  if (!keep && !drop) return std::nullopt;
  if (keep && drop) {
    return fail(Code::kBadRequestData, "keep and drop exclude each other", "keep");
  }
  ngsi::Reduction reduction{.keep = keep.has_value()};
  const std::string_view name = keep ? "keep" : "drop";
  for (const std::string& attribute : list_param(request, name)) {
    auto iri = ngsi::expand_checked(attribute, *exchange.context);
    if (!iri) {
      return fail(Code::kBadRequestData,
                  fmt::format("{}: {}: {}", name, attribute, iri.error().message),
                  std::string(name));
    }
    reduction.names_of.push_back(*std::move(iri));
  }
  if (reduction.names_of.empty()) {
    return fail(Code::kBadRequestData, fmt::format("{} names no attribute", name),
                std::string(name));
  }
  return std::optional(std::move(reduction));
}

// Matches are looked for again when the write runs: what has changed since then stays.
Write purge_write(std::string id, const std::optional<ngsi::Reduction>& reduction,
                  const ngsi::Predicate& predicate) {
  Write write = reduction ? reduce(std::move(id), *reduction) : remove(std::move(id));
  return only_matching(std::move(write), predicate);
}

// Somebody else's deletion in between is as good as ours.
void drop_gone(Broker::Outcomes& outcomes) {
  for (auto& outcome : outcomes) {
    if (!outcome && outcome.error().code == Code::kResourceNotFound) outcome = Change{};
  }
}

// What sources made of their share; true where all that was asked failed.
bool add_purged(const std::vector<Distribution::Purged>& purged, BatchResult& result) {
  std::size_t failed = 0;
  for (const Distribution::Purged& one : purged) {
    for (const auto& [id, error] : one.entities) {
      result.errors.push_back({id, error, one.registration});
    }
    if (one.result) continue;
    result.errors.push_back({{}, one.result.error(), one.registration});
    ++failed;
  }
  return failed > 0 && failed == purged.size();
}

// "An error of type Conflict in case the complete purge Entities failed" (5.6.21.4); so it is told
// of any other error that all have in common.
bool is_one_error(const BatchResult& result) {
  return result.success.empty() &&
         std::ranges::all_of(result.errors, [&result](const EntityError& error) {
           return error.error.code == result.errors.front().error.code;
         });
}

Task<Result<net::Response>> purge_entities(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api, request));
  const ngsi::Selection selection = selection_of(request);
  RV_CO_ASSIGN(const auto reduction, reduction_of(request, exchange));
  RV_CO_TRY(require_a_filter(selection, {}, request));
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  if (predicate.link_levels() > 0) {
    co_return fail(Code::kBadRequestData, "a purge follows no links", "q");
  }
  BatchResult result;
  bool all_failed = false;
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(const auto purged, co_await api.distribution->purge(
                                        {exchange.tenant, request, exchange.context, selection,
                                         reduction, request.query_param("csf").value_or("")}));
    all_failed = add_purged(purged, result);
  }
  std::vector<std::string> ids;
  const Broker::Visit visit = [&ids](const ngsi::Entity& entity) { ids.emplace_back(entity.id()); };
  RV_CO_TRY(co_await api.broker.for_each(exchange.tenant, predicate, visit,
                                         api.broker.options().query_cpu_ms_max));
  for (std::size_t from = 0; from < ids.size(); from += kJobEntities) {
    const std::size_t to = std::min(ids.size(), from + kJobEntities);
    std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(from),
                                  ids.begin() + static_cast<std::ptrdiff_t>(to));
    std::vector<Write> writes;
    for (const std::string& id : some) writes.push_back(purge_write(id, reduction, predicate));
    RV_CO_ASSIGN(Broker::Outcomes outcomes,
                 co_await api.broker.write(exchange.tenant, std::move(writes), exchange.origin()));
    drop_gone(outcomes);
    add_outcomes(result, std::move(some), outcomes);
  }
  if (all_failed && is_one_error(result)) co_return fail(result.errors.front().error);
  co_return answer_batch(request, result);
}

}  // namespace

void add_purge_routes(net::Router& router, const ApiPtr& api) {
  route(router, api, {net::Method::kDelete, "/ngsi-ld/v1/entities", kPurge}, purge_entities);
}

}  // namespace revier::context::detail
