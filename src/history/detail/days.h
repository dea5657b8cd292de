// SPDX-License-Identifier: EUPL-1.2
// Days of an attribute summed up beforehand, hour by hour, so that a year's aggregates read 365
// rows and not every instance.
//
// A write marks the day that it falls into (rows D); when the day is over, it is summed up (rows S)
// in the background and the mark goes, in one batch. While a day is marked its sums do not count
// and the instances are read: so aggregates are those of the instances at any time.
//
// A thinned day has lost instances: of each hour and dataset only the last is left, which its sums
// hold too (kCounted); what is written into such a day later is added to the sums.
//
// Thread safety: mark(), and all that take a Batch, on the writer thread; the rest is pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "history/detail/aggregate.h"
#include "history/detail/keys.h"
#include "store/store.h"

namespace revier::history::detail {

using Day = std::int64_t;  // since 1970-01-01, UTC
[[nodiscard]] constexpr Day day_of(Instant time) { return floor_div(time.us, kDayUs); }
// The day that ends the key of a row S.
[[nodiscard]] Day unbiased_day(std::string_view bytes);
[[nodiscard]] constexpr Instant start_of(Day day) { return {day * kDayUs}; }

struct DayKey {
  std::string tenant;
  std::string id;
  ngsi::NameId name = ngsi::kNoName;
  Day day = 0;

  [[nodiscard]] std::string marked() const;  // of row D
  [[nodiscard]] std::string summed() const;  // of row S
  [[nodiscard]] static std::optional<DayKey> of_mark(std::string_view key);
};

// What one hour of one dataset comes to.
struct HourSum {
  Numbers numbers;  // count is that of all values, also where they are no numbers
  std::uint16_t classes = 0;

  // The numbers stand for the values in every method but distinctCount.
  [[nodiscard]] bool is_whole() const;
  friend bool operator==(const HourSum&, const HourSum&) = default;
};

struct DaySum {
  bool thinned = false;
  struct Dataset {
    ngsi::Kind kind = ngsi::Kind::kProperty;
    std::map<int, HourSum> hours;  // 0 to 23
    friend bool operator==(const Dataset&, const Dataset&) = default;
  };
  std::map<std::string, Dataset, std::less<>> datasets;

  void add(const ngsi::AttributeView& view, Instant time);
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Result<DaySum> decode(std::string_view bytes);
  friend bool operator==(const DaySum&, const DaySum&) = default;
};

// Marks, and the days that are being summed up meanwhile.
class Marks {
 public:
  // The day of `time` has to be summed up (again).
  void mark(std::string_view instances_prefix, ngsi::NameId name, Instant time,
            store::Batch& batch);
  // From now on it is watched whether these days are marked again.
  void watch(const std::vector<DayKey>& days);
  // It was not, since watch().
  [[nodiscard]] bool is_quiet(const DayKey& day) const { return watched_.contains(day.marked()); }
  // All rows D that start with `prefix` go.
  void forget(std::string_view prefix, store::Batch& batch);
  // The mark goes.
  void clear(const DayKey& day, store::Batch& batch);

 private:
  static constexpr std::size_t kSlots = 16'384;
  [[nodiscard]] std::string& slot(std::string_view key);

  std::vector<std::string> recent_ = std::vector<std::string>(kSlots);  // marks that are there
  std::unordered_set<std::string> watched_;
  std::string key_;  // one buffer for all
};

}  // namespace revier::history::detail
