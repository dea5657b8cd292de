// SPDX-License-Identifier: EUPL-1.2
// The log of slow queries: how each was done, and the names that it asks for, never the values
// that it compares with. At most kLinesAMinute; how many were left out is said in the next line.
//
// Thread safety: any thread.
#pragma once
#include "base/metrics.h"
#include "base/thread_safety.h"
#include "context/broker.h"
#include "context/detail/tenant.h"

namespace revier::context::detail {

// Of all stages of a query, wherever they are measured.
inline constexpr const char* kStageHelp =
    "Processor time of a stage of a query: compile, plan, match; show with its slices";

class SlowQueries {
 public:
  static constexpr int kLinesAMinute = 20;

  struct Query {
    const Tenant& tenant;
    const ngsi::Hints& hints;
    const Page& page;  // with an explanation
    std::int64_t took_us;
    bool answered;
  };
  void tell(const Query& query);

 private:
  // Lines that were left out before this one; nullopt: this one is left out, too.
  [[nodiscard]] std::optional<std::size_t> turn();

  metrics::Counter count_{"revier_context_slow_queries_total", "Queries over limits.slow_query_ms"};
  Mutex mutex_;
  std::int64_t minute_ RV_GUARDED_BY(mutex_) = 0;
  int lines_ RV_GUARDED_BY(mutex_) = 0;
  std::size_t left_out_ RV_GUARDED_BY(mutex_) = 0;
};

}  // namespace revier::context::detail
