// SPDX-License-Identifier: EUPL-1.2
// /ngsi-ld/v1/snapshots (ETSI GS CIM 009 V1.9.1, clauses 6.36 to 6.38).
#pragma once
#include "net/server.h"
#include "snapshot/snapshots.h"

namespace revier::snapshot {

// Reading a status needs Action::kDataRead on the tenant, everything else kDataWrite; changed and
// deleted by who made it and by who manages the tenant's data. All of it outlives the server.
void add_routes(net::Router& router, Snapshots& snapshots, context::Binding binding,
                const Clock& civil_clock, net::Pool& pool);

}  // namespace revier::snapshot
