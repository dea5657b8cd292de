// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/table.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "base/parallel.h"
#include "ngsi/difference.h"

namespace revier::context::detail {
namespace {

// What one entity costs beside its own bytes: a row in its shard at a usual load, a slot.
constexpr std::size_t kRowBytes = 40 + sizeof(EntityPtr);
constexpr std::size_t kPostingBytes = 24;
// Tables below this are not worth a thread.
constexpr std::size_t kFilledAlone = 10'000;

std::uint64_t attribute_class(NameId attribute, KeyClass key_class) {
  return (std::uint64_t{attribute} << 8) | static_cast<std::uint8_t>(key_class);
}

std::size_t postings_of(const IndexKeys& keys) {
  return keys.types.size() + keys.scalars.size() + keys.cells.size();
}

// Calls `gone` for what only `before` has and `come` for what only `after` has; both are sorted.
template <class Key, class Gone, class Come>
void difference(const std::vector<Key>& before, const std::vector<Key>& after, const Gone& gone,
                const Come& come) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && *a < *b)) {
      gone(*a++);
    } else if (a == before.end() || *b < *a) {
      come(*b++);
    } else {
      ++a, ++b;
    }
  }
}

IndexKeys keys_or_none(const EntityPtr& entity) { return entity ? keys_of(*entity) : IndexKeys{}; }

}  // namespace

Table::Shard& Table::shard_of(std::string_view id) const {
  // The upper bits: the map inside the shard uses the lower ones.
  return shards_[std::hash<std::string_view>{}(id) >> 56];
}

std::optional<Row> Table::find(std::string_view id) const {
  Shard& shard = shard_of(id);
  const Lock lock(shard.mutex);
  const auto at = shard.rows.find(id);
  if (at == shard.rows.end()) return std::nullopt;
  return *at;
}

std::size_t Table::memory_bytes() const {
  return entity_bytes_.load(std::memory_order_relaxed) + size() * kRowBytes +
         postings_.load(std::memory_order_relaxed) * kPostingBytes;
}

std::size_t Table::count_of_type(NameId type) const {
  const Lock lock(index_mutex_);
  const auto at = indexes_.types.find(type);
  return at == indexes_.types.end() ? 0 : at->second.size();
}

std::vector<Table::Count> Table::types() const {
  const Lock lock(index_mutex_);
  std::vector<Count> counts;
  for (const auto& [type, serials] : indexes_.types) counts.push_back({type, serials.size()});
  return counts;
}

std::vector<Table::Count> Table::attributes() const {
  const Lock lock(index_mutex_);
  std::vector<Count> counts;
  for (const auto& [name, entities] : indexes_.attributes) counts.push_back({name, entities});
  return counts;
}

bool Table::collect_scalars(const ScalarRanges& ranges, std::size_t max,
                            std::vector<Serial>& out) const {
  const Lock lock(index_mutex_);
  return collect_from(indexes_, ranges, max, out);
}

bool Table::collect_from(const Indexes& indexes, const ScalarRanges& ranges, std::size_t max,
                         std::vector<Serial>& out) {
  const std::size_t before = out.size();
  bool fits = true;
  const auto add = [&](KeyClass key_class, KeyRange keys) {
    const auto at = indexes.scalars.find(attribute_class(ranges.attribute, key_class));
    if (!fits || at == indexes.scalars.end()) return;
    fits = at->second.collect(keys, max - (out.size() - before), out);
  };
  add(KeyClass::kOther, {});
  for (const KeyRange& keys : ranges.keys) add(ranges.key_class, keys);
  if (!fits) out.resize(before);
  return fits;
}

bool Table::collect_cells(NameId attribute, std::span<const std::uint64_t> cells, std::size_t max,
                          std::vector<Serial>& out) const {
  const Lock lock(index_mutex_);
  const auto at = indexes_.cells.find(attribute);
  return at == indexes_.cells.end() || at->second.collect(cells, max, out);
}

void Table::rows(Serial from, std::vector<Row>& out) const {
  const Lock lock(index_mutex_);
  std::size_t looked_at = 0;
  auto chunk = chunks_.lower_bound(from / kChunk);
  for (; chunk != chunks_.end() && looked_at < kGatherMax; ++chunk) {
    const Serial base = chunk->first * kChunk;
    for (std::size_t i = from > base ? from - base : 0; i < kChunk; ++i) {
      const EntityPtr& entity = chunk->second->slots[i];
      if (!entity) continue;
      out.push_back({base + i, entity});
      if (++looked_at == kGatherMax) return;
    }
  }
}

void Table::rows_of_types(std::span<const NameId> types, Serial from, std::vector<Row>& out) const {
  const Lock lock(index_mutex_);
  std::vector<Serial> serials;
  for (const NameId type : types) {
    if (const auto at = indexes_.types.find(type); at != indexes_.types.end()) {
      at->second.collect(from, kGatherMax, serials);
    }
  }
  if (types.size() > 1) {
    std::sort(serials.begin(), serials.end());
    serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
    if (serials.size() > kGatherMax) serials.resize(kGatherMax);
  }
  for (const Serial serial : serials) append_row(serial, out);
}

void Table::rows_of_list(std::span<const Serial> serials, std::size_t& at,
                         std::vector<Row>& out) const {
  const Lock lock(index_mutex_);
  const std::size_t end = std::min(serials.size(), at + kGatherMax);
  for (; at < end; ++at) append_row(serials[at], out);
}

