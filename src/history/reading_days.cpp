// SPDX-License-Identifier: EUPL-1.2
// Aggregates out of days that were summed up (days.h): instances are read only where an hour does
// not lie in one period, holds other values than numbers, or is not summed up.
#include <algorithm>
#include <set>

#include "history/detail/days.h"
#include "history/detail/reading.h"

namespace revier::history::detail {
namespace {

// A day's sums by hour: of the datasets that are shown, those that have the hour.
struct Hour {
  bool any = false;
  bool whole = true;
};

Hour hour_of(const DaySum& day, int hour, const ngsi::Projection& projection) {
  Hour out;
  for (const auto& [id, dataset] : day.datasets) {
    const auto sum = dataset.hours.find(hour);
    if (sum == dataset.hours.end() || !projection.shows_instance(id)) continue;
    out.any = true;
    out.whole = out.whole && sum->second.is_whole();
  }
  return out;
}

}  // namespace

bool Reading::may_use_days(const Entry& entry) const {
  const auto& methods = wish_.aggregation.methods;
  return wish_.time.property == TimeProperty::kObservedAt && entry.selected.spans.empty() &&
         std::find(methods.begin(), methods.end(), Method::kDistinctCount) == methods.end();
}

Task<Result<>> Reading::add_raw(Series& series, ngsi::NameId name, Span span,
                                Aggregator& aggregator) {
  if (span.from >= span.to) co_return Result<>{};
  Result<> added;
  Reach raw = reach();
  raw.span = span;
  RV_CO_TRY(co_await series.read(name, raw, pace_, [&](const Stored& row) {
    if (row.deletion || !shows_row(row, {})) return true;
    added = aggregator.add(row.view, row.time);
    return added.has_value();
  }));
  co_return added;
}

Task<Result<>> Reading::add_days(Series& series, ngsi::NameId name, Instant start,
                                 Aggregator& aggregator) {
  const Span asked{start, wish_.time.span().to};
  DayKey key{tenant_, std::string(series.id()), name, 0};
  const std::string sums = key.summed().substr(0, key.summed().size() - 4);
  const std::string marks = key.marked().substr(0, key.marked().size() - 4);
  std::set<Day> marked;
  const auto marked_rows = needs_.store.scan(store::Column::kHistory, marks);
  for (; marked_rows->valid(); marked_rows->next()) {
    const auto mark = DayKey::of_mark(marked_rows->key());
    if (mark) marked.insert(mark->day);
  }
  RV_CO_TRY(marked_rows->status());
  Instant raw_from = asked.from;  // what lies behind it is not added yet
  const auto rows = needs_.store.scan(store::Column::kHistory, sums);
  for (; rows->valid(); rows->next()) {
    const Day day = unbiased_day(rows->key().substr(sums.size()));
    if (start_of(day + 1) <= asked.from) continue;
    if (start_of(day) >= asked.to) break;
    RV_CO_ASSIGN(const DaySum sum, DaySum::decode(rows->value()));
    if (marked.contains(day) && !sum.thinned) continue;
    for (int number = 0; number < 24; ++number) {
      const Span hour{{start_of(day).us + number * kHourUs},
                      {start_of(day).us + (number + 1) * kHourUs}};
      if (hour.to <= raw_from || hour.from >= asked.to) continue;
      const Hour held = hour_of(sum, number, wish_.projection);
      if (!held.any && raw_from >= hour.from) raw_from = hour.to;  // nothing was there
      if (!held.any || !held.whole) continue;
      const bool inside = asked.from <= hour.from && hour.to <= asked.to;
      // Of a thinned day there is nothing finer: the hour counts where it begins.
      const bool begins = sum.thinned && asked.from <= hour.from;
      if (!begins && !(inside && aggregator.fits_hour(hour.from))) continue;
      RV_CO_TRY(co_await add_raw(series, name, {raw_from, hour.from}, aggregator));
      for (const auto& [id, dataset] : sum.datasets) {
        const auto of = dataset.hours.find(number);
        if (of == dataset.hours.end() || !wish_.projection.shows_instance(id)) continue;
        RV_CO_TRY(aggregator.add_hour(id, dataset.kind, hour.from, of->second.numbers,
                                      of->second.classes));
      }
      raw_from = hour.to;
    }
    if (pace_.is_due()) RV_CO_TRY(co_await pace_.rest());
  }
  RV_CO_TRY(rows->status());
  RV_CO_TRY(co_await add_raw(series, name, {raw_from, asked.to}, aggregator));
  if (!wish_.aggregation.period.is_whole()) co_return Result<>{};
  // The end of the whole: the last instance, which an hour's sums do not tell.
  Reach last = reach();
  last.backwards = true;
  RV_CO_TRY(co_await series.read(name, last, pace_, [&](const Stored& row) {
    if (row.deletion || !shows_row(row, {})) return true;
    aggregator.end_at(row.time);
    return false;
  }));
  co_return Result<>{};
}

}  // namespace revier::history::detail
