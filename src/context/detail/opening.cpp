// SPDX-License-Identifier: EUPL-1.2
// The start: names first, for entities are told in them; then every entity once.
#include <malloc.h>

#include <algorithm>
#include <future>

#include "base/log.h"
#include "base/parallel.h"
#include "context/detail/live_broker.h"

namespace revier::context::detail {
namespace {

// Rows decoded side by side, then entered one after the other.
constexpr std::size_t kBlockRows = 16'384;

struct Key {
  std::string_view tenant;
  std::string_view rest;
};

Result<Key> split(std::string_view key, std::string_view what) {
  const std::size_t nul = key.find('\0');
  if (nul == std::string_view::npos) {
    return fail(Code::kCorrupt, fmt::format("a row of {} has a key without a tenant", what));
  }
  return Key{key.substr(0, nul), key.substr(nul + 1)};
}

}  // namespace

// A row on its way from the store into the table.
struct LiveBroker::StoredRow {
  Tenant* tenant = nullptr;
  std::string id;
  std::string bytes;
  Serial serial = 0;
  EntityPtr entity;
  IndexKeys keys;
  Result<> decoded;

  void decode() {
    std::string_view rest = bytes;
    const auto number = take_u64(rest);
    if (!number) {
      decoded = fail(Code::kCorrupt, "too short");
      return;
    }
    serial = *number;
    auto made = ngsi::Entity::decode(rest);
    if (made && (*made)->id() != id) made = fail(Code::kCorrupt, "holds another id than its key");
    if (!made) {
      decoded = fail(std::move(made).error());
      return;
    }
    entity = *std::move(made);
    keys = keys_of(*entity);
    bytes = {};
  }
};

Result<> LiveBroker::load() {
  const std::int64_t start_us = monotonic_us();
  RV_TRY(load_names());
  RV_TRY(load_publications());
  RV_TRY(load_entities());
  ::malloc_trim(0);  // what reading took on the way goes back, a tenth of all
  std::size_t entities = 0;
  for (const Tenant* tenant : all_tenants()) entities += tenant->table.size();
  entities_gauge_.set(static_cast<double>(entities));
  log_event(Level::kInfo, "context.open",
            {{"entities", entities},
             {"memory_bytes", memory_bytes_.load()},
             {"ms", (monotonic_us() - start_us) / 1'000}});
  return {};
}

Result<> LiveBroker::load_names() {
  const auto rows = store_.scan(store::Column::kNames, {});
  for (; rows->valid(); rows->next()) {
    RV_ASSIGN(const Key key, split(rows->key(), "names"));
    Tenant& tenant = entered(key.tenant);
    RV_TRY(tenant.names.restore(name_of_key(key.rest), rows->value()));
    tenant.staging.next_name = tenant.names.next_id();
  }
  return rows->status();
}

Result<> LiveBroker::load_publications() {
  const auto rows = store_.scan(store::Column::kMeta, kPublicationPrefix);
  for (; rows->valid(); rows->next()) {
    RV_ASSIGN(const Key key, split(rows->key().substr(kPublicationPrefix.size()), "meta"));
    std::string_view value = rows->value();
    const auto revision = take_u64(value);
    if (!revision) return fail(Code::kCorrupt, "a publication's revision is too short");
    Tenant& tenant = entered(key.tenant);
    tenant.staging.revisions[std::string(rows->key())] = *revision;
  }
  return rows->status();
}

// One block is read while the one before is decoded and entered.
Result<> LiveBroker::load_entities() {
  const auto rows = store_.scan(store::Column::kEntities, {});
  const auto read = [this, &rows] { return read_block(*rows); };
  Fillings fillings;
  auto next = std::async(std::launch::async, read);
  for (;;) {
    RV_ASSIGN(std::vector<StoredRow> block, next.get());
    if (block.empty()) break;
    next = std::async(std::launch::async, read);
    RV_TRY(load_block(block, fillings));
  }
  RV_TRY(rows->status());
  for (auto& [tenant, filling] : fillings) filling.finish(options_.open_threads);
  return {};
}

Result<std::vector<LiveBroker::StoredRow>> LiveBroker::read_block(store::Cursor& rows) {
  std::vector<StoredRow> block;
  for (; rows.valid() && block.size() < kBlockRows; rows.next()) {
    RV_ASSIGN(const Key key, split(rows.key(), "entities"));
    StoredRow& row = block.emplace_back();
    row.tenant = &entered(key.tenant);
    row.id = key.rest;
    row.bytes = rows.value();
  }
  return block;
}

Result<> LiveBroker::load_block(std::vector<StoredRow>& block, Fillings& fillings) {
  parallel_for(block.size(), options_.open_threads, [&](std::size_t i) { block[i].decode(); });
  for (StoredRow& row : block) {
    if (!row.decoded) {
      return fail(Code::kCorrupt,
                  fmt::format("the row of entity {}: {}", row.id, row.decoded.error().message));
    }
    if (!row.tenant->names.count(*row.entity, 1)) {
      return fail(Code::kCorrupt,
                  fmt::format("the row of entity {} has a type or an attribute whose name is not "
                              "stored",
                              row.id));
    }
    row.tenant->expiries.put(row.id, ngsi::earliest_expiry(*row.entity));
    const std::size_t before_bytes = row.tenant->table.memory_bytes();
    Table::Filling& filling = fillings.try_emplace(row.tenant, row.tenant->table).first->second;
    filling.add({row.serial, std::move(row.entity)}, row.keys);
    memory_bytes_ += row.tenant->table.memory_bytes() - before_bytes;
    Serial& next = row.tenant->staging.next_serial;
    next = std::max(next, row.serial + 1);
  }
  if (memory_bytes_ > options_.memory_bytes_max) {
    return fail(Code::kInsufficientStorage,
                fmt::format("the entities need more than limits.memory ({} bytes); raise it",
                            options_.memory_bytes_max));
  }
  return {};
}

}  // namespace revier::context::detail
