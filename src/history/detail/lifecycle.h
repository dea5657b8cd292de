// SPDX-License-Identifier: EUPL-1.2
// What befell an entity as a whole: rows E. They are only ever added, so that writing needs no
// reading; what they say together is made when they are read.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ngsi/names.h"
#include "store/store.h"

namespace revier::history::detail {

// Stored: numbers must stay.
enum class Event : std::uint8_t {
  kCreated = 1,    // in current state
  kTypes = 2,      // has further types
  kDeleted = 3,    // from current state
  kKnown = 4,      // by a direct write of history
  kForgotten = 5,  // its evolution was deleted; it is still in current state
};

struct Lifecycle {
  std::vector<ngsi::NameId> types;  // all that it ever had, in the order of their addition
  Instant created_at;
  Instant modified_at;
  std::optional<Instant> deleted_at;
  bool forgotten = false;  // nothing came after kForgotten
  bool again = false;      // created after a deletion
};

void put_event(store::Batch& batch, std::string_view entity_prefix, Event event,
               const std::vector<ngsi::NameId>& types, Instant at, std::uint64_t number);
// nullopt where there is none. Errors: kCorrupt.
[[nodiscard]] Result<std::optional<Lifecycle>> read_lifecycle(const store::Store& store,
                                                              std::string_view tenant,
                                                              std::string_view id);

}  // namespace revier::history::detail
