// SPDX-License-Identifier: EUPL-1.2
// JSON of the programme under /api/v1:
//
//   GET    /api/v1/{kind}          all items of a kind (schema.h: sessions, speakers, rooms ...)
//   GET    /api/v1/{kind}/{id}
//   PUT    /api/v1/{kind}/{id}     creates or replaces
//   DELETE /api/v1/{kind}/{id}
//
// What is put here is public at once, so writing needs the right programme.release. Drafts that
// wait for a release: editor_api.h.
#pragma once
#include "event/programme_keeper.h"
#include "identity/identity.h"
#include "net/http.h"

namespace revier::event {

// `keeper` and `identity` must outlive the router.
void add_api_routes(net::Router& router, ProgrammeKeeper& keeper,
                    const identity::Identity& identity);

}  // namespace revier::event
