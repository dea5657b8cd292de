// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/outbox.h"

#include <algorithm>

namespace revier::subscription::detail {
namespace {

constexpr auto kColumn = store::Column::kOutbox;
constexpr std::string_view kStartsKey = "subscription.starts";
constexpr std::size_t kStartsMax = 1'000;
constexpr std::size_t kDeadMax = 10'000;  // looked at in one step

bool needs_before(const Told& told, const std::vector<Match>& matches) {
  if (!told.after) return true;
  const bool went = std::any_of(told.changes.begin(), told.changes.end(),
                                [](const ngsi::AttributeChange& change) {
                                  return change.what == ngsi::AttributeChange::What::kDeleted;
                                });
  return went || std::any_of(matches.begin(), matches.end(), [](const Match& match) {
           // What comes into sight, or goes out of it, is told by both versions.
           const Subscription& to = *match.subscription;
           return to.notification.show_changes || !to.grounds.empty();
         });
}

// Of one dead letter, or of all for sequence 0.
std::string dead_prefix(const Subject& subject, std::uint64_t sequence) {
  if (sequence == 0) return line_prefix('d', subject.tenant, subject.id);
  return line_key('d', subject.tenant, subject.id, sequence);
}

}  // namespace

Result<> Outbox::load(std::uint64_t least) {
  RV_TRY(load_lines('s'));
  RV_TRY(load_lines('d'));
  std::uint64_t greatest = 0;
  RV_TRY(load_changes(greatest));
  next_ = std::max(least, greatest + 1);
  return note_start();
}

Result<> Outbox::note_start() {
  const auto stored = store_.get(store::Column::kMeta, kStartsKey);
  if (stored) starts_ = decode_numbers(*stored);
  std::uint64_t oldest = next_;
  for (const auto& [sequence, uses] : uses_) oldest = std::min(oldest, sequence);
  std::erase_if(starts_, [oldest](std::uint64_t start) { return start <= oldest; });
  if (starts_.size() >= kStartsMax) starts_.erase(starts_.begin());
  starts_.push_back(next_);
  return store_.writer().run_blocking([this](store::Batch& batch) -> Result<> {
    batch.put(store::Column::kMeta, kStartsKey, encode_numbers(starts_));
    return {};
  });
}

Result<> Outbox::load_lines(char kind) {
  const auto rows = store_.scan(kColumn, std::string_view(&kind, 1));
  for (; rows->valid(); rows->next()) {
    if (const auto sequence = sequence_of(rows->key())) ++uses_[*sequence];
    const auto subject = subject_of(rows->key().substr(1));
    if (subject) waiting_[{subject->tenant, subject->id}] += kind == 's' ? 1 : 0;
  }
  return rows->status();
}

Result<> Outbox::load_changes(std::uint64_t& greatest) {
  const auto rows = store_.scan(kColumn, "c");
  for (; rows->valid(); rows->next()) {
    const auto sequence = sequence_of(rows->key());
    if (!sequence) continue;
    greatest = std::max(greatest, *sequence);
    RV_ASSIGN(const Group waiting, decode(rows->value()));
    count(waiting, 1);
  }
  return rows->status();
}

void Outbox::count(const Group& group, int difference) {
  for (const Told& told : group.told) {
    if (told.before) broker_.count_names(group.tenant, *told.before, difference);
    if (told.after) broker_.count_names(group.tenant, *told.after, difference);
  }
}

void Outbox::stage(std::string_view tenant, std::vector<Told>& told,
                   const std::vector<Match>& matches, store::Batch& batch) {
  const std::uint64_t sequence = next_++;
  Group group{std::string(tenant), std::move(told)};
  for (Told& one : group.told) {
    if (!needs_before(one, matches)) one.before = nullptr;
  }
  batch.put(kColumn, change_key(sequence), encode(tenant, group.told));
  for (const Match& match : matches) {
    batch.put(kColumn, line_key('s', tenant, match.subscription->id, sequence),
              encode_numbers(match.picks));
    ++waiting_[{std::string(tenant), match.subscription->id}];
  }
  uses_[sequence] = static_cast<std::uint32_t>(matches.size());
  count(group, 1);
}

Result<std::vector<Entry>> Outbox::next(const Subject& subject, std::uint64_t from,
                                        std::size_t max) const {
  const std::string prefix = line_prefix('s', subject.tenant, subject.id);
  const auto rows = store_.scan(kColumn, prefix, line_key('s', subject.tenant, subject.id, from));
  std::vector<Entry> out;
  for (; rows->valid() && out.size() < max; rows->next()) {
    const auto sequence = sequence_of(rows->key());
    if (sequence) out.push_back({*sequence, decode_numbers(rows->value())});
  }
  RV_TRY(rows->status());
  return out;
}

std::size_t Outbox::waiting(const Subject& subject) const {
  const auto at = waiting_.find({subject.tenant, subject.id});
  return at == waiting_.end() ? 0 : at->second;
}

Result<Group> Outbox::group(std::uint64_t sequence) const {
  RV_ASSIGN(const std::string bytes, store_.get(kColumn, change_key(sequence)));
  return decode(bytes);
}

Result<> Outbox::release(std::uint64_t sequence, store::Batch& batch) {
  const auto at = uses_.find(sequence);
  if (at == uses_.end()) return {};
  if (--at->second > 0) return {};
  uses_.erase(at);
  const auto done = group(sequence);
  if (!done) return done.error().code == Code::kResourceNotFound ? Result<>{} : fail(done.error());
  count(*done, -1);
  batch.erase(kColumn, change_key(sequence));
  return {};
}

Result<> Outbox::settle_one(const Settled& settled, store::Batch& batch) {
  const auto& [tenant, id] = settled.subject;
  if (!known_.contains({tenant, id})) return {};
  std::size_t& waiting = waiting_[{tenant, id}];
  waiting -= std::min(waiting, settled.done.size() + settled.dead.size());
  for (const std::uint64_t sequence : settled.done) {
    batch.erase(kColumn, line_key('s', tenant, id, sequence));
    RV_TRY(release(sequence, batch));
  }
  for (const Settled::Dead& dead : settled.dead) {
    batch.erase(kColumn, line_key('s', tenant, id, dead.entry.sequence));
    batch.put(kColumn, line_key('d', tenant, id, dead.entry.sequence), encode(dead.letter));
  }
  if (settled.counters) {
    batch.put(store::Column::kMeta, subject_key(kCountersPrefix, tenant, id),
              encode(*settled.counters));
  }
  return {};
}

Result<> Outbox::settle(const std::vector<Settled>& settled) {
  return store_.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    for (const Settled& one : settled) RV_TRY(settle_one(one, batch));
    return {};
  });
}

