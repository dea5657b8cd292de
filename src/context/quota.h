// SPDX-License-Identifier: EUPL-1.2
// What one tenant may take of the server. 0: as much as there is.
//
// Thread safety: Quota is a value; RequestQuota from any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"
#include "base/thread_safety.h"

namespace revier::context {

struct Quota {
  std::size_t entities = 0;
  std::size_t memory_bytes = 0;  // counted, of entities and indexes
  std::size_t requests_per_s = 0;
};

// Requests of each tenant but the default one, over any ten seconds on average.
class RequestQuota {
 public:
  explicit RequestQuota(std::size_t requests_per_s) : per_s_(requests_per_s) {}

  // Errors: kTooManyRequests. `now_us` is monotonic.
  [[nodiscard]] Result<> take(std::string_view tenant, std::int64_t now_us);

 private:
  struct Bucket {
    double left = 0;
    std::int64_t at_us = 0;
  };
  const std::size_t per_s_;
  Mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_ RV_GUARDED_BY(mutex_);
  metrics::Counter refused_{"revier_context_quota_refused_total",
                            "Requests refused by a tenant's quota",
                            {{"quota", "requests"}}};
};

}  // namespace revier::context
