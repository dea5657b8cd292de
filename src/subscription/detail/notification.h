// SPDX-License-Identifier: EUPL-1.2
// The body of a notification (ETSI GS CIM 009 V1.9.1, clauses 5.3.1, 5.8.6, 6.3.8, 7.2).
//
// Thread safety: pure functions, but for Names.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "ngsi/linked.h"
#include "ngsi/names.h"
#include "subscription/detail/rows.h"

namespace revier::subscription::detail {

struct Notification {
  std::string id;  // the same in every repeat
  Instant notified_at;
};

// Of changes: each entity as it was after its change. Where linked entities are wanted (join), they
// come from `linked`, as they are now.
// Errors: kTooLarge; kBadRequestData where names in the subscription mean nothing any more.
[[nodiscard]] Result<std::string> body_of_changes(const Subscription& subscription,
                                                  const Notification& notification,
                                                  const std::vector<const Told*>& changes,
                                                  const ngsi::Names& names,
                                                  const ngsi::LinkedEntities& linked);
// Of entities as they are (timeInterval).
[[nodiscard]] Result<std::string> body_of_entities(const Subscription& subscription,
                                                   const Notification& notification,
                                                   const std::vector<ngsi::EntityPtr>& entities,
                                                   const ngsi::Names& names,
                                                   const ngsi::LinkedEntities& linked);

// Value of the Link header; empty where the body carries the @context.
[[nodiscard]] std::string link_of(const Subscription& subscription);

}  // namespace revier::subscription::detail
