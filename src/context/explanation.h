// SPDX-License-Identifier: EUPL-1.2
// How a query found its answer: for `explain`, the log of slow queries, metrics and tests.
//
//   Explanation told;
//   RV_CO_ASSIGN(Found found, co_await broker.query(tenant, predicate, {.explanation = &told}));
//
// Thread safety: plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ngsi/names.h"

namespace revier::context {

// Which index a query was fed from.
enum class Plan : std::uint8_t { kIds, kType, kNumber, kText, kInstant, kGeo, kScan };
// "ids", "type", "number", "text", "instant", "geo", "scan".
[[nodiscard]] std::string_view to_string(Plan plan);

struct Explanation {
  // An index that might have fed the query.
  struct Tried {
    Plan plan = Plan::kScan;
    ngsi::NameId attribute = ngsi::kNoName;
    std::optional<std::size_t> candidates;  // nullopt: more than are worth a list
  };

  Plan plan = Plan::kScan;
  ngsi::NameId attribute = ngsi::kNoName;  // that the index is of; kNoName: of none
  std::vector<ngsi::NameId> types;         // those that an answer must have one of; empty: any
  std::vector<Tried> tried;
  std::size_t in_order = 0;       // entities of these types, or all: what reading in order looks at
  std::size_t estimated = 0;      // entities that the plan looks at, if it goes to the end
  std::size_t looked_at = 0;      // those that it did look at
  std::size_t matched = 0;        // of these; more than the page shows where all are counted
  bool counted_by_index = false;  // the count is the index's own
  std::int64_t plan_us = 0;       // choosing the index and reading its list
  std::int64_t match_us = 0;      // processor time of looking at them
  unsigned slices = 0;            // pieces that this was done in, other requests in between
};

}  // namespace revier::context
