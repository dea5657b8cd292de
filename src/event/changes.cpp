// SPDX-License-Identifier: EUPL-1.2
#include "event/changes.h"

#include <algorithm>
#include <array>

#include "web/i18n.h"

namespace revier::event {
namespace {

constexpr std::array<std::string_view, 8> kKindNames{
    "created", "moved", "room", "retitled", "cancelled", "reinstated", "removed", "details"};

bool same(const Localised& a, const Localised& b) { return a.de == b.de && a.en == b.en; }

bool same_details(const Session& a, const Session& b) {
  return same(a.abstract, b.abstract) && a.speakers == b.speakers && a.track == b.track &&
         a.format == b.format && a.language == b.language && a.capacity == b.capacity &&
         a.bookable == b.bookable && a.examples == b.examples && a.sources == b.sources;
}

}  // namespace

std::string_view to_string(ChangeKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

bool Change::has(ChangeKind kind) const { return std::ranges::find(kinds, kind) != kinds.end(); }

std::vector<ChangeKind> kinds_between(const Session* before, const Session* after) {
  if (before == nullptr && after == nullptr) return {};
  if (after == nullptr) return {ChangeKind::kRemoved};
  std::vector<ChangeKind> kinds;
  if (before == nullptr) {
    kinds.push_back(ChangeKind::kCreated);
    if (after->cancelled) kinds.push_back(ChangeKind::kCancelled);
    return kinds;
  }
  const auto add = [&](bool differs, ChangeKind kind) {
    if (differs) kinds.push_back(kind);
  };
  add(before->day != after->day || before->starts_at != after->starts_at ||
          before->ends_at != after->ends_at,
      ChangeKind::kMoved);
  add(before->room != after->room, ChangeKind::kRoom);
  add(!same(before->title, after->title), ChangeKind::kRetitled);
  add(!before->cancelled && after->cancelled, ChangeKind::kCancelled);
  add(before->cancelled && !after->cancelled, ChangeKind::kReinstated);
  add(!same_details(*before, *after), ChangeKind::kDetails);
  return kinds;
}

const Standing* Ledger::standing(std::string_view session) const {
  const auto found = sessions.find(session);
  return found == sessions.end() ? nullptr : &found->second;
}

const Release* Ledger::release(std::int64_t number) const {
  const auto found = std::ranges::find(releases, number, &Release::number);
  return found == releases.end() ? nullptr : &*found;
}

std::int64_t Ledger::sequence() const { return changes.empty() ? 0 : changes.front()->sequence; }

std::string Ledger::version() const {
  return fmt::format("{}.{}", releases.empty() ? 0 : releases.front().number, sequence());
}

std::optional<Instant> Ledger::changed_at() const {
  if (changes.empty()) return std::nullopt;
  return changes.front()->at;
}

bool Ledger::is_first_version(const Change& change) const {
  if (!change.has(ChangeKind::kCreated) || !first) return false;
  if (change.release != first->release) return false;
  return change.release > 0 || web::iso_date(change.at) == web::iso_date(first->at);
}

bool is_news(const Ledger& ledger, const Change& change) {
  if (ledger.is_first_version(change)) return false;
  return std::ranges::any_of(change.kinds,
                             [](ChangeKind kind) { return kind != ChangeKind::kDetails; });
}

const std::vector<ChangePtr>& Ledger::news_of(std::string_view session) const {
  static const std::vector<ChangePtr> none;
  const auto found = news.find(session);
  return found == news.end() ? none : found->second;
}

void index_news(Ledger& ledger) {
  ledger.news.clear();
  for (const ChangePtr& change : ledger.changes) {
    if (is_news(ledger, *change)) ledger.news[change->session].push_back(change);
  }
}

}  // namespace revier::event
