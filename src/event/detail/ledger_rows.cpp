// SPDX-License-Identifier: EUPL-1.2
#include "event/detail/ledger_rows.h"

#include "event/draft_store.h"

namespace revier::event::detail {
namespace {

constexpr std::int64_t kChangesShown = 1'000;

// nullptr for no text; what cannot be read any more counts as nothing.
std::shared_ptr<const Session> session_of(std::string_view id, const std::string& json) {
  if (json.empty()) return nullptr;
  const auto document = json::Document::parse(json);
  if (!document) return nullptr;
  const auto item = read_item(*find_kind("sessions"), id, document->root());
  return item ? std::make_shared<const Session>(read_session(*item)) : nullptr;
}

ChangePtr change_of(const rows::ChangeRow& row) {
  auto change = std::make_shared<Change>(row.change);
  change->before = session_of(change->session, row.before);
  change->after = session_of(change->session, row.after);
  if (!change->before && !change->after) return nullptr;
  change->kinds = kinds_between(change->before.get(), change->after.get());
  return change;
}

// One job's way through the sessions.
class Follower {
 public:
  Follower(records::Session& session, const Followed& what, LedgerDelta& delta)
      : session_(session), what_(what), delta_(delta) {}

  Result<> run() {
    RV_ASSIGN(std::vector<rows::SeenRow> seen, rows::seen(session_));
    for (rows::SeenRow& row : seen) {
      last_number_ = std::max(last_number_, row.standing.number);
      seen_.emplace(row.id, std::move(row));
    }
    RV_ASSIGN(const std::vector<rows::ChangeRow> last, rows::changes(session_, 1));
    if (!last.empty()) last_sequence_ = last.front().change.sequence;
    for (const Item& item : what_.items) RV_TRY(look_at(item));
    for (const auto& [id, row] : seen_) {
      if (!row.standing.removed && !found_.contains(id)) RV_TRY(write_down(id, row, ""));
    }
    return {};
  }

 private:
  Result<> look_at(const Item& item) {
    found_.insert(item.id);
    std::string json = item_json(item);
    const auto row = seen_.find(item.id);
    if (row == seen_.end()) return write_down(item.id, {}, json);
    if (!row->second.standing.removed && row->second.item == json) return {};
    return write_down(item.id, row->second, json);
  }

  // `json` is empty for a session that is gone.
  Result<> write_down(const std::string& id, const rows::SeenRow& before, const std::string& json) {
    const bool was_there = before.standing.number > 0 && !before.standing.removed;
    const bool carried = what_.carried.contains(id);
    rows::ChangeRow row{.change = {.session = id,
                                   .release = carried ? what_.release : 0,
                                   .at = carried ? what_.released_at : what_.now},
                        .before = was_there ? before.item : std::string(),
                        .after = json};
    row.change.sequence = last_sequence_ + 1;
    const ChangePtr change = change_of(row);
    // The same in other words is no change; it is only seen.
    const bool differs = change && !change->kinds.empty();
    if (differs) {
      ++last_sequence_;
      RV_TRY(rows::insert_change(session_, row));
      delta_.changes.push_back(change);
    }
    return see(before, row, change, differs);
  }

  Result<> see(const rows::SeenRow& before, const rows::ChangeRow& row, const ChangePtr& change,
               bool differs) {
    rows::SeenRow now = before;
    now.id = row.change.session;
    Standing& standing = now.standing;
    if (standing.number == 0) {
      standing.number = ++last_number_;
      standing.created_at = standing.modified_at = row.change.at;
    } else if (differs) {
      ++standing.sequence;
      standing.modified_at = row.change.at;
    }
    standing.removed = row.after.empty();
    if (!row.after.empty()) now.item = row.after;
    standing.session = change && change->after ? change->after : session_of(now.id, now.item);
    RV_TRY(rows::put_seen(session_, now));
    delta_.sessions.emplace_back(now.id, standing);
    return {};
  }

  records::Session& session_;
  const Followed& what_;
  LedgerDelta& delta_;
  std::map<std::string, rows::SeenRow> seen_;
  std::set<std::string> found_;
  std::int64_t last_number_ = 0;
  std::int64_t last_sequence_ = 0;
};

}  // namespace

Result<LedgerPtr> read_ledger(records::Session& session) {
  auto ledger = std::make_shared<Ledger>();
  RV_ASSIGN(ledger->releases, rows::releases(session));
  RV_ASSIGN(const std::vector<rows::ChangeRow> changes, rows::changes(session, kChangesShown));
  for (const rows::ChangeRow& row : changes) {
    if (ChangePtr change = change_of(row)) ledger->changes.push_back(std::move(change));
  }
  RV_ASSIGN(const std::optional<rows::ChangeRow> first, rows::first_change(session));
  if (first) ledger->first = change_of(*first);
  RV_ASSIGN(const std::vector<rows::SeenRow> seen, rows::seen(session));
  for (const rows::SeenRow& row : seen) {
    Standing standing = row.standing;
    standing.session = session_of(row.id, row.item);
    if (standing.session) ledger->sessions.emplace(row.id, std::move(standing));
  }
  index_news(*ledger);
  return ledger;
}

Result<std::vector<ChangePtr>> changes_since(records::Session& session, std::int64_t sequence,
                                             std::int64_t most) {
  RV_ASSIGN(const std::vector<rows::ChangeRow> found, rows::changes_since(session, sequence, most));
  std::vector<ChangePtr> changes;
  for (const rows::ChangeRow& row : found) {
    if (ChangePtr change = change_of(row)) changes.push_back(std::move(change));
  }
  return changes;
}

LedgerPtr add_to(const Ledger& ledger, const LedgerDelta& delta) {
  auto next = std::make_shared<Ledger>(ledger);
  next->changes.insert(next->changes.begin(), delta.changes.rbegin(), delta.changes.rend());
  if (next->changes.size() > kChangesShown) next->changes.resize(kChangesShown);
  if (!next->first && !delta.changes.empty()) next->first = delta.changes.front();
  for (const auto& [id, standing] : delta.sessions) next->sessions.insert_or_assign(id, standing);
  if (delta.release) next->releases.insert(next->releases.begin(), *delta.release);
  index_news(*next);
  return next;
}

Result<> follow(records::Session& session, const Followed& what, LedgerDelta& delta) {
  return Follower(session, what, delta).run();
}

}  // namespace revier::event::detail
