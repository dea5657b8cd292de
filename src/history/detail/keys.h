// SPDX-License-Identifier: EUPL-1.2
// Keys of the rows of history. Numbers stand most significant byte first, so that rows lie in their
// order; neither tenants nor ids hold a NUL.
//
//   E tenant 0 id 0 time number              what befell the entity: created, types, deleted
//   I tenant 0 id 0 name segment time number an instance
//   S tenant 0 id 0 name day                 what the hours of a day come to
//   T tenant 0 type id                       entities that have or had a type
//   N tenant 0 name                          names that stay for history
//   D tenant 0 id 0 name day                 days that are to be summed up
//
// So "an attribute between two instants" is one run of rows, and "its last n" the end of that run.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "ngsi/names.h"
#include "store/store.h"

namespace revier::history::detail {

// All of them lie in this column.
inline constexpr store::Column kColumn = store::Column::kHistory;

// What the time in an instance's key is. Stored: numbers must stay.
enum class Segment : std::uint8_t {
  kObserved = 0,    // observedAt
  kUnobserved = 1,  // modifiedAt, of one without observedAt
  kDeleted = 2,     // deletedAt, of a deletion without observedAt
};
inline constexpr std::uint8_t kSegments = 3;

struct InstanceKey {
  ngsi::NameId name = ngsi::kNoName;  // kNoName: the scope
  Segment segment = Segment::kObserved;
  Instant time;
  std::uint64_t number = 0;  // differs for every instance of a store
};

[[nodiscard]] std::string tenant_prefix(char kind, std::string_view tenant);
[[nodiscard]] std::string entity_prefix(char kind, std::string_view tenant, std::string_view id);

void append_be(std::string& out, std::uint32_t number);
void append_be(std::string& out, std::uint64_t number);
void append_time(std::string& out, Instant time);
[[nodiscard]] std::uint32_t read_be32(std::string_view bytes);
[[nodiscard]] std::uint64_t read_be64(std::string_view bytes);
[[nodiscard]] Instant read_time(std::string_view bytes);

// The rest of a key behind entity_prefix('I', ...).
void append_instance_key(std::string& out, const InstanceKey& key);
[[nodiscard]] std::optional<InstanceKey> read_instance_key(std::string_view rest);

// "urn:ngsi-ld:Instance:0006263f8a1b2c3d"
[[nodiscard]] std::string instance_id(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> instance_number(std::string_view id);

}  // namespace revier::history::detail
