// SPDX-License-Identifier: EUPL-1.2
// A subscription's row: its document with the @contexts that name it, and what clients do not give.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "jsonld/catalogue.h"
#include "subscription/document.h"
#include "subscription/subscriptions.h"

namespace revier::subscription::detail {

[[nodiscard]] std::string definition_row(const Subscription& subscription);

// Where an @context cannot be had any more the subscription is there, but paused.
// Errors: kCorrupt.
[[nodiscard]] Result<SubscriptionPtr> read_definition(const std::string& tenant,
                                                      std::string_view row,
                                                      jsonld::Catalogue& catalogue);

// 5.8.2. Errors: as patched() and parse().
[[nodiscard]] Result<SubscriptionPtr> updated(const Subscription& before,
                                              const Subscriptions::Update& update, Instant now);

}  // namespace revier::subscription::detail
