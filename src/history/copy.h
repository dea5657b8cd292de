// SPDX-License-Identifier: EUPL-1.2
// Temporal queries whose yield goes into a space: those of snapshots (5.16.1.4).
//
// Thread safety: pure functions; the Task on any thread with an executor.
#pragma once
#include <string>

#include "context/binding.h"
#include "history/history.h"

namespace revier::history {

// What of a Query with temporalQ (5.2.23) can be found wrong before it runs. Aggregates are made of
// what a snapshot holds, and are not held. Errors: kBadRequestData with `field`.
[[nodiscard]] Result<> check_query(const json::Value& query, const jsonld::Context& context);

struct CopyAsk {
  const json::Value& query;  // has passed check_query()
  const jsonld::ContextPtr& context;
  std::string tenant;
  std::string space;
  std::size_t instances_max = 0;
};
// How many entities there were. Errors: as History::copy().
[[nodiscard]] Task<Result<std::size_t>> copy_query(History& history,
                                                   const context::Binding& binding,
                                                   const CopyAsk& ask);
// Everything of a tenant.
[[nodiscard]] Task<Result<std::size_t>> copy_all(History& history, std::string tenant,
                                                 std::string space, std::size_t instances_max);

}  // namespace revier::history
