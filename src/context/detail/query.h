// SPDX-License-Identifier: EUPL-1.2
// Runs a predicate over the candidates, in slices. All arguments must live until the task is done.
#pragma once
#include "base/task.h"
#include "context/broker.h"
#include "context/detail/planner.h"

namespace revier::context::detail {

[[nodiscard]] Task<Result<Found>> run_query(const Table& table, const ngsi::Predicate& predicate,
                                            Page page, const Options& options);

struct Budget {
  std::int64_t slice_us = 0;
  std::int64_t cpu_ms_max = 0;
  std::size_t links_max = 0;  // of visit_matches()
};
[[nodiscard]] Task<Result<>> visit_matches(const Table& table, const ngsi::Predicate& predicate,
                                           const Broker::Visit& visit, Budget budget);

}  // namespace revier::context::detail
