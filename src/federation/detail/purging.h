// SPDX-License-Identifier: EUPL-1.2
// Purging what sources have (5.6.21): each is told to purge what both the request and its
// registration mean, never more. What cannot be told exactly is not told.
//
// Thread safety: as of Channel; plan_purge() is pure, but for Registrations.
#pragma once
#include "federation/detail/channel.h"

namespace revier::federation::detail {

using context::Distribution;

// Errors: kLoopDetected, kTooComplexQuery: nothing was sent.
[[nodiscard]] Task<Result<std::vector<Distribution::Purged>>> purge(Channel& channel,
                                                                    const SourceNeeds& needs,
                                                                    Distribution::Purge purge);

// One request to one source.
struct PurgeCall {
  RegistrationPtr registration;
  jsonld::ContextPtr context;
  std::vector<std::pair<std::string, std::string>> params;  // not encoded
};
struct PurgePlan {
  std::vector<PurgeCall> calls;
  std::vector<Distribution::Purged> refused;
};
struct PurgePlanning {
  const Distribution::Purge& purge;
  const Registrations& registrations;  // tells which ids a pattern means
  const jsonld::ContextPtr& core;
  const Contexts& contexts;
};
// `matches` hold no auxiliary ones. Errors: kBadRequestData: the selection does not compile.
[[nodiscard]] Result<PurgePlan> plan_purge(const PurgePlanning& planning,
                                           const std::vector<Match>& matches);

}  // namespace revier::federation::detail
