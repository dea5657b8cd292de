// SPDX-License-Identifier: EUPL-1.2
// Keeps of the instances that a query means those that fit into one answer (6.3.10): the first of
// all attributes and entities by time, or backwards the last. Instances of one time stay together,
// so that who asks on from the end of the range gets each exactly once.
//
// Thread safety: used by one task.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "history/detail/series.h"

namespace revier::history::detail {

// One instance of an answer.
struct Row {
  std::uint32_t entity = 0;  // its number in the answer
  ngsi::NameId name = ngsi::kNoName;
  Instant time;
  std::uint64_t number = 0;
  bool deletion = false;
  std::string form;

  [[nodiscard]] static Row of(const Stored& stored, std::uint32_t entity) {
    return {entity,          stored.key.name,         stored.time, stored.key.number,
            stored.deletion, std::string(stored.form)};
  }
};

class Cut {
 public:
  // `max`: instances in an answer; those of one time may be more.
  Cut(std::size_t max, bool backwards) : max_(max), backwards_(backwards) {}

  // False where no later (backwards: earlier) instance can be among the answer any more.
  [[nodiscard]] bool may_take(Instant time) const {
    return !bound_ || (backwards_ ? time > *bound_ : time < *bound_);
  }
  void take(Row row);
  [[nodiscard]] std::size_t max() const { return max_; }
  void leave() { is_cut_ = true; }  // one that is within reach was left out

  // In order of entity, name and time. Afterwards the answer is known.
  void finish();
  // Those of one entity and name.
  [[nodiscard]] std::span<const Row> rows(std::uint32_t entity, ngsi::NameId name) const;
  [[nodiscard]] std::span<const Row> all() const { return rows_; }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] bool is_cut() const { return is_cut_; }
  // Of the rows' times; only where there are rows.
  [[nodiscard]] Instant first() const { return first_; }
  [[nodiscard]] Instant last() const { return last_; }

 private:
  void shrink();

  const std::size_t max_;
  const bool backwards_;
  std::vector<Row> rows_;
  std::optional<Instant> bound_;  // the first time that does not fit
  bool is_cut_ = false;
  Instant first_;
  Instant last_;
};

}  // namespace revier::history::detail
