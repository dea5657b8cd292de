// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/keeper.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/log.h"

namespace revier::history::detail {
namespace {

constexpr std::size_t kDaysAtOnce = 64;
constexpr std::size_t kRowsAtOnce = 10'000;
constexpr std::int64_t kTickUs = 20'000;  // of one call

std::string series_prefix(const DayKey& key) {
  std::string prefix = entity_prefix('I', key.tenant, key.id);
  append_be(prefix, key.name);
  return prefix;
}

std::string observed_from(const DayKey& key, Instant time) {
  std::string from = series_prefix(key);
  from.push_back(static_cast<char>(Segment::kObserved));
  append_time(from, time);
  return from;
}

}  // namespace

Result<> Keeper::tick() {
  const Instant now = needs_.civil_clock.now();
  const std::int64_t start_us = monotonic_us();
  while (next_sums_us_ <= start_us && monotonic_us() - start_us < kTickUs) {
    RV_ASSIGN(std::vector<DayKey> days, marked_days(day_of(now)));
    // With nothing to do it is looked for again in a while.
    if (days.empty()) {
      next_sums_us_ = start_us + needs_.options.look_every_ms * 1'000;
    } else {
      RV_TRY(sum_up(std::move(days)));
    }
  }
  if (needs_.options.rules.empty()) return {};
  return keep_rules(now);
}

// --- Summing up ----------------------------------------------------------------------------------

// Some of the days before today that are marked. Rows D of today stay; where there are many of them
// a call passes over them, which costs what reading them costs.
Result<std::vector<DayKey>> Keeper::marked_days(Day today) {
  std::vector<DayKey> days;
  const auto rows = needs_.store.scan(kColumn, "D");
  for (; rows->valid() && days.size() < kDaysAtOnce; rows->next()) {
    auto key = DayKey::of_mark(rows->key());
    if (!key) return fail(Code::kCorrupt, "a mark of history is damaged");
    if (key->day < today) days.push_back(*std::move(key));
  }
  RV_TRY(rows->status());
  return days;
}

Result<> Keeper::watch(const std::vector<DayKey>& days) {
  return needs_.store.writer().run_blocking([&](store::Batch&) -> Result<> {
    rows_.marks().watch(days);
    return {};
  });
}

Result<> Keeper::sum_up(std::vector<DayKey> days) {
  RV_TRY(watch(days));
  std::vector<Work> works;
  for (DayKey& key : days) {
    RV_ASSIGN(works.emplace_back(), sum_of(std::move(key), /*thin=*/false));
  }
  return write(works);
}

// The instances of the day. Of a thinned one those that are counted already are in its sums; the
// others are added and go, but for one in an hour that has none.
Result<Keeper::Work> Keeper::sum_of(DayKey key, bool thin) const {
  Work work;
  work.key = std::move(key);
  if (const auto stored = needs_.store.get(kColumn, work.key.summed())) {
    RV_ASSIGN(work.before, DaySum::decode(*stored));
  }
  const bool thinned = work.before && work.before->thinned;
  if (thinned) work.after = *work.before;
  work.after.thinned = thinned || thin;
  std::map<std::pair<std::string, std::int64_t>, std::pair<std::string, std::string>> last;
  const std::string prefix = observed_from(work.key, start_of(work.key.day));
  const std::string end = observed_from(work.key, start_of(work.key.day + 1));
  const auto rows = needs_.store.scan(kColumn, series_prefix(work.key), prefix);
  for (; rows->valid() && rows->key() < end; rows->next()) {
    std::string value(rows->value());
    if (value.empty()) return fail(Code::kCorrupt, "a row of history is damaged");
    const auto flags = static_cast<std::uint8_t>(value.front());
    RV_ASSIGN(const auto view, ngsi::read_instance(std::string_view(value).substr(1)));
    const bool counts = (flags & kDeletion) == 0 && view.observed_at.has_value();
    const bool counted = thinned && (flags & kCounted) != 0;
    if (counts && !counted) work.after.add(view, *view.observed_at);
    if (!work.after.thinned || !counts) continue;
    const std::int64_t hour = floor_div(view.observed_at->us, kHourUs);
    auto& kept = last[{std::string(view.dataset_id), hour}];
    if (!kept.first.empty()) work.absorbed.push_back(kept.first);
    value.front() = static_cast<char>(flags | kCounted);
    kept = {std::string(rows->key()), std::move(value)};
  }
  RV_TRY(rows->status());
  for (auto& [place, row] : last) work.kept.push_back(std::move(row));
  return work;
}

// What was written to meanwhile is left for the next time.
Result<> Keeper::write(const std::vector<Work>& works) {
  return needs_.store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    for (const Work& work : works) {
      if (!rows_.marks().is_quiet(work.key)) continue;
      if (work.after.datasets.empty()) {
        batch.erase(kColumn, work.key.summed());
      } else {
        batch.put(kColumn, work.key.summed(), work.after.encode());
      }
      for (const std::string& key : work.absorbed) batch.erase(kColumn, key);
      for (const auto& [key, value] : work.kept) batch.put(kColumn, key, value);
      rows_.marks().clear(work.key, batch);
    }
    return {};
  });
}

