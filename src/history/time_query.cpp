// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "history/types.h"

namespace revier::history {
namespace {

constexpr std::size_t kLastNMax = 1'000'000'000;

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

// --- Aggregations -------------------------------------------------------------------------------

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
    RV_ASSIGN(aggregation.period, parse_period(*period, "aggrPeriodDuration"));
  }
  return aggregation;
}

}  // namespace revier::history
