// SPDX-License-Identifier: EUPL-1.2
// One tenant's current state in memory: entities by id and by serial, and the indexes.
//
// Two kinds of lock, both plain mutexes (a shared mutex of glibc lets readers starve the writer):
// one for each of the shards by id, held for one pointer copy; one for indexes and slots, held
// while at most kGatherMax candidates are copied out. Predicates run outside of both.
//
// Thread safety: reading from any thread; publish() from the writer thread alone.
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "base/thread_safety.h"
#include "context/detail/index.h"
#include "ngsi/entity.h"
#include "ngsi/predicate.h"

namespace revier::context::detail {

using ngsi::EntityPtr;
using ngsi::NameId;

// kOther: values without an exact key; taken along by every look into the attribute's index.
enum class KeyClass : std::uint8_t { kNumber, kInstant, kText, kOther };

struct ScalarKey {
  NameId attribute = 0;
  KeyClass key_class = KeyClass::kNumber;
  std::uint64_t key = 0;
  friend auto operator<=>(const ScalarKey&, const ScalarKey&) = default;
};
struct CellKey {
  NameId attribute = 0;
  std::uint64_t cell = 0;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

// What an entity is found by. Each list is sorted and without doubles.
struct IndexKeys {
  std::vector<NameId> types;
  std::vector<NameId> attributes;
  std::vector<ScalarKey> scalars;
  std::vector<CellKey> cells;
};
[[nodiscard]] IndexKeys keys_of(const ngsi::Entity& entity);
// Without those of other attributes than these (ascending).
[[nodiscard]] IndexKeys keys_of(const ngsi::Entity& entity, const std::vector<NameId>& attributes);
[[nodiscard]] KeyClass key_class_of(ngsi::Hints::Class scalar);
// Cells that hold every geometry that touches the area.
[[nodiscard]] Cells cells_of_area(const ngsi::Hints::Area& area);

// An entity with its place in the order of answers.
struct Row {
  Serial serial = 0;
  EntityPtr entity;
};

inline constexpr std::size_t kGatherMax = 256;

class Table {
 public:
  // The entity and its serial; nullopt where there is none.
  [[nodiscard]] std::optional<Row> find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  // Entities, indexes and their share of the maps, counted and not measured.
  [[nodiscard]] std::size_t memory_bytes() const;

  [[nodiscard]] std::size_t count_of_type(NameId type) const;
  struct Count {
    NameId name = 0;
    std::size_t entities = 0;
  };
  [[nodiscard]] std::vector<Count> types() const;       // those with entities, any order
  [[nodiscard]] std::vector<Count> attributes() const;  // likewise

  struct ScalarRanges {
    NameId attribute = 0;
    KeyClass key_class = KeyClass::kNumber;
    std::vector<KeyRange> keys;
  };
  // Candidates of one index in ranges; false when there are more than `max`.
  [[nodiscard]] bool collect_scalars(const ScalarRanges& ranges, std::size_t max,
                                     std::vector<Serial>& out) const;
  [[nodiscard]] bool collect_cells(NameId attribute, std::span<const std::uint64_t> cells,
                                   std::size_t max, std::vector<Serial>& out) const;

  // Appends at most kGatherMax rows, ascending: all with serials of at least `from`, those of them
  // that have one of the types, or those of a list from the position `at` on, which is moved. Rows
  // of a list that are gone are left out.
  void rows(Serial from, std::vector<Row>& out) const;
  void rows_of_types(std::span<const NameId> types, Serial from, std::vector<Row>& out) const;
  void rows_of_list(std::span<const Serial> serials, std::size_t& at, std::vector<Row>& out) const;

  // Puts `after` in place of `before`, the version of now; nullptr: creates, deletes. `changed` are
  // all attributes that differ, ascending, where there are both versions.
  void publish(Serial serial, const EntityPtr& before, const EntityPtr& after,
               const std::vector<NameId>& changed);

  // Fills a table that is empty, at the start: what an entity is found by is kept until all are
  // there. Until finish() they are found by their ids alone.
  //
  // Memory until then: 16 bytes a posting. Thread safety: none.
  class Filling;

 private:
  struct IdOf {
    std::string_view operator()(const Row& row) const { return row.entity->id(); }
    std::string_view operator()(std::string_view id) const { return id; }
  };
  struct HashById {
    using is_transparent = void;
    template <class T>
    std::size_t operator()(const T& value) const {
      return std::hash<std::string_view>{}(IdOf{}(value));
    }
  };
  struct EqualById {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return IdOf{}(a) == IdOf{}(b);
    }
  };
  struct Shard {
    Mutex mutex;
    boost::unordered_flat_set<Row, HashById, EqualById> rows RV_GUARDED_BY(mutex);
  };
  static constexpr std::size_t kShards = 256;

  static constexpr std::size_t kChunk = 256;
  struct Chunk {
    std::array<EntityPtr, kChunk> slots;
    std::size_t used = 0;
  };
  using AttributeClass = std::uint64_t;  // attribute id and class in one word
  // By what each index is kept under.
  struct Keys {
    boost::unordered_flat_map<NameId, std::vector<Serial>> types;
    boost::unordered_flat_map<AttributeClass, std::vector<Posting>> scalars;
    boost::unordered_flat_map<NameId, std::vector<Posting>> cells;
  };
  struct Indexes {
    boost::unordered_flat_map<NameId, SerialSet> types;
    boost::unordered_flat_map<NameId, std::size_t> attributes;  // entities that have it
    boost::unordered_flat_map<AttributeClass, PostingIndex> scalars;
    boost::unordered_flat_map<NameId, GeoIndex> cells;
  };

  [[nodiscard]] Shard& shard_of(std::string_view id) const;
  void fill(Keys keys, unsigned threads);
  struct KeyChange {
    IndexKeys before;
    IndexKeys after;
  };
  void change(Serial serial, const EntityPtr& before, const EntityPtr& after,
              const KeyChange& keys);
  void put_in_shard(Serial serial, const EntityPtr& before, const EntityPtr& after);
  void put_in_slot(Serial serial, const EntityPtr& entity) RV_REQUIRES(index_mutex_);
  [[nodiscard]] static bool collect_from(const Indexes& indexes, const ScalarRanges& ranges,
                                         std::size_t max, std::vector<Serial>& out);
  static void change_keys(Indexes& indexes, Serial serial, const KeyChange& keys);
  void append_row(Serial serial, std::vector<Row>& out) const RV_REQUIRES(index_mutex_);

  mutable std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> entity_bytes_{0};
  std::atomic<std::size_t> postings_{0};

  mutable Mutex index_mutex_;
  std::map<std::uint64_t, std::unique_ptr<Chunk>> chunks_ RV_GUARDED_BY(index_mutex_);
  Indexes indexes_ RV_GUARDED_BY(index_mutex_);
};

class Table::Filling {
 public:
  explicit Filling(Table& table) : table_(table) {}  // which outlives it

  // A new entity and all that it is found by.
  void add(const Row& row, const IndexKeys& keys);
  // On at most `threads` threads (0: one a core). Nothing is added after it.
  void finish(unsigned threads);

 private:
  Table& table_;
  Keys keys_;
};

}  // namespace revier::context::detail
