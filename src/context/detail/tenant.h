// SPDX-License-Identifier: EUPL-1.2
// One tenant: its names, its table, and what the writer thread holds of it between staging a change
// and publishing it.
//
// Thread safety: names and table have their own; Staging belongs to the writer thread.
#pragma once
#include <atomic>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "context/detail/table.h"
#include "ngsi/names.h"

namespace revier::context::detail {

// Rows as they will be once the group is durable; nullptr for one that is deleted.
//
// An entry is made only when nothing of its write can fail any more, and taken out when its version
// is published. A group that fails to commit leaves entries behind; the store takes no write any
// more then (store.h), so nothing is ever computed from them.
struct Staging {
  std::unordered_map<std::string, Row> rows;
  Serial next_serial = 1;
  NameId next_name = 1;                 // names from here on are not stored yet
  std::size_t sweep_names_at = 256;     // so many names start the next look for unused ones
  std::optional<std::size_t> entities;  // once something was staged: those that there will be
  std::unordered_map<std::string, std::uint64_t> revisions;  // by publication key
  // By type, once it was looked for: the place in Options::owned_types, or none. A number stays
  // the same name's (ngsi/names.h).
  std::unordered_map<NameId, std::optional<std::size_t>> owned_types;
};

// What expires, by time (4.22). Only entities with an expiresAt somewhere have an entry.
class Expiries {
 public:
  // Writer thread.
  void put(const std::string& id, std::optional<Instant> expiry);
  [[nodiscard]] bool has(const std::string& id) const { return by_id_.contains(id); }
  // At most `max` ids whose time is not after `now`.
  [[nodiscard]] std::vector<std::string> due(Instant now, std::size_t max) const;

  // Any thread.
  [[nodiscard]] bool any_due(Instant now) const {
    return next_us_.load(std::memory_order_relaxed) <= now.us;
  }

 private:
  std::set<std::pair<Instant, std::string>> by_time_;
  std::unordered_map<std::string, Instant> by_id_;
  std::atomic<std::int64_t> next_us_{std::numeric_limits<std::int64_t>::max()};
};

struct Tenant {
  Tenant(std::string tenant_name, std::size_t names_max)
      : name(std::move(tenant_name)), names(names_max) {}

  const std::string name;
  ngsi::Names names;
  Table table;
  Staging staging;
  Expiries expiries;
  bool dropped = false;  // a space that is no more: takes no write. Writer thread
};

// Keys of rows. The tenant's name holds no NUL (identity), so no key of one is a prefix of
// another's.
[[nodiscard]] std::string entity_key(std::string_view tenant, std::string_view id);
[[nodiscard]] std::string name_key(std::string_view tenant, NameId id);
// The number in a name's key, behind the tenant; kNoName for a wrong one.
[[nodiscard]] NameId name_of_key(std::string_view rest);
[[nodiscard]] std::string publication_key(std::string_view tenant, std::string_view entity,
                                          std::string_view attribute);
inline constexpr std::string_view kPublicationPrefix = "context.publication/";

// 8 bytes, least first, before the entity's own bytes.
void append_u64(std::string& out, std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> take_u64(std::string_view& bytes);

}  // namespace revier::context::detail
