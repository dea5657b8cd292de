// SPDX-License-Identifier: EUPL-1.2
// JSON of the door under /api/v1; docs/api/check-in.md is its reference.
//
//   POST /api/v1/check-ins            {ticket, day, desk, id, taken_at, sent_at}
//   GET  /api/v1/check-ins            ?day&after: counts, and check-ins that changed since
//   GET  /api/v1/check-ins/tickets    ?day&known: what a desk takes along (snapshot.h)
//   POST /api/v1/check-ins/search     {day, text}: tickets by name; a POST, for names are no part
//                                     of an address
//   POST /api/v1/check-ins/{id}/undo  takes a mistake back
//
// All need the right check-in, the search registrations.read too, undoing check-in.undo.
#pragma once
#include "net/http.h"
#include "ticket/api.h"

namespace revier::door {

void add_api_routes(net::Router& router, const ticket::Domain& tickets);

}  // namespace revier::door