void Table::append_row(Serial serial, std::vector<Row>& out) const {
  const auto chunk = chunks_.find(serial / kChunk);
  if (chunk == chunks_.end()) return;
  const EntityPtr& entity = chunk->second->slots[serial % kChunk];
  if (entity) out.push_back({serial, entity});
}

void Table::publish(Serial serial, const EntityPtr& before, const EntityPtr& after,
                    const std::vector<NameId>& changed) {
  if (!before || !after) {
    return change(serial, before, after, {keys_or_none(before), keys_or_none(after)});
  }
  // What did not change keeps its keys: they need not be made to find that out.
  change(serial, before, after, {keys_of(*before, changed), keys_of(*after, changed)});
}

void Table::Filling::add(const Row& row, const IndexKeys& keys) {
  table_.put_in_shard(row.serial, nullptr, row.entity);
  {
    const Lock lock(table_.index_mutex_);
    table_.put_in_slot(row.serial, row.entity);
    for (const NameId name : keys.attributes) ++table_.indexes_.attributes[name];
  }
  for (const NameId type : keys.types) keys_.types[type].push_back(row.serial);
  for (const ScalarKey& key : keys.scalars) {
    keys_.scalars[attribute_class(key.attribute, key.key_class)].push_back({key.key, row.serial});
  }
  for (const CellKey& key : keys.cells) {
    keys_.cells[key.attribute].push_back({key.cell, row.serial});
  }
  ++table_.size_;
  table_.entity_bytes_ += row.entity->memory_bytes();
  table_.postings_ += postings_of(keys);
}

void Table::Filling::finish(unsigned threads) { table_.fill(std::exchange(keys_, {}), threads); }

void Table::fill(Keys keys, unsigned threads) {
  const Lock lock(index_mutex_);
  std::vector<std::function<void()>> tasks;
  const auto take = [&tasks](auto& indexes, auto& all) {
    // Places first: a map that grows moves what is in it.
    for (const auto& [name, list] : all) indexes[name];
    for (auto& [name, list] : all) {
      tasks.emplace_back([&index = indexes[name], &list] { index.fill(std::move(list)); });
    }
  };
  take(indexes_.scalars, keys.scalars);
  take(indexes_.cells, keys.cells);
  take(indexes_.types, keys.types);
  parallel_for(tasks.size(), size() < kFilledAlone ? 1 : threads,
               [&tasks](std::size_t i) { tasks[i](); });
}

void Table::change(Serial serial, const EntityPtr& before, const EntityPtr& after,
                   const KeyChange& keys) {
  put_in_shard(serial, before, after);
  {
    const Lock lock(index_mutex_);
    put_in_slot(serial, after);
    change_keys(indexes_, serial, keys);
  }
  size_ += after ? 1 : 0;
  size_ -= before ? 1 : 0;
  entity_bytes_ += after ? after->memory_bytes() : 0;
  entity_bytes_ -= before ? before->memory_bytes() : 0;
  postings_ += postings_of(keys.after);
  postings_ -= postings_of(keys.before);
}

void Table::put_in_shard(Serial serial, const EntityPtr& before, const EntityPtr& after) {
  Shard& shard = shard_of(after ? after->id() : before->id());
  const Lock lock(shard.mutex);
  // The hash looks into the entity, so a row is changed by taking it out and putting a new one in.
  if (before) shard.rows.erase(Row{serial, before});
  if (after) shard.rows.insert(Row{serial, after});
}

void Table::put_in_slot(Serial serial, const EntityPtr& entity) {
  auto& chunk = chunks_[serial / kChunk];
  if (!chunk) chunk = std::make_unique<Chunk>();
  EntityPtr& slot = chunk->slots[serial % kChunk];
  chunk->used += entity ? 1 : 0;
  chunk->used -= slot ? 1 : 0;
  slot = entity;
  if (chunk->used == 0) chunks_.erase(serial / kChunk);
}

void Table::change_keys(Indexes& indexes, Serial serial, const KeyChange& keys) {
  const auto& [before, after] = keys;
  const auto drop_if_empty = [](auto& index, const auto& name) {
    if (const auto at = index.find(name); at->second.size() == 0) index.erase(at);
  };
  difference(
      before.types, after.types,
      [&](NameId type) {
        indexes.types[type].erase(serial);
        drop_if_empty(indexes.types, type);
      },
      [&](NameId type) { indexes.types[type].insert(serial); });
  difference(
      before.attributes, after.attributes,
      [&](NameId name) {
        if (--indexes.attributes[name] == 0) indexes.attributes.erase(name);
      },
      [&](NameId name) { ++indexes.attributes[name]; });
  difference(
      before.scalars, after.scalars,
      [&](const ScalarKey& k) {
        const std::uint64_t name = attribute_class(k.attribute, k.key_class);
        indexes.scalars[name].erase(k.key, serial);
        drop_if_empty(indexes.scalars, name);
      },
      [&](const ScalarKey& k) {
        indexes.scalars[attribute_class(k.attribute, k.key_class)].insert(k.key, serial);
      });
  difference(
      before.cells, after.cells,
      [&](const CellKey& k) {
        indexes.cells[k.attribute].erase({&k.cell, 1}, serial);
        drop_if_empty(indexes.cells, k.attribute);
      },
      [&](const CellKey& k) { indexes.cells[k.attribute].insert({&k.cell, 1}, serial); });
}

}  // namespace revier::context::detail
