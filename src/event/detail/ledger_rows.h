// SPDX-License-Identifier: EUPL-1.2
// The ledger between its rows and its view. Used by programme_editor.cpp.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "event/changes.h"
#include "event/item.h"
#include "records/records.h"

namespace revier::event::detail {

// What one job wrote; add_to() makes the next view of it.
struct LedgerDelta {
  std::vector<ChangePtr> changes;  // oldest first
  std::vector<std::pair<std::string, Standing>> sessions;
  std::optional<Release> release;
  [[nodiscard]] bool empty() const { return changes.empty() && sessions.empty() && !release; }
};

[[nodiscard]] Result<LedgerPtr> read_ledger(records::Session& session);
// At most `most` after a sequence number, the oldest first; also those that the view has no more.
[[nodiscard]] Result<std::vector<ChangePtr>> changes_since(records::Session& session,
                                                           std::int64_t sequence,
                                                           std::int64_t most);
[[nodiscard]] LedgerPtr add_to(const Ledger& ledger, const LedgerDelta& delta);

// Writes down how `items` (all sessions of now) differ from what was last seen. Changes of the
// sessions in `carried` belong to `release` and its time, all others to none.
struct Followed {
  const std::vector<Item>& items;
  Instant now;
  std::int64_t release = 0;
  Instant released_at = {};
  std::set<std::string, std::less<>> carried = {};
};
[[nodiscard]] Result<> follow(records::Session& session, const Followed& what, LedgerDelta& delta);

}  // namespace revier::event::detail
