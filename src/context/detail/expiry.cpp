// SPDX-License-Identifier: EUPL-1.2
// Transient entities and attributes end (4.22).
#include "context/detail/live_broker.h"

namespace revier::context::detail {
namespace {

constexpr std::size_t kExpireMax = 1'000;  // entities in one job

}  // namespace

void Expiries::put(const std::string& id, std::optional<Instant> expiry) {
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) {
    by_time_.erase({known->second, id});
    by_id_.erase(known);
  } else if (!expiry) {
    return;
  }
  if (expiry) {
    by_id_.emplace(id, *expiry);
    by_time_.emplace(*expiry, id);
  }
  next_us_ =
      by_time_.empty() ? std::numeric_limits<std::int64_t>::max() : by_time_.begin()->first.us;
}

std::vector<std::string> Expiries::due(Instant now, std::size_t max) const {
  std::vector<std::string> ids;
  for (const auto& [time, id] : by_time_) {
    if (time > now || ids.size() == max) break;
    ids.push_back(id);
  }
  return ids;
}

Result<> LiveBroker::prune(ngsi::Mutated& what, Instant now) {
  const auto first = ngsi::earliest_expiry(*what.after);
  if (!first || *first > now) return {};
  RV_ASSIGN(ngsi::Mutated gone, ngsi::expire(what.after, now));
  what.after = std::move(gone.after);
  std::move(gone.changes.begin(), gone.changes.end(), std::back_inserter(what.changes));
  return {};
}

// True where there may be more.
Result<bool> LiveBroker::expire_some(Tenant& tenant) {
  bool more = false;
  const auto job = [&](store::Batch& batch) -> Result<Outcomes> {
    std::vector<Write> writes;
    for (std::string& id : tenant.expiries.due(clock_.now(), kExpireMax)) {
      writes.push_back({std::move(id), [](ngsi::Names&, const EntityPtr& before, Instant now) {
                          return before ? ngsi::expire(before, now)
                                        : Result<ngsi::Mutated>(ngsi::Mutated{});
                        }});
    }
    more = writes.size() == kExpireMax && !tenant.dropped;
    return stage(tenant, writes, Origin::expiry(), batch);
  };
  const auto done = store_.writer().run_blocking(
      job, [this, &tenant](Outcomes& outcomes) { publish(tenant, outcomes); });
  if (!done) return fail(done.error());
  return more;
}

Result<> LiveBroker::expire() {
  clear_graves();
  std::vector<Tenant*> due;
  {
    const Lock lock(tenants_mutex_);
    for (const auto& [name, tenant] : tenants_) {
      if (tenant->expiries.any_due(clock_.now())) due.push_back(tenant.get());
    }
  }
  for (Tenant* tenant : due) {
    bool more = true;
    while (more) {
      RV_ASSIGN(more, expire_some(*tenant));
    }
  }
  return {};
}

}  // namespace revier::context::detail
