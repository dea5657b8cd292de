// SPDX-License-Identifier: EUPL-1.2
// Rows of drafts, releases and the ledger of changes. No rules here: see programme_editor.h.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/changes.h"
#include "event/item.h"
#include "records/records.h"

namespace revier::event {

// What is not released: an item as it shall become, or that it shall go.
struct Draft {
  const KindSpec* kind = nullptr;
  std::string id;
  std::optional<Item> item;   // nullopt: the released item is to be taken out
  std::string base;           // the released item's JSON when the draft was begun; "" without one
  std::int64_t revision = 1;  // one more with each saving
  Instant edited_at;
  std::string edited_by;  // sign-in name or token label
};

// Names a draft, also one whose item cannot be read any more.
struct DraftKey {
  std::string kind;  // path
  std::string id;
  friend bool operator==(const DraftKey&, const DraftKey&) = default;
};

namespace rows {

[[nodiscard]] std::span<const records::Migration> migrations();

// Makes or replaces; a running release does not carry it any more.
[[nodiscard]] Result<> put_draft(records::Session& session, const Draft& draft,
                                 Instant delete_after);
// Whether there was one.
[[nodiscard]] Result<bool> delete_draft(records::Session& session, std::string_view kind,
                                        std::string_view id);
// A row whose item cannot be read is logged, put to `unreadable` and left out: it stops neither a
// start nor a release, and can be deleted or replaced.
// `release` other than 0: those that it carries.
[[nodiscard]] Result<std::vector<Draft>> drafts(records::Session& session, std::int64_t release = 0,
                                                std::vector<DraftKey>* unreadable = nullptr);
// One that cannot be read is none.
[[nodiscard]] Result<std::optional<Draft>> find_draft(records::Session& session,
                                                      const KindSpec& kind, std::string_view id);
[[nodiscard]] Result<std::int64_t> count_drafts(records::Session& session);
// Whose time is over and that no release carries; also those that cannot be read.
[[nodiscard]] Result<std::vector<DraftKey>> old_drafts(records::Session& session, Instant now);

// A release that is begun carries `drafts`; ending it deletes those that it still carries. What it
// carries and cannot be read stays a draft.
[[nodiscard]] Result<> begin_release(records::Session& session, const Release& release,
                                     const std::vector<Draft>& drafts);
[[nodiscard]] Result<> end_release(records::Session& session, std::int64_t number,
                                   const std::vector<Draft>& drafts);
// As if it had never begun: its drafts are drafts of nothing again.
[[nodiscard]] Result<> drop_release(records::Session& session, std::int64_t number);
// Number of the one that is begun and not ended; 0 where there is none.
[[nodiscard]] Result<std::int64_t> open_release(records::Session& session);
// Ended ones, newest first.
[[nodiscard]] Result<std::vector<Release>> releases(records::Session& session);
[[nodiscard]] Result<Release> release(records::Session& session, std::int64_t number);
[[nodiscard]] Result<std::int64_t> last_release(records::Session& session);

// A session as the ledger last saw it.
struct SeenRow {
  std::string id;
  std::string item;  // its JSON; the last one where it was removed
  Standing standing;
};
[[nodiscard]] Result<std::vector<SeenRow>> seen(records::Session& session);
[[nodiscard]] Result<> put_seen(records::Session& session, const SeenRow& row);

struct ChangeRow {
  Change change;  // without kinds and sessions
  std::string before;
  std::string after;
};
[[nodiscard]] Result<> insert_change(records::Session& session, const ChangeRow& row);
// The newest first.
[[nodiscard]] Result<std::vector<ChangeRow>> changes(records::Session& session, std::int64_t limit);
// Those after a sequence number, the oldest first.
[[nodiscard]] Result<std::vector<ChangeRow>> changes_since(records::Session& session,
                                                           std::int64_t sequence,
                                                           std::int64_t limit);
[[nodiscard]] Result<std::optional<ChangeRow>> first_change(records::Session& session);

}  // namespace rows
}  // namespace revier::event
