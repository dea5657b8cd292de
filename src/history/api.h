// SPDX-License-Identifier: EUPL-1.2
// Resources temporal/entities and below, and temporal/entityOperations/query (clauses 6.18 to 6.22,
// 6.24).
//
// Thread safety: the routes run on any io thread.
#pragma once
#include "context/resource.h"
#include "history/history.h"
#include "net/http.h"

namespace revier::history {

// Reading needs Action::kDataRead on the tenant, writing Action::kDataWrite. All but `binding`
// outlives the server that uses the router.
void add_routes(net::Router& router, History& history, context::Binding binding);

}  // namespace revier::history
