// SPDX-License-Identifier: EUPL-1.2
// Routes of subscriptions.
//
//   POST, GET           /ngsi-ld/v1/subscriptions            6.10, clauses 5.8.1, 5.8.4
//   GET, PATCH, DELETE  /ngsi-ld/v1/subscriptions/{id}       6.11, clauses 5.8.3, 5.8.2, 5.8.5
//   GET, DELETE         /api/v1/subscriptions/{id}/dead-letters
//   POST                /api/v1/subscriptions/{id}/dead-letters/replay    {"replayed": n}
//
// A subscription holds what its receiver must not lose (receiverInfo): making one needs
// Action::kDataWrite, and it is shown to and changed by whoever made it, or by Action::kDataManage.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include "context/resource.h"
#include "net/http.h"
#include "net/server.h"
#include "subscription/subscriptions.h"

namespace revier::subscription {

// All of it outlives the server that uses the router. `pool` reads dead letters.
void add_routes(net::Router& router, Subscriptions& subscriptions, context::Binding binding,
                const Clock& civil_clock, net::Pool& pool);

}  // namespace revier::subscription
