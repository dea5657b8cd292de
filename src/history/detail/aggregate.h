// SPDX-License-Identifier: EUPL-1.2
// What aggregation methods (4.5.19) make of the values of an attribute, period by period.
//
// Numbers are summed up hour by hour (UTC), then the hours of a period in their order: so the sums
// of hours that were made beforehand (days.h) give bit by bit what the instances themselves give.
//
// Thread safety: used by one task.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/types.h"
#include "ngsi/entity.h"

namespace revier::history::detail {

inline constexpr std::int64_t kHourUs = 3'600'000'000;
inline constexpr std::int64_t kDayUs = 24 * kHourUs;
// Rounded down, also before 1970.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Numbers in one: of each method that they have what can be added up.
struct Numbers {
  std::uint64_t count = 0;
  double sum = 0;
  double sumsq = 0;
  double m2 = 0;  // sum of the squares of the differences from the mean
  double least = 0;
  double greatest = 0;

  void add(double number);
  void merge(const Numbers& later);
  friend bool operator==(const Numbers&, const Numbers&) = default;
};

// What a value is for the tables 4.5.19.1-1 to -3.
enum class ValueClass : std::uint8_t {
  kNumber,
  kBoolean,
  kText,
  kArray,
  kObject,
  kInstant,
  kDate,
  kTime,
  kTarget
};
struct Value {
  ValueClass what = ValueClass::kObject;
  double number = 0;      // kNumber, kBoolean: 0 or 1, kArray: its size, kTime: microseconds
  std::string_view text;  // what is compared and shown: JSON
};
[[nodiscard]] bool is_relationship(ngsi::Kind kind);
[[nodiscard]] Value value_of(const ngsi::AttributeView& view);
[[nodiscard]] bool takes(Method method, ValueClass what);
// Of all classes, which are bits.
[[nodiscard]] bool suits(Method method, std::uint16_t classes);

struct Extreme {
  std::string order;  // what is compared
  std::string json;   // empty: none
};
// One period's values of one dataset.
struct Aggregate {
  std::uint64_t count = 0;
  std::uint16_t classes = 0;  // bits by ValueClass
  Numbers numbers;            // of kNumber, kBoolean, kArray, kTime
  Extreme least;              // of texts and times
  Extreme greatest;
  std::set<std::string, std::less<>> distinct;  // filled only for kDistinctCount
};

class Aggregator {
 public:
  explicit Aggregator(const Aggregation& wish) : wish_(wish) {}

  // Where periods are counted from; before the first value.
  void start_at(Instant start) { start_ = start; }

  // Values in order of time, none before the start. Errors: kTooComplexQuery: too many periods or
  // different values.
  [[nodiscard]] Result<> add(const ngsi::AttributeView& view, Instant time);
  // A whole hour of numbers, in the place of its values. Only where fits_hour().
  [[nodiscard]] Result<> add_hour(std::string_view dataset_id, ngsi::Kind kind, Instant hour,
                                  const Numbers& numbers, std::uint16_t classes);
  // All of the hour lies in one period.
  [[nodiscard]] bool fits_hour(Instant hour) const;

  struct Dataset {
    ngsi::Kind kind = ngsi::Kind::kProperty;
    std::map<std::int64_t, Aggregate> periods;  // by number
    std::uint16_t classes = 0;
  };
  // After the last value.
  [[nodiscard]] const std::map<std::string, Dataset, std::less<>>& finish();
  [[nodiscard]] Span period(std::int64_t number) const;
  [[nodiscard]] Instant last() const { return last_; }
  void end_at(Instant last) { last_ = last; }

 private:
  struct Open {  // the hour that is being summed up
    std::int64_t period = 0;
    std::int64_t hour = 0;
    Numbers numbers;
  };
  [[nodiscard]] std::int64_t period_of(Instant time) const;
  [[nodiscard]] Result<Aggregate*> aggregate(Dataset& dataset, std::int64_t period);
  [[nodiscard]] Dataset& dataset(std::string_view id, ngsi::Kind kind);
  [[nodiscard]] Result<> add_other(Aggregate& into, const Value& value);
  void close(const std::string& dataset_id);

  const Aggregation& wish_;
  Instant start_;
  Instant last_;
  std::size_t kept_ = 0;  // periods and different values
  std::map<std::string, Dataset, std::less<>> datasets_;
  std::map<std::string, Open, std::less<>> open_;
  // The period of the last value: values come in order.
  mutable std::int64_t current_ = 0;
  mutable Span current_span_{{1}, {0}};
};

// The value of one method as JSON; "" where it has none for these values.
[[nodiscard]] std::string method_value(Method method, const Aggregate& aggregate);

}  // namespace revier::history::detail