Result<std::vector<Outbox::DeadRow>> Outbox::dead_rows(const std::string& prefix,
                                                       std::string_view from,
                                                       std::size_t max) const {
  std::vector<DeadRow> out;
  const auto rows = store_.scan(kColumn, prefix, from.empty() ? prefix : from);
  for (; rows->valid() && out.size() < max; rows->next()) {
    RV_ASSIGN(DeadLetter letter, decode_dead(rows->value()));
    out.push_back({std::string(rows->key()), std::move(letter)});
  }
  RV_TRY(rows->status());
  return out;
}

Result<std::vector<Outbox::Dead>> Outbox::dead(const Subject& subject, std::uint64_t sequence,
                                               std::size_t max) const {
  RV_ASSIGN(std::vector<DeadRow> rows, dead_rows(dead_prefix(subject, sequence), {}, max));
  std::vector<Dead> out;
  for (DeadRow& row : rows) {
    out.push_back({sequence_of(row.key).value_or(0), std::move(row.letter)});
  }
  return out;
}

Result<std::size_t> Outbox::replay(const Subject& subject, std::uint64_t sequence) {
  const std::string prefix = dead_prefix(subject, sequence);
  std::size_t replayed = 0;
  std::string from;
  while (true) {
    RV_ASSIGN(const auto rows, dead_rows(prefix, from, kDeadMax));
    if (rows.empty()) return replayed;
    RV_TRY(store_.writer().run_blocking([&](store::Batch& batch) -> Result<> {
      for (const DeadRow& row : rows) {
        batch.erase(kColumn, row.key);
        batch.put(kColumn, "s" + row.key.substr(1), encode_numbers(row.letter.picks));
      }
      waiting_[{subject.tenant, subject.id}] += rows.size();
      return {};
    }));
    replayed += rows.size();
    from = rows.back().key;
  }
}

Result<std::size_t> Outbox::drop(const std::vector<std::string>& keys) {
  return store_.writer().run_blocking([&](store::Batch& batch) -> Result<std::size_t> {
    std::size_t dropped = 0;
    for (const std::string& key : keys) {
      if (!store_.get(kColumn, key)) continue;
      batch.erase(kColumn, key);
      RV_TRY(release(sequence_of(key).value_or(0), batch));
      ++dropped;
    }
    return dropped;
  });
}

Result<std::size_t> Outbox::drop_dead(const Subject& subject, std::uint64_t sequence) {
  const std::string prefix = dead_prefix(subject, sequence);
  std::size_t dropped = 0;
  std::string from;
  while (true) {
    RV_ASSIGN(const auto rows, dead_rows(prefix, from, kDeadMax));
    if (rows.empty()) return dropped;
    std::vector<std::string> keys;
    for (const DeadRow& row : rows) keys.push_back(row.key);
    RV_ASSIGN(const std::size_t of_these, drop(keys));
    dropped += of_these;
    from = std::move(keys.back());
  }
}

Result<std::vector<std::string>> Outbox::dead_before(Instant at, std::string_view from) const {
  std::vector<std::string> out;
  const auto rows = store_.scan(kColumn, "d", from.empty() ? "d" : from);
  for (; rows->valid() && out.size() < kDeadMax; rows->next()) {
    RV_ASSIGN(const DeadLetter letter, decode_dead(rows->value()));
    if (letter.at < at) out.emplace_back(rows->key());
  }
  RV_TRY(rows->status());
  return out;
}

Result<> Outbox::erase(const Subject& subject, store::Batch& batch) {
  waiting_.erase({subject.tenant, subject.id});
  for (const char kind : {'s', 'd'}) {
    const auto rows = store_.scan(kColumn, line_prefix(kind, subject.tenant, subject.id));
    for (; rows->valid(); rows->next()) {
      batch.erase(kColumn, rows->key());
      RV_TRY(release(sequence_of(rows->key()).value_or(0), batch));
    }
    RV_TRY(rows->status());
  }
  batch.erase(store::Column::kMeta, subject_key(kCountersPrefix, subject.tenant, subject.id));
  return {};
}

Result<> Outbox::erase_unknown() {
  std::vector<Subject> unknown;
  for (const auto& [key, number] : waiting_) {
    if (!known_.contains(key)) unknown.push_back({key.first, key.second});
  }
  if (unknown.empty()) return {};
  return store_.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    for (const Subject& subject : unknown) RV_TRY(erase(subject, batch));
    return {};
  });
}

}  // namespace revier::subscription::detail
