// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/series.h"

#include <limits>

#include "history/detail/rows.h"

namespace revier::history::detail {
namespace {

constexpr std::uint64_t kLastNumber = std::numeric_limits<std::uint64_t>::max();

tl::unexpected<Error> damaged() {
  return fail(Code::kCorrupt, "a row of history is damaged; revier backup verify says more");
}

// The time that the property gives an instance; nullopt where it does not convey it.
std::optional<Instant> time_of(const Stored& row, const Reach& reach) {
  if (!reach.filters) return row.key.time;
  switch (reach.property) {
    case TimeProperty::kObservedAt:
      return row.view.observed_at;
    case TimeProperty::kCreatedAt:
      return row.view.created_at;
    case TimeProperty::kModifiedAt:
      return row.view.modified_at;
    case TimeProperty::kDeletedAt:
      break;
  }
  return row.deletion ? std::optional(row.view.modified_at) : std::nullopt;
}

}  // namespace

Series::Series(const store::Store& store, std::string_view tenant, std::string_view id)
    : id_(id),
      prefix_(entity_prefix('I', tenant, id)),
      rows_(store.scan(store::Column::kHistory, prefix_)) {}

Result<std::vector<ngsi::NameId>> Series::names() {
  std::vector<ngsi::NameId> names;
  rows_->seek(prefix_);
  while (rows_->valid()) {
    const auto key = read_instance_key(rows_->key().substr(prefix_.size()));
    if (!key) return damaged();
    names.push_back(key->name);
    if (key->name == std::numeric_limits<ngsi::NameId>::max()) break;
    std::string next = prefix_;
    append_be(next, key->name + 1);
    rows_->seek(next);
  }
  RV_TRY(rows_->status());
  return names;
}

// Where the property is not the one of the keys' order, all rows are looked at. A row without
// observedAt lies at its modifiedAt, a deletion at its deletedAt, which is its modifiedAt too.
std::vector<Series::Run> Series::runs_of(const Reach& reach) {
  using enum Segment;
  if (!reach.filters) return {{kObserved, true}, {kUnobserved, true}, {kDeleted, true}};
  switch (reach.property) {
    case TimeProperty::kObservedAt:
      return {{kObserved, true}};
    case TimeProperty::kCreatedAt:
      return {{kObserved, false}, {kUnobserved, false}, {kDeleted, false}};
    case TimeProperty::kModifiedAt:
      return {{kObserved, false}, {kUnobserved, true}, {kDeleted, true}};
    case TimeProperty::kDeletedAt:
      break;
  }
  return {{kObserved, false}, {kDeleted, true}};
}

bool Series::within(ngsi::NameId name, Segment segment) const {
  if (!rows_->valid()) return false;
  const auto key = read_instance_key(rows_->key().substr(prefix_.size()));
  return key && key->name == name && key->segment == segment;
}

void Series::start(ngsi::NameId name, const Run& run, const Reach& reach) {
  InstanceKey from{name, run.segment, {std::numeric_limits<std::int64_t>::min()}, 0};
  InstanceKey to{name, run.segment, {std::numeric_limits<std::int64_t>::max()}, kLastNumber};
  if (run.by_key) {
    from.time = reach.span.from;
    // Excluded: the last row before it.
    if (reach.span.to < to.time) to = {name, run.segment, reach.span.to, 0};
  }
  std::string key = prefix_;
  append_instance_key(key, reach.backwards ? to : from);
  if (reach.backwards) {
    rows_->seek_back(key);
  } else {
    rows_->seek(key);
  }
}

Result<Stored> Series::stored() const {
  const auto key = read_instance_key(rows_->key().substr(prefix_.size()));
  const std::string_view value = rows_->value();
  if (!key || value.empty()) return damaged();
  Stored row;
  row.key = *key;
  row.deletion = (static_cast<std::uint8_t>(value.front()) & kDeletion) != 0;
  row.form = value.substr(1);
  RV_ASSIGN(row.view, ngsi::read_instance(row.form));
  return row;
}

Task<Result<>> Series::read_run(ngsi::NameId name, Run run, const Reach& reach, Pace& pace,
                                const Take& take) {
  for (start(name, run, reach); within(name, run.segment);
       reach.backwards ? rows_->prev() : rows_->next()) {
    RV_CO_ASSIGN(Stored row, stored());
    const auto time = time_of(row, reach);
    const bool meant = time && reach.span.holds(*time);
    if (!meant && run.by_key && time) break;  // beyond the end of the span
    if (meant) {
      row.time = *time;
      row.in_order = run.by_key;
      if (!take(row)) break;
    }
    if (pace.is_due()) RV_CO_TRY(co_await pace.rest());
  }
  co_return rows_->status();
}

Task<Result<>> Series::read(ngsi::NameId name, Reach reach, Pace& pace, Take take) {
  for (const Run& run : runs_of(reach)) {
    RV_CO_TRY(co_await read_run(name, run, reach, pace, take));
  }
  co_return Result<>{};
}

Task<Result<std::optional<Series::Found>>> Series::find(ngsi::NameId name, std::uint64_t number,
                                                        Pace& pace) {
  for (std::uint8_t segment = 0; segment < kSegments; ++segment) {
    const Run run{static_cast<Segment>(segment), false};
    for (start(name, run, {}); within(name, run.segment); rows_->next()) {
      const auto key = read_instance_key(rows_->key().substr(prefix_.size()));
      if (key->number == number) {
        co_return std::optional(Found{std::string(rows_->key()), std::string(rows_->value())});
      }
      if (pace.is_due()) RV_CO_TRY(co_await pace.rest());
    }
  }
  RV_CO_TRY(rows_->status());
  co_return std::optional<Found>();
}

}  // namespace revier::history::detail
