// SPDX-License-Identifier: EUPL-1.2
// What a temporal query asks for (ETSI GS CIM 009 V1.9.1, clauses 4.11, 4.5.19, 5.2.21, 5.2.44).
//
// Thread safety: plain values and pure functions.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/period.h"
#include "base/result.h"
#include "base/time.h"

namespace revier::history {

enum class TimeProperty : std::uint8_t { kObservedAt, kCreatedAt, kModifiedAt, kDeletedAt };

// From `from` (included) to `to` (excluded).
struct Span {
  Instant from{std::numeric_limits<std::int64_t>::min()};
  Instant to{std::numeric_limits<std::int64_t>::max()};

  [[nodiscard]] bool holds(Instant time) const { return from <= time && time < to; }
};

enum class Relation : std::uint8_t { kNone, kBefore, kAfter, kBetween };

struct TemporalQuery {
  Relation relation = Relation::kNone;
  Instant at;
  Instant end;
  TimeProperty property = TimeProperty::kObservedAt;
  bool property_given = false;
  std::optional<std::size_t> last_n;

  // Without relation and property every instance is meant, whatever it conveys.
  [[nodiscard]] bool filters() const { return relation != Relation::kNone || property_given; }
  [[nodiscard]] Span span() const;
};

// The text of a member of a temporal query, nullopt where it is not given.
using TextOf = std::function<std::optional<std::string>(std::string_view name)>;
// `needed`: a query without timerel is an error. Errors: kBadRequestData with `field`.
[[nodiscard]] Result<TemporalQuery> read_temporal_query(const TextOf& text_of, bool needed);

enum class Method : std::uint8_t {
  kTotalCount,
  kDistinctCount,
  kSum,
  kAvg,
  kMin,
  kMax,
  kStddev,
  kSumsq
};
inline constexpr std::array<std::string_view, 8> kMethodNames = {
    "totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"};

struct Aggregation {
  std::vector<Method> methods;
  Period period;
};
// Errors: kBadRequestData with `field`: no method, an unknown one, a period that is none.
[[nodiscard]] Result<Aggregation> read_aggregation(const std::vector<std::string>& methods,
                                                   const std::optional<std::string>& period);

}  // namespace revier::history