// --- Rules ---------------------------------------------------------------------------------------

// One round over all series a day, a part of it in each call.
Result<> Keeper::keep_rules(Instant now) {
  if (!in_round_) {
    if (round_day_ == day_of(now)) return {};
    round_day_ = day_of(now);
    in_round_ = true;
    from_.clear();
  }
  const std::int64_t end_us = monotonic_us() + kTickUs;
  while (in_round_ && monotonic_us() < end_us) {
    RV_ASSIGN(in_round_, next_series());
    if (!in_round_) break;
    RV_ASSIGN(const auto life, read_lifecycle(needs_.store, at_.tenant, at_.id));
    const ngsi::Names& names = needs_.broker.names(at_.tenant);
    const Rule* const rule = life ? rule_of(names, *life, at_.name) : nullptr;
    if (rule != nullptr) RV_TRY(apply(*rule, now));
  }
  return {};
}

Result<bool> Keeper::next_series() {
  const auto rows = needs_.store.scan(kColumn, "I", from_);
  if (!rows->valid()) {
    RV_TRY(rows->status());
    return false;
  }
  const std::string_view key = rows->key();
  const std::size_t nul = key.find('\0');
  const std::size_t end = nul == key.npos ? nul : key.find('\0', nul + 1);
  if (end == key.npos || key.size() < end + 5) {
    return fail(Code::kCorrupt, "a row of history is damaged");
  }
  at_.tenant = key.substr(1, nul - 1);
  at_.id = key.substr(nul + 1, end - nul - 1);
  at_.name = read_be32(key.substr(end + 1));
  from_ = key.substr(0, end + 5);
  from_.append(32, '\xff');  // behind all rows of this series
  return true;
}

const Rule* Keeper::rule_of(const ngsi::Names& names, const Lifecycle& life,
                            ngsi::NameId name) const {
  for (const Rule& rule : needs_.options.rules) {
    if (!rule.attribute.empty() && names.find(rule.attribute) != name) continue;
    if (rule.type.empty()) return &rule;
    const ngsi::NameId type = names.find(rule.type);
    if (std::find(life.types.begin(), life.types.end(), type) != life.types.end()) return &rule;
  }
  return nullptr;
}

Result<> Keeper::apply(const Rule& rule, Instant now) {
  const Day raw = day_of(now) - rule.raw_days;
  if (rule.hourly_days <= rule.raw_days) return drop_before(start_of(raw), raw);
  const Day hourly = day_of(now) - rule.hourly_days;
  RV_TRY(drop_before(start_of(hourly), hourly));
  return thin_before(raw);
}

// Rows of all segments, and the sums of the days that they were of.
Result<> Keeper::drop_before(Instant limit, Day summed_before) {
  std::vector<std::string> gone;
  const std::string prefix = series_prefix(at_);
  for (std::uint8_t segment = 0; segment < kSegments; ++segment) {
    std::string run = prefix;
    run.push_back(static_cast<char>(segment));
    std::string end = run;
    append_time(end, limit);
    const auto rows = needs_.store.scan(kColumn, run);
    for (; rows->valid() && rows->key() < end && gone.size() < kRowsAtOnce; rows->next()) {
      gone.emplace_back(rows->key());
    }
    RV_TRY(rows->status());
  }
  DayKey first = at_;
  first.day = std::numeric_limits<std::int32_t>::min();
  DayKey end = at_;
  end.day = summed_before;
  std::string sums = first.summed();
  sums.resize(sums.size() - 4);
  const auto rows = needs_.store.scan(kColumn, sums);
  for (; rows->valid() && rows->key() < end.summed(); rows->next()) gone.emplace_back(rows->key());
  RV_TRY(rows->status());
  if (gone.empty()) return {};
  return needs_.store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    for (const std::string& key : gone) batch.erase(kColumn, key);
    return {};
  });
}

Result<> Keeper::thin_before(Day limit) {
  std::vector<DayKey> days;
  DayKey end = at_;
  end.day = limit;
  std::string sums = end.summed();
  sums.resize(sums.size() - 4);
  const auto rows = needs_.store.scan(kColumn, sums);
  for (; rows->valid() && rows->key() < end.summed() && days.size() < kDaysAtOnce; rows->next()) {
    RV_ASSIGN(const DaySum sum, DaySum::decode(rows->value()));
    if (sum.thinned) continue;
    DayKey& day = days.emplace_back(at_);
    day.day = unbiased_day(rows->key().substr(sums.size()));
  }
  RV_TRY(rows->status());
  if (days.empty()) return {};
  RV_TRY(watch(days));
  std::vector<Work> works;
  for (DayKey& key : days) {
    // One that is marked is summed up first.
    if (needs_.store.get(kColumn, key.marked())) continue;
    RV_ASSIGN(works.emplace_back(), sum_of(std::move(key), /*thin=*/true));
  }
  return write(works);
}

}  // namespace revier::history::detail
