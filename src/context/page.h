// SPDX-License-Identifier: EUPL-1.2
// Which part of the matches a query is to give, and what it gave.
//
// Thread safety: plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "context/explanation.h"
#include "ngsi/entity.h"
#include "ngsi/order.h"

namespace revier::ngsi {
class Sight;
}

namespace revier::context {

struct Page {
  std::size_t limit = 20;  // 0 with `count`: only the number
  std::size_t offset = 0;
  bool count = false;  // number of all matches
  // Only what comes after this Found::place in the order of creation: what was deleted or made
  // meanwhile moves nothing. With `offset` 0 and without `order`. 0: from the beginning.
  std::uint64_t after = 0;
  // Answers are in this order, those that it holds equal in the order of creation; nullptr: all
  // are. It must outlive the query. Then limit + offset is at most Options::ordered_max.
  const ngsi::Order* order = nullptr;
  const ngsi::Sight* sight = nullptr;  // entities are asked and answered as they are seen by it
  Explanation* explanation = nullptr;  // is told how it was done, also of a query that fails
};

struct Found {
  std::vector<ngsi::EntityPtr> entities;
  std::optional<std::size_t> count;
  bool more = false;        // there is at least one after the last
  std::uint64_t place = 0;  // of the last of `entities`, where they are in the order of creation
};

}  // namespace revier::context
