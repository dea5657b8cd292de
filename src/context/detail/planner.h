// SPDX-License-Identifier: EUPL-1.2
// Which index feeds a query: the narrowest that is cheap to read, else the type, else everything.
//
// The candidates of an index come as a list, sorted by serial, so every plan answers in the same
// order. An index is given up as soon as it has more candidates than reading in order would cost.
//
// Thread safety: a Candidates is used by one thread at a time; the table by any number.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "context/broker.h"
#include "context/detail/table.h"
#include "ngsi/predicate.h"

namespace revier::context::detail {

class Candidates {
 public:
  // `told` hears of the choice.
  Candidates(const Table& table, const ngsi::Hints& hints, const Page& page, Explanation& told);

  // Replaces `rows` by the next at most kGatherMax, ascending by serial; false at the end.
  [[nodiscard]] bool next(std::vector<Row>& rows);

 private:
  void take_ids(const std::vector<std::string>& ids);
  void take_narrowest(const ngsi::Hints& hints, const Page& page, Explanation& told);
  void take(Plan plan, std::vector<Serial> serials);

  const Table& table_;
  Plan plan_ = Plan::kScan;
  std::vector<NameId> types_;
  std::vector<Serial> serials_;  // of all plans but kType and kScan
  std::size_t at_ = 0;
  Serial from_ = 0;
};

}  // namespace revier::context::detail
