// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/cut.h"

#include <algorithm>

namespace revier::history::detail {

void Cut::take(Row row) {
  rows_.push_back(std::move(row));
  if (rows_.size() > 2 * max_) shrink();
}

// The bound is the time of the first row that is too many. Where even the first time has more rows
// than fit, it is taken whole.
void Cut::shrink() {
  if (rows_.size() <= max_) return;
  const auto comes_before = [this](const Row& a, const Row& b) {
    return backwards_ ? a.time > b.time : a.time < b.time;
  };
  std::nth_element(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(max_), rows_.end(),
                   comes_before);
  Instant bound = rows_[max_].time;
  const bool any_fits = std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return backwards_ ? row.time > bound : row.time < bound;
  });
  if (!any_fits) bound.us += backwards_ ? -1 : 1;
  if (!bound_ || !may_take(*bound_) || may_take(bound)) bound_ = bound;
  const std::size_t before = rows_.size();
  std::erase_if(rows_, [this](const Row& row) { return !may_take(row.time); });
  if (rows_.size() < before) is_cut_ = true;
}

void Cut::finish() {
  shrink();
  std::sort(rows_.begin(), rows_.end(), [this](const Row& a, const Row& b) {
    if (a.entity != b.entity) return a.entity < b.entity;
    if (a.name != b.name) return a.name < b.name;
    const auto a_place = std::pair(a.time, a.number);
    const auto b_place = std::pair(b.time, b.number);
    return backwards_ ? b_place < a_place : a_place < b_place;
  });
  if (rows_.empty()) return;
  const auto [first, last] = std::minmax_element(
      rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.time < b.time; });
  first_ = first->time;
  last_ = last->time;
}

std::span<const Row> Cut::rows(std::uint32_t entity, ngsi::NameId name) const {
  const auto place = [](const Row& row) { return std::pair(row.entity, row.name); };
  const auto found =
      std::ranges::equal_range(rows_, std::pair(entity, name), std::ranges::less{}, place);
  return {found.begin(), found.end()};
}

}  // namespace revier::history::detail
