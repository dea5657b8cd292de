// SPDX-License-Identifier: EUPL-1.2
// The change pipeline: staged on the writer thread, published after the commit.
#include <algorithm>

#include "context/detail/live_broker.h"
#include "ngsi/difference.h"

namespace revier::context::detail {
namespace {

// From this share of the memory limit on nothing new is created.
constexpr std::size_t kFullPercent = 90;
constexpr std::size_t kSweepMax = 1'000;  // names taken out at a time
constexpr std::size_t kSweepAfter = 256;  // names that come before the next look

tl::unexpected<Error> no_space() {
  return fail(Code::kResourceNotFound, "the snapshot is not there any more", "NGSILD-Snapshot");
}

std::string row_value(Serial serial, const ngsi::Entity& entity) {
  std::string value;
  value.reserve(8 + entity.bytes().size());
  append_u64(value, serial);
  return value.append(entity.bytes());
}

bool is_changed(const ngsi::Mutated& what) { return what.before != what.after; }

// False where nothing of the entity expires, before or now; only what has changed is looked at.
// `what.before` is the published version, or nothing.
bool may_expire(const Tenant& tenant, const std::string& id, const ngsi::Mutated& what,
                const std::vector<NameId>& changed) {
  const ngsi::EntityPtr& after = what.after;
  if (!what.before || !after || after->expires_at() || tenant.expiries.has(id)) return true;
  return ngsi::any_expires(*after, changed);
}

// Ascending. A mutation tells of every attribute that differs.
std::vector<NameId> names_of(const std::vector<ngsi::AttributeChange>& changes) {
  std::vector<NameId> names;
  names.reserve(changes.size());
  for (const ngsi::AttributeChange& one : changes) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void recount_names(ngsi::Names& names, const ngsi::EntityPtr& before, const ngsi::EntityPtr& after,
                   const std::vector<NameId>& changed) {
  if (before && after && ngsi::same_names(*before, *after, changed)) return;  // as a rule
  if (after) names.count(*after, 1);
  if (before) names.count(*before, -1);
}

}  // namespace

Task<Result<Broker::Outcomes>> LiveBroker::write(std::string_view tenant, std::vector<Write> writes,
                                                 Origin origin) {
  Tenant& home = made(tenant);
  const auto job = [this, &home, &writes, origin](store::Batch& batch) -> Result<Outcomes> {
    return stage(home, writes, origin, batch);
  };
  co_return co_await store_.writer().run(
      job, [this, &home](Outcomes& outcomes) { publish(home, outcomes); });
}

Result<Broker::Outcomes> LiveBroker::write_blocking(std::string_view tenant,
                                                    std::vector<Write> writes, Origin origin) {
  Tenant& home = made(tenant);
  return store_.writer().run_blocking(
      [this, &home, &writes, origin](store::Batch& batch) -> Result<Outcomes> {
        return stage(home, writes, origin, batch);
      },
      [this, &home](Outcomes& outcomes) { publish(home, outcomes); });
}

Task<Result<>> LiveBroker::write_beside(std::string_view tenant, Beside job) {
  Tenant& home = made(tenant);
  co_return co_await store_.writer().run([this, &home, &job](store::Batch& batch) -> Result<> {
    if (home.dropped) return no_space();
    RV_TRY(job(home.names, stamp(), batch));
    stage_names(home, batch);
    return {};
  });
}

Broker::Outcomes LiveBroker::stage(Tenant& tenant, const std::vector<Write>& writes, Origin origin,
                                   store::Batch& batch) {
  Outcomes outcomes;
  if (tenant.dropped) {
    outcomes.assign(writes.size(), Result<Change>(no_space()));
    return outcomes;
  }
  sweep_names(tenant, batch);
  outcomes.reserve(writes.size());
  for (const Write& write : writes) outcomes.push_back(stage_one(tenant, write, origin, batch));
  stage_followers(tenant, outcomes, batch);
  if (witness_ != nullptr) witness_->stage(tenant.name, origin, outcomes, batch);
  stage_names(tenant, batch);
  return outcomes;
}

// All that can fail stands before the first put: what fails leaves nothing behind.
Result<Change> LiveBroker::stage_one(Tenant& tenant, const Write& write, Origin origin,
                                     store::Batch& batch) {
  auto& staged = tenant.staging.rows;
  if (!tenant.staging.entities) tenant.staging.entities = tenant.table.size();
  Row row;
  const auto at = staged.find(write.id);
  if (at != staged.end()) {
    row = at->second;
  } else if (auto found = tenant.table.find(write.id)) {
    row = *std::move(found);
  }
  const Instant now = stamp();
  RV_ASSIGN(ngsi::Mutated what, write.mutation(tenant.names, row.entity, now));
  const bool is_published = at == staged.end();
  if (what.after && is_changed(what) &&
      (!is_published || may_expire(tenant, write.id, what, names_of(what.changes)))) {
    RV_TRY(prune(what, now));
  }
  const bool created = !what.before && what.after;
  if (is_changed(what)) {
    RV_TRY(check_allowed(tenant, what, origin));
    if (judge_ != nullptr) RV_TRY(judge_->judge(tenant.name, tenant.names, what, origin));
    if (created) row.serial = tenant.staging.next_serial++;
    const std::string key = entity_key(tenant.name, write.id);
    if (what.after) {
      RV_CHECK(what.after->id() == write.id);
      batch.put(store::Column::kEntities, key, row_value(row.serial, *what.after));
    } else {
      batch.erase(store::Column::kEntities, key);
    }
    staged[write.id] = {row.serial, what.after};
    *tenant.staging.entities += what.after ? 1 : 0;
    *tenant.staging.entities -= what.before ? 1 : 0;
  }
  return Change{tenant.name, write.id, std::move(what), row.serial, 0};
}

Result<> LiveBroker::check_allowed(Tenant& tenant, const ngsi::Mutated& what, Origin origin) const {
  if (what.before) RV_TRY(check_owner(tenant, *what.before, origin));
  if (what.after) RV_TRY(check_owner(tenant, *what.after, origin));
  if (!what.before && full()) {
    return fail(Code::kInsufficientStorage,
                "the memory limit is nearly reached: entities can be read, changed and deleted, "
                "but not created");
  }
  return check_quota(tenant, what);
}

// Names of spaces begin with that of their tenant, and stand behind it.
LiveBroker::Taken LiveBroker::taken_by(std::string_view tenant) const {
  Taken taken;
  const Lock lock(tenants_mutex_);
  for (auto at = tenants_.lower_bound(tenant); at != tenants_.end(); ++at) {
    if (!at->first.starts_with(tenant)) break;
    if (tenant_of_space(at->first) != tenant) continue;
    const Tenant& one = *at->second;
    taken.entities += one.staging.entities.value_or(one.table.size());
    taken.memory_bytes += one.table.memory_bytes();
  }
  return taken;
}

// What makes it more than there is: another entity, or one that grows.
Result<> LiveBroker::check_quota(const Tenant& tenant, const ngsi::Mutated& what) const {
  const Quota& quota = options_.tenant_quota;
  const std::string_view name = tenant_of_space(tenant.name);
  if (name.empty() || !what.after || (quota.entities == 0 && quota.memory_bytes == 0)) return {};
  const bool grows = !what.before || what.after->memory_bytes() > what.before->memory_bytes();
  if (!grows) return {};
  const Taken taken = taken_by(name);
  const bool many = !what.before && quota.entities > 0 && taken.entities >= quota.entities;
  const bool large = quota.memory_bytes > 0 && taken.memory_bytes >= quota.memory_bytes;
  if (!many && !large) return {};
  over_quota_.add();
  return fail(Code::kForbidden,
              many ? fmt::format("the quota of this tenant is {} entities", quota.entities)
                   : fmt::format("the quota of this tenant is {} bytes of entities and indexes",
                                 quota.memory_bytes),
              "quota");
}

bool LiveBroker::full() const {
  return memory_bytes_.load() >= options_.memory_bytes_max / 100 * kFullPercent;
}

const OwnedType* LiveBroker::owned_type(Tenant& tenant, NameId type) const {
  const auto& owned_types = options_.owned_types;
  auto known = tenant.staging.owned_types.find(type);
  if (known == tenant.staging.owned_types.end()) {
    const auto at = std::ranges::find(owned_types, tenant.names.iri(type), &OwnedType::type);
    std::optional<std::size_t> place;
    if (at != owned_types.end()) place = static_cast<std::size_t>(at - owned_types.begin());
    known = tenant.staging.owned_types.emplace(type, place).first;
  }
  return known->second ? &owned_types[*known->second] : nullptr;
}

Result<> LiveBroker::check_owner(Tenant& tenant, const ngsi::Entity& entity, Origin origin) const {
  if (origin.owner == Origin::expiry().owner) return {};
  for (const NameId type : entity.types()) {
    const OwnedType* const owned = owned_type(tenant, type);
    if (owned == nullptr || owned->domain == origin.owner) continue;
    return fail(
        Code::kForbidden,
        fmt::format("entities of type {} are written by {} only", owned->type, owned->route),
        "type");
  }
  return {};
}

void LiveBroker::stage_followers(const Tenant& tenant, const Outcomes& outcomes,
                                 store::Batch& batch) {
  for (ChangeFollower* follower : followers_) {
    follower->stage(tenant.name, tenant.names, outcomes, batch);
  }
}

void LiveBroker::stage_names(Tenant& tenant, store::Batch& batch) {
  NameId& next = tenant.staging.next_name;
  if (tenant.names.next_id() == next) return;
  for (const ngsi::Names::Entry& name : tenant.names.interned_since(next)) {
    batch.put(store::Column::kNames, name_key(tenant.name, name.id), name.iri);
  }
  next = tenant.names.next_id();
}

// Names that came with refused writes, or whose last entity went, make room again. While versions
// are staged their names look unused: only the first job of a group may look.
void LiveBroker::sweep_names(Tenant& tenant, store::Batch& batch) {
  Staging& staging = tenant.staging;
  if (!staging.rows.empty() || tenant.names.size() < staging.sweep_names_at) return;
  for (const NameId name : tenant.names.unused(kSweepMax)) {
    batch.erase(store::Column::kNames, name_key(tenant.name, name));
    tenant.names.forget(name);
    staging.owned_types.erase(name);
  }
  staging.sweep_names_at = tenant.names.size() + kSweepAfter;
}

// Never goes back, also when the clock does: createdAt and modifiedAt keep the order of changes.
Instant LiveBroker::stamp() {
  last_stamp_ = std::max(last_stamp_, clock_.now());
  return last_stamp_;
}

void LiveBroker::publish(Tenant& tenant, Outcomes& outcomes) {
  for (auto& outcome : outcomes) {
    if (outcome && is_changed(outcome->what)) publish_one(tenant, *outcome);
  }
}

void LiveBroker::publish_one(Tenant& tenant, Change& change) {
  const auto& [before, after] = std::tie(change.what.before, change.what.after);
  const std::size_t before_bytes = tenant.table.memory_bytes();
  const std::vector<NameId> changed =
      before && after ? names_of(change.what.changes) : std::vector<NameId>();
  tenant.table.publish(change.serial, before, after, changed);
  if (may_expire(tenant, change.id, change.what, changed)) {
    tenant.expiries.put(change.id, after ? ngsi::earliest_expiry(*after) : std::nullopt);
  }
  memory_bytes_ += tenant.table.memory_bytes() - before_bytes;
  memory_gauge_.set(static_cast<double>(memory_bytes_.load()));
  if (!before || !after) entities_gauge_.add(after ? 1 : -1);
  recount_names(tenant.names, before, after, changed);
  // A later write of the same group may have staged a newer version: that one stays.
  auto& staged = tenant.staging.rows;
  const auto at = staged.find(change.id);
  if (at != staged.end() && at->second.entity == after) staged.erase(at);
  change.sequence = ++sequence_;
  const Lock lock(listeners_mutex_);
  for (ChangeListener* listener : listeners_) listener->on_change(change);
}

Result<> LiveBroker::apply_publication(std::string_view tenant, const Publication& publication,
                                       Origin origin) {
  Tenant& home = made(tenant);
  const std::string key = publication_key(tenant, publication.entity, publication.attribute);
  const auto mutation = [&](ngsi::Names& names, const ngsi::EntityPtr& before,
                            Instant now) -> Result<ngsi::Mutated> {
    if (!before) return fail(Code::kResourceNotFound, "there is no entity to show the value");
    return ngsi::put_property(names, before, publication.attribute, publication.value_json, now);
  };
  const Write write{publication.entity, mutation};
  const auto job = [&](store::Batch& batch) -> Result<Outcomes> {
    const auto known = home.staging.revisions.find(key);
    if (known != home.staging.revisions.end() && publication.revision <= known->second) {
      return Outcomes{};
    }
    RV_ASSIGN(Change change, stage_one(home, write, origin, batch));
    stage_names(home, batch);
    home.staging.revisions[key] = publication.revision;
    std::string bytes;
    append_u64(bytes, publication.revision);
    batch.put(store::Column::kMeta, key, bytes);
    Outcomes outcomes;
    outcomes.emplace_back(std::move(change));
    stage_followers(home, outcomes, batch);
    return outcomes;
  };
  const auto shown =
      store_.writer().run_blocking(job, [&](Outcomes& outcomes) { publish(home, outcomes); });
  if (!shown) return fail(shown.error());
  return {};
}

}  // namespace revier::context::detail
