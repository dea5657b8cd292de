// SPDX-License-Identifier: EUPL-1.2
// Pages of counters' opening hours, as add_routes() adds the others (console/routes.h).
#pragma once
#include "console/routes.h"
#include "event/programme_keeper.h"

namespace revier::console {

// `needs` has a calendar; `keeper` writes what is saved and outlives the router.
void add_opening_hours(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper);

}  // namespace revier::console
