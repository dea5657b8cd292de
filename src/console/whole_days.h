// SPDX-License-Identifier: EUPL-1.2
// Pages that cancel a day of the event as a whole, as add_routes() adds the others
// (console/routes.h).
#pragma once
#include "console/routes.h"
#include "event/programme_keeper.h"

namespace revier::console {

// `keeper` writes the day and its sessions, between releases of needs.programme, and outlives the
// router.
void add_whole_days(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper);

}  // namespace revier::console
