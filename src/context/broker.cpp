// SPDX-License-Identifier: EUPL-1.2
#include "context/broker.h"

#include <algorithm>

#include "context/detail/live_broker.h"
#include "context/detail/query.h"

namespace revier::context {

Result<std::unique_ptr<Broker>> Broker::open(store::Store& store, const Clock& clock,
                                             Options options) {
  auto broker = std::make_unique<detail::LiveBroker>(store, clock, std::move(options));
  RV_TRY(broker->load());
  return broker;
}

Task<Result<Change>> Broker::write_one(std::string_view tenant, Write one, Origin origin) {
  std::vector<Write> writes;
  writes.push_back(std::move(one));
  RV_CO_ASSIGN(Outcomes outcomes, co_await write(tenant, std::move(writes), origin));
  co_return std::move(outcomes.front());
}

namespace detail {
namespace {

std::vector<NameCount> named(const ngsi::Names& names, const std::vector<Table::Count>& counts) {
  std::vector<NameCount> out;
  out.reserve(counts.size());
  for (const auto& [name, entities] : counts) {
    out.push_back({names.iri(name), entities});
  }
  std::sort(out.begin(), out.end(),
            [](const NameCount& a, const NameCount& b) { return a.iri < b.iri; });
  return out;
}

}  // namespace

LiveBroker::LiveBroker(store::Store& store, const Clock& clock, Options options)
    : store_(store), clock_(clock), options_(std::move(options)) {
  nowhere_.dropped = true;
  memory_max_gauge_.set(static_cast<double>(options_.memory_bytes_max));
}

const Tenant* LiveBroker::known(std::string_view tenant) const {
  const Lock lock(tenants_mutex_);
  const auto at = tenants_.find(tenant);
  return at == tenants_.end() ? nullptr : at->second.get();
}

Tenant& LiveBroker::made(std::string_view tenant) {
  if (tenant.find(kSpaceMark) == std::string_view::npos) return entered(tenant);
  const Lock lock(tenants_mutex_);
  const auto at = tenants_.find(tenant);
  return at == tenants_.end() ? nowhere_ : *at->second;
}

Tenant& LiveBroker::entered(std::string_view tenant) {
  const Lock lock(tenants_mutex_);
  auto at = tenants_.find(tenant);
  if (at == tenants_.end()) {
    std::string name(tenant);
    auto made_now = std::make_unique<Tenant>(name, options_.names_max);
    at = tenants_.emplace(std::move(name), std::move(made_now)).first;
  }
  return *at->second;
}

std::vector<const Tenant*> LiveBroker::all_tenants() const {
  const Lock lock(tenants_mutex_);
  std::vector<const Tenant*> all;
  for (const auto& [name, tenant] : tenants_) all.push_back(tenant.get());
  return all;
}

ngsi::EntityPtr LiveBroker::find(std::string_view tenant, std::string_view id) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) return nullptr;
  auto row = home->table.find(id);
  return row ? std::move(row->entity) : nullptr;
}

Task<Result<Found>> LiveBroker::query(std::string_view tenant, const ngsi::Predicate& predicate,
                                      Page page) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) {
    Found nothing;
    if (page.count) nothing.count = 0;
    co_return nothing;
  }
  Explanation own;
  if (page.explanation == nullptr) page.explanation = &own;
  Explanation& told = *page.explanation;
  const std::int64_t start_us = monotonic_us();
  auto found = co_await run_query(home->table, predicate, page, options_);
  const std::int64_t took_us = monotonic_us() - start_us;
  query_time_.observe_us(took_us);
  plan_time_.observe_us(told.plan_us);
  match_time_.observe_us(told.match_us);
  if (options_.slow_query_us > 0 && told.plan_us + told.match_us >= options_.slow_query_us) {
    slow_queries_.tell({*home, predicate.hints(), page, took_us, found.has_value()});
  }
  co_return found;
}

Task<Result<>> LiveBroker::for_each(std::string_view tenant, const ngsi::Predicate& predicate,
                                    const Visit& visit, std::int64_t cpu_ms_max) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) co_return Result<>{};
  co_return co_await visit_matches(home->table, predicate, visit,
                                   {options_.slice_us, cpu_ms_max, options_.links_max});
}

Plan LiveBroker::plan(std::string_view tenant, const ngsi::Predicate& predicate, Page page) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) return Plan::kIds;
  Explanation told;
  const Candidates candidates(home->table, predicate.hints(), page, told);
  return told.plan;
}

const ngsi::Names& LiveBroker::names(std::string_view tenant) { return made(tenant).names; }

std::vector<NameCount> LiveBroker::types(std::string_view tenant) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) return {};
  return named(home->names, home->table.types());
}

std::vector<NameCount> LiveBroker::attributes(std::string_view tenant) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) return {};
  return named(home->names, home->table.attributes());
}

std::size_t LiveBroker::count_of_type(std::string_view tenant, std::string_view type_iri) const {
  const Tenant* home = known(tenant);
  if (home == nullptr) return 0;
  return home->table.count_of_type(home->names.find(type_iri));
}

void LiveBroker::add_listener(ChangeListener& listener) {
  const Lock lock(listeners_mutex_);
  listeners_.push_back(&listener);
}

void LiveBroker::remove_listener(ChangeListener& listener) {
  const Lock lock(listeners_mutex_);
  std::erase(listeners_, &listener);
}

Broker::Usage LiveBroker::usage() const {
  Usage usage{0, memory_bytes_.load(), options_.memory_bytes_max, !full()};
  for (const Tenant* tenant : all_tenants()) usage.entities += tenant->table.size();
  return usage;
}

}  // namespace detail
}  // namespace revier::context
