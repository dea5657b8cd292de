// SPDX-License-Identifier: EUPL-1.2
// Spaces: tenants beside the tenants, which come and go.
#include <algorithm>

#include "context/detail/live_broker.h"

namespace revier::context {

std::string space_name(std::string_view tenant, std::string_view snapshot) {
  return std::string(tenant).append(1, kSpaceMark).append(snapshot);
}

std::string_view tenant_of_space(std::string_view space) {
  return space.substr(0, space.find(kSpaceMark));
}

std::string_view snapshot_of_space(std::string_view space) {
  const std::size_t mark = space.find(kSpaceMark);
  return mark == std::string_view::npos ? std::string_view() : space.substr(mark + 1);
}

namespace detail {
namespace {

// Longer than any request reads on: queries end by their processor time, clients by their time-out.
constexpr std::int64_t kGraveUs = 600'000'000;

}  // namespace

void LiveBroker::open_space(std::string_view space) {
  RV_CHECK(space.find(kSpaceMark) != std::string_view::npos);
  (void)entered(space);
}

// Rows that stand in the same group before this one go with it; later ones are refused.
Result<> LiveBroker::drop_space(std::string_view space) {
  Tenant& home = made(space);
  if (&home == &nowhere_) return {};
  const std::string prefix = std::string(space).append(1, '\0');
  const auto job = [&](store::Batch& batch) -> Result<> {
    home.dropped = true;
    batch.erase_prefix(store::Column::kEntities, prefix);
    batch.erase_prefix(store::Column::kNames, prefix);
    return {};
  };
  return store_.writer().run_blocking(job, [&] { bury(home); });
}

// After the commit, on the writer thread: whatever was staged before is published. Its memory
// counts until it is free: or who makes and drops spaces would take more than there is.
void LiveBroker::bury(Tenant& space) {
  const Lock lock(tenants_mutex_);
  const auto at = tenants_.find(space.name);
  if (at == tenants_.end() || at->second.get() != &space) return;
  entities_gauge_.add(-static_cast<double>(space.table.size()));
  graves_.push_back({std::move(at->second), monotonic_us() + kGraveUs});
  tenants_.erase(at);
}

void LiveBroker::clear_graves() {
  std::vector<Grave> over;  // ends outside of the lock
  {
    const Lock lock(tenants_mutex_);
    const auto first = std::ranges::partition(
        graves_, [](const Grave& grave) { return grave.until_us > monotonic_us(); });
    std::ranges::move(first, std::back_inserter(over));
    graves_.erase(first.begin(), first.end());
  }
  for (const Grave& grave : over) memory_bytes_ -= grave.space->table.memory_bytes();
  if (!over.empty()) memory_gauge_.set(static_cast<double>(memory_bytes_.load()));
}

}  // namespace detail
}  // namespace revier::context
