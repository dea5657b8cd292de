// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "history/types.h"

namespace revier::history {
namespace {

constexpr std::size_t kLastNMax = 1'000'000'000;
constexpr std::int64_t kAmountMax = 100'000;  // of one unit of a duration
constexpr std::int64_t kMonthsMax = 12 * 9'999;
constexpr std::int64_t kSecondUs = 1'000'000;

tl::unexpected<Error> expected(std::string_view field, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", field, what), std::string(field));
}

// "YYYY-MM-DDThh:mm:ss[.ffffff]Z" (4.6.3): always in UTC, always with seconds.
Result<Instant> read_date_time(std::string_view field, const std::string& text) {
  const auto time = parse_iso8601(text);
  const bool has_seconds = std::count(text.begin(), text.end(), ':') == 2;
  if (time && has_seconds && text.ends_with('Z')) return *time;
  return expected(field, "must be a DateTime in UTC such as 2025-01-20T08:00:00Z");
}

Result<Relation> read_relation(const std::string& text) {
  if (text == "before") return Relation::kBefore;
  if (text == "after") return Relation::kAfter;
  if (text == "between") return Relation::kBetween;
  return expected("timerel", "must be before, after or between");
}

Result<TimeProperty> read_property(const std::string& text) {
  if (text == "observedAt") return TimeProperty::kObservedAt;
  if (text == "createdAt") return TimeProperty::kCreatedAt;
  if (text == "modifiedAt") return TimeProperty::kModifiedAt;
  if (text == "deletedAt") return TimeProperty::kDeletedAt;
  return expected("timeproperty", "must be observedAt, createdAt, modifiedAt or deletedAt");
}

Result<std::size_t> read_last_n(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number > 0 &&
      number <= kLastNMax) {
    return number;
  }
  return expected("lastN", fmt::format("must be a number from 1 to {}", kLastNMax));
}

}  // namespace

Span TemporalQuery::span() const {
  switch (relation) {
    case Relation::kNone:
      break;
    case Relation::kBefore:
      return {.to = at};
    case Relation::kAfter:
      return {.from = at};
    case Relation::kBetween:
      return {at, end};
  }
  return {};
}

Result<TemporalQuery> read_temporal_query(const TextOf& text_of, bool needed) {
  TemporalQuery query;
  const auto relation = text_of("timerel");
  const auto at = text_of("timeAt");
  const auto end = text_of("endTimeAt");
  if (relation) {
    RV_ASSIGN(query.relation, read_relation(*relation));
    if (!at) return expected("timeAt", "is needed beside timerel");
  } else if (needed) {
    return expected("timerel", "is missing: a temporal query says before, after or between");
  } else if (at || end) {
    return expected("timerel", "is needed beside timeAt");
  }
  if (at) {
    RV_ASSIGN(query.at, read_date_time("timeAt", *at));
  }
  if (end) {
    RV_ASSIGN(query.end, read_date_time("endTimeAt", *end));
  } else if (query.relation == Relation::kBetween) {
    return expected("endTimeAt", "is needed for timerel=between");
  }
  if (const auto property = text_of("timeproperty")) {
    query.property_given = true;
    RV_ASSIGN(query.property, read_property(*property));
  }
  if (const auto last_n = text_of("lastN")) {
    RV_ASSIGN(query.last_n, read_last_n(*last_n));
  }
  return query;
}

// --- Periods -------------------------------------------------------------------------------------

namespace {

// Months later; the last day of a month where it has no such day.
Instant months_later(Instant start, std::int64_t months) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds(start.us)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::year_month month =
      chrono::year_month{date.year(), date.month()} + chrono::months(static_cast<int>(months));
  const chrono::year_month_day_last last{month.year(), month.month() / chrono::last};
  const chrono::year_month_day moved = month / std::min(date.day(), last.day());
  return {(chrono::sys_days{moved} + (time - day)).time_since_epoch().count()};
}

struct Unit {
  char sign;
  std::int64_t months;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kDateUnits = {
    {{'Y', 12, 0}, {'M', 1, 0}, {'W', 0, 604'800}, {'D', 0, 86'400}}};
constexpr std::array<Unit, 3> kTimeUnits = {{{'H', 0, 3'600}, {'M', 0, 60}, {'S', 0, 1}}};

class PeriodReader {
 public:
  explicit PeriodReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool read(Period& period) {
    if (!take('P')) return false;
    if (!read_units(kDateUnits, period)) return false;
    if (take('T')) {
      const std::size_t before = rest_.size();
      if (!read_units(kTimeUnits, period) || rest_.size() == before) return false;
    }
    return rest_.empty() && any_ && (!weeks_ || only_) && period.months <= kMonthsMax;
  }

 private:
  bool take(char sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <std::size_t N>
  bool read_units(const std::array<Unit, N>& units, Period& period) {
    std::size_t next = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      double amount = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), amount,
                                                std::chars_format::fixed);
      if (error != std::errc{} || amount > kAmountMax) return false;
      const bool fraction = std::string_view(rest_.data(), end).find('.') != rest_.npos;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      while (next < N && !rest_.starts_with(units[next].sign)) ++next;
      if (next == N) return false;
      const Unit& unit = units[next++];
      if (fraction && unit.sign != 'S') return false;
      rest_.remove_prefix(1);
      only_ = !any_;
      any_ = true;
      weeks_ = weeks_ || unit.sign == 'W';
      period.months += static_cast<std::int64_t>(amount) * unit.months;
      period.rest.us +=
          static_cast<std::int64_t>(amount * static_cast<double>(kSecondUs)) * unit.seconds;
    }
    return true;
  }

  std::string_view rest_;
  bool any_ = false;
  bool only_ = false;
  bool weeks_ = false;
};

}  // namespace

Instant Period::after(Instant start, std::int64_t k) const {
  const Instant moved = months == 0 ? start : months_later(start, months * k);
  return moved + Duration{rest.us * k};
}

std::int64_t Period::number_of(Instant start, Instant time) const {
  if (months == 0) return (time - start).us / rest.us;
  // A month has 28 days at least and 31 at most.
  const std::int64_t longest = months * 31 * 86'400 * kSecondUs + rest.us;
  std::int64_t k = (time - start).us / longest;
  while (after(start, k + 1) <= time) ++k;
  return k;
}

Result<Period> parse_period(std::string_view text) {
  Period period;
  if (PeriodReader(text).read(period)) return period;
  return expected("aggrPeriodDuration", "must be a duration such as PT1H, P1D or P1M");
}

Result<Aggregation> read_aggregation(const std::vector<std::string>& methods,
                                     const std::optional<std::string>& period) {
  Aggregation aggregation;
  for (const std::string& name : methods) {
    const auto at = std::find(kMethodNames.begin(), kMethodNames.end(), name);
    if (at == kMethodNames.end()) {
      return expected("aggrMethods", fmt::format("has no method \"{}\": there are {}", name,
                                                 fmt::join(kMethodNames, ", ")));
    }
    const auto method = static_cast<Method>(at - kMethodNames.begin());
    auto& all = aggregation.methods;
    if (std::find(all.begin(), all.end(), method) == all.end()) all.push_back(method);
  }
  if (aggregation.methods.empty()) {
    return expected("aggrMethods", "is needed for aggregatedValues");
  }
  if (period) {
    RV_ASSIGN(aggregation.period, parse_period(*period));
  }
  return aggregation;
}

}  // namespace revier::history
