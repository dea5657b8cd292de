// SPDX-License-Identifier: EUPL-1.2
// Routes of context source registrations.
//
//   POST, GET           /ngsi-ld/v1/csourceRegistrations         6.8, clauses 5.9.2, 5.10.2
//   GET, PATCH, DELETE  /ngsi-ld/v1/csourceRegistrations/{id}    6.9, clauses 5.10.1, 5.9.3, 5.9.4
//   POST, GET           /ngsi-ld/v1/csourceSubscriptions         6.12, clauses 5.11.2, 5.11.5
//   GET, PATCH, DELETE  /ngsi-ld/v1/csourceSubscriptions/{id}    6.13, clauses 5.11.3, 4, 6
//   GET                 /ngsi-ld/v1/info/sourceIdentity          6.33, clause 5.15.1
//   POST                /ngsi-ld/ex/remote-notify                notifications of sources, 5.8.6
//   GET                 /api/v1/subscriptions/{id}/sources       {"sources": [...], "leftOut": n}
//
// A registration tells of endpoints and may hold what opens them (contextSourceInfo): all of it
// needs Action::kDataWrite; it is changed by whoever made it, or by Action::kDataManage, and others
// see "***" for the values of contextSourceInfo. A subscription is its maker's alone. A
// notification is let in by the id that it names (distributed.h).
//
// Thread safety: the routes run on any io thread.
#pragma once
#include "context/binding.h"
#include "federation/distributed.h"
#include "federation/registrations.h"
#include "federation/watchers.h"
#include "net/http.h"

namespace revier::federation {

// All of it outlives the server that uses the router. `alias` is this server's pseudonym
// (sources.h).
void add_routes(net::Router& router, Registrations& registrations, Watchers& watchers,
                context::Binding binding, const Clock& civil_clock, std::string alias);
void add_distributed_routes(net::Router& router, DistributedSubscriptions& distributed,
                            subscription::Subscriptions& subscriptions, context::Binding binding);

}  // namespace revier::federation
