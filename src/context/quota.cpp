// SPDX-License-Identifier: EUPL-1.2
#include "context/quota.h"

#include <algorithm>

namespace revier::context {
namespace {

constexpr double kBurstSeconds = 10;

}  // namespace

Result<> RequestQuota::take(std::string_view tenant, std::int64_t now_us) {
  if (per_s_ == 0 || tenant.empty()) return {};
  const auto rate = static_cast<double>(per_s_);
  const double most = rate * kBurstSeconds;
  const Lock lock(mutex_);
  auto at = buckets_.find(tenant);
  if (at == buckets_.end()) at = buckets_.emplace(tenant, Bucket{most, now_us}).first;
  Bucket& bucket = at->second;
  const double seconds = static_cast<double>(now_us - bucket.at_us) / 1e6;
  bucket.left = std::min(most, bucket.left + seconds * rate);
  bucket.at_us = now_us;
  if (bucket.left < 1) {
    refused_.add();
    return fail(
        Code::kTooManyRequests,
        fmt::format("the quota of this tenant is {} requests a second: try again later", per_s_),
        "quota");
  }
  bucket.left -= 1;
  return {};
}

}  // namespace revier::context
