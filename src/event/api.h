// SPDX-License-Identifier: EUPL-1.2
// JSON of the programme under /api/v1:
//
//   GET    /api/v1/{kind}          all items of a kind (schema.h: sessions, speakers, rooms ...)
//   GET    /api/v1/{kind}/{id}
//   PUT    /api/v1/{kind}/{id}     creates or replaces; needs the right programme.edit
//   DELETE /api/v1/{kind}/{id}
#pragma once
#include "event/programme_keeper.h"
#include "identity/identity.h"
#include "net/http.h"

namespace revier::event {

// `keeper` and `identity` must outlive the router.
void add_api_routes(net::Router& router, ProgrammeKeeper& keeper,
                    const identity::Identity& identity);

}  // namespace revier::event
