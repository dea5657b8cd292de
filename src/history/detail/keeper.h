// SPDX-License-Identifier: EUPL-1.2
// The background work of history: days that are over are summed up, what the operator's rules do
// not keep goes. In slices: one call does a bounded amount of it.
//
// Thread safety: tick() from one thread, which may block.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "history/detail/days.h"
#include "history/detail/lifecycle.h"
#include "history/detail/rows.h"
#include "history/history.h"

namespace revier::history::detail {

class Keeper {
 public:
  // All outlives it.
  Keeper(const Needs& needs, Rows& rows) : needs_(needs), rows_(rows) {}

  // Errors: kCorrupt, kReadOnly.
  [[nodiscard]] Result<> tick();

 private:
  struct Work {  // of one day
    DayKey key;
    std::optional<DaySum> before;  // as stored
    DaySum after;
    std::vector<std::string> absorbed;                      // keys of rows that go
    std::vector<std::pair<std::string, std::string>> kept;  // rows that are marked as counted
  };
  [[nodiscard]] Result<std::vector<DayKey>> marked_days(Day today);
  [[nodiscard]] Result<> sum_up(std::vector<DayKey> days);
  [[nodiscard]] Result<Work> sum_of(DayKey key, bool thin) const;
  [[nodiscard]] Result<> watch(const std::vector<DayKey>& days);
  [[nodiscard]] Result<> write(const std::vector<Work>& works);

  [[nodiscard]] Result<> keep_rules(Instant now);
  [[nodiscard]] Result<bool> next_series();  // false: a round is done
  [[nodiscard]] const Rule* rule_of(const ngsi::Names& names, const Lifecycle& life,
                                    ngsi::NameId name) const;
  [[nodiscard]] Result<> apply(const Rule& rule, Instant now);
  [[nodiscard]] Result<> drop_before(Instant limit, Day summed_before);
  [[nodiscard]] Result<> thin_before(Day limit);

  const Needs& needs_;
  Rows& rows_;
  std::string from_;    // where the round of the rules goes on; empty: at the start
  DayKey at_;           // the series that it is at
  Day round_day_ = -1;  // of the last round that was begun
  bool in_round_ = false;
  std::int64_t next_sums_us_ = 0;  // monotonic
};

}  // namespace revier::history::detail
