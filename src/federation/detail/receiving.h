// SPDX-License-Identifier: EUPL-1.2
// A notification of a context source on its way to the subscriber (5.8.6).
//
// Thread safety: as of Channel; the Task on an io thread.
#pragma once
#include "federation/detail/channel.h"
#include "subscription/subscriptions.h"

namespace revier::federation::detail {

struct ReceivingNeeds {
  const SourceNeeds& sources;
  context::Distribution& distribution;
  subscription::Subscriptions& subscriptions;
};

// Whom it is for, and who tells it.
struct Opened {
  subscription::SubscriptionPtr subscription;
  RegistrationPtr registration;
  bool filtered = false;  // the source has applied q, geoQ and scopeQ
};

// The entities lie in parts.
[[nodiscard]] bool is_split(const subscription::Subscription& subscription,
                            const SourceNeeds& sources);

// `data` of the notification, its names read under `context`, into the subscriber's line; durable
// when the Task ends. Errors: as of arrivals_in() and Subscriptions::receive().
[[nodiscard]] Task<Result<>> receive(ReceivingNeeds needs, const Channel& channel, Opened from,
                                     json::Value data, jsonld::ContextPtr context);

}  // namespace revier::federation::detail
