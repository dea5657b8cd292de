// SPDX-License-Identifier: EUPL-1.2
// What a context source notifies of (5.3.1, 5.8.6), as changes of entities: what is told with the
// NGSI-LD Null went, previous values are what was before.
//
// Thread safety: pure functions, but for Names.
#pragma once
#include <string>
#include <vector>

#include "federation/detail/merge.h"
#include "subscription/subscriptions.h"

namespace revier::federation::detail {

inline constexpr std::size_t kArrivalEntitiesMax = 1'000;

// One entity of a notification. Several parts where several elements of the registration fit it.
struct Arrival {
  std::string id;
  bool deleted = false;      // the entity went
  std::vector<Part> after;   // as it is there now
  std::vector<Part> before;  // instances that are not what they were
};

struct Reading {
  const RegistrationPtr& registration;
  jsonld::ContextPtr context;  // of the notification
  jsonld::Catalogue& catalogue;
};
// The entities in `data` that lie within the registration.
// Errors: kBadRequestData; kLdContextNotAvailable with the URL in `field`.
[[nodiscard]] Result<std::vector<Arrival>> arrivals_in(const json::Value& data,
                                                       const Reading& reading);

// Parts of an entity that other sources have, as `text` shows it under the core context.
[[nodiscard]] Result<std::vector<Part>> parts_in(const std::string& text,
                                                 const RegistrationPtr& registration,
                                                 jsonld::Catalogue& catalogue);

struct Arriving {
  const subscription::Subscription& subscription;
  bool filters = false;     // its q, geoQ and scopeQ are applied here
  ngsi::EntityPtr here;     // what is here of it, in `names`; nullptr: nothing, or not to be merged
  std::vector<Part> other;  // what others have
  Instant now;
};
// The change; nothing where the subscription is not about it. Errors: as ngsi/mutate.h.
[[nodiscard]] Result<std::vector<subscription::Arrived>> arrived(ngsi::Names& names,
                                                                 Arrival arrival,
                                                                 Arriving arriving);

}  // namespace revier::federation::detail
