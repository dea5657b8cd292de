// SPDX-License-Identifier: EUPL-1.2
// What a subscription to registrations looks for, and what it is told.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "federation/registrations.h"
#include "subscription/types.h"

namespace revier::federation::detail {

// One for each of its entity selectors (5.11.2.4, 5.12). Errors: kBadRequestData: csf, temporalQ.
[[nodiscard]] Result<std::vector<Wanted>> wanted_by(const subscription::Subscription& watching);

// 5.3.2, table 1.
enum class Trigger : std::uint8_t { kNewlyMatching, kUpdated, kNoLongerMatching };

struct Told {
  const subscription::Subscription& subscription;
  const std::vector<Match>& matches;
  Trigger trigger;
  Instant at;
};
[[nodiscard]] std::string notification(const Told& told);

// The row of a subscription.
inline constexpr std::string_view kWatcherPrefix = "federation.subscription/";
[[nodiscard]] std::string watcher_key(std::string_view tenant, std::string_view id);
[[nodiscard]] std::string encode(const subscription::Subscription& watching);
// `rest` is the key behind the prefix. Where an @context cannot be had any more it is paused.
// Errors: kCorrupt.
[[nodiscard]] Result<subscription::SubscriptionPtr> decode(std::string_view rest,
                                                           std::string_view row,
                                                           jsonld::Catalogue& catalogue);

}  // namespace revier::federation::detail
