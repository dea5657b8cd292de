// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/planner.h"

#include <algorithm>
#include <cmath>

namespace revier::context::detail {
namespace {

// A list of candidates costs about four times as much an entity as reading in order: a look-up in
// the tree, a place in the sort, a jump in memory.
constexpr std::size_t kListCost = 4;

Plan plan_of(KeyClass key_class) {
  switch (key_class) {
    case KeyClass::kNumber:
      return Plan::kNumber;
    case KeyClass::kInstant:
      return Plan::kInstant;
    case KeyClass::kText:
      return Plan::kText;
    case KeyClass::kOther:
      break;
  }
  return Plan::kScan;
}

Table::ScalarRanges ranges_of(const ngsi::Hints::Comparison& comparison) {
  Table::ScalarRanges ranges{comparison.attribute, key_class_of(comparison.scalar), {}};
  switch (comparison.scalar) {
    case ngsi::Hints::Class::kNumber:
      ranges.keys.push_back({number_key(comparison.low), number_key(comparison.high)});
      break;
    case ngsi::Hints::Class::kInstant:
      ranges.keys.push_back({instant_key(comparison.earliest), instant_key(comparison.latest)});
      break;
    case ngsi::Hints::Class::kText:
      for (const std::string& text : comparison.texts) {
        ranges.keys.push_back({text_key(text), text_key(text)});
      }
      break;
  }
  return ranges;
}

std::size_t cost_in_order(const Table& table, const std::vector<NameId>& types) {
  if (types.empty()) return table.size();
  std::size_t cost = 0;
  for (const NameId type : types) cost += table.count_of_type(type);
  return cost;
}

// The longest list that is worth it. Without a count, reading in order ends at the first full page:
// where `list` of `all` match, after about wanted * all / list entities.
std::size_t list_max(std::size_t all, const Page& page) {
  const std::size_t max = all / kListCost;
  if (page.count) return max;
  const auto wanted = static_cast<double>(page.limit + page.offset + 1);
  const double even = std::sqrt(wanted * static_cast<double>(all));
  return std::min(max, static_cast<std::size_t>(even));
}

}  // namespace

Candidates::Candidates(const Table& table, const ngsi::Hints& hints, const Page& page,
                       Explanation& told)
    : table_(table),
      types_(hints.types),
      from_(page.count ? 0 : page.after + (page.after > 0 ? 1 : 0)) {
  if (hints.nothing) {
    plan_ = Plan::kIds;
  } else if (hints.ids) {
    take_ids(*hints.ids);
  } else {
    plan_ = types_.empty() ? Plan::kScan : Plan::kType;
    take_narrowest(hints, page, told);
  }
  told.plan = plan_;
  const bool in_order = plan_ == Plan::kScan || plan_ == Plan::kType;
  told.estimated = in_order ? told.in_order : serials_.size();
}

void Candidates::take(Plan plan, std::vector<Serial> serials) {
  std::sort(serials.begin(), serials.end());
  serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
  plan_ = plan;
  serials_ = std::move(serials);
  at_ = static_cast<std::size_t>(std::lower_bound(serials_.begin(), serials_.end(), from_) -
                                 serials_.begin());
}

void Candidates::take_ids(const std::vector<std::string>& ids) {
  std::vector<Serial> serials;
  for (const std::string& id : ids) {
    if (const auto row = table_.find(id)) serials.push_back(row->serial);
  }
  take(Plan::kIds, std::move(serials));
}

void Candidates::take_narrowest(const ngsi::Hints& hints, const Page& page, Explanation& told) {
  told.in_order = cost_in_order(table_, types_);
  std::size_t max = list_max(told.in_order, page);
  std::vector<Serial> found;
  const auto keep_if_narrower = [&](bool fits, Plan plan, NameId attribute) {
    told.tried.push_back(
        {plan, attribute, fits ? std::optional<std::size_t>(found.size()) : std::nullopt});
    if (!fits) return;
    max = found.size();
    told.attribute = attribute;
    take(plan, std::exchange(found, {}));
  };
  for (const ngsi::Hints::Comparison& comparison : hints.comparisons) {
    const Table::ScalarRanges ranges = ranges_of(comparison);
    const bool fits = table_.collect_scalars(ranges, max, found);
    keep_if_narrower(fits, plan_of(ranges.key_class), comparison.attribute);
  }
  if (hints.area) {
    const Cells cells = cells_of_area(*hints.area);
    const bool fits = table_.collect_cells(hints.area->attribute, cells, max, found);
    keep_if_narrower(fits, Plan::kGeo, hints.area->attribute);
  }
}

bool Candidates::next(std::vector<Row>& rows) {
  rows.clear();
  if (plan_ == Plan::kScan) {
    table_.rows(from_, rows);
  } else if (plan_ == Plan::kType) {
    table_.rows_of_types(types_, from_, rows);
  } else {
    while (rows.empty() && at_ < serials_.size()) table_.rows_of_list(serials_, at_, rows);
  }
  if (!rows.empty()) from_ = rows.back().serial + 1;
  return !rows.empty();
}

}  // namespace revier::context::detail
