// SPDX-License-Identifier: EUPL-1.2
// Routes of stored @contexts.
//
//   POST, GET    /ngsi-ld/v1/jsonldContexts         6.29, clauses 5.13.2, 5.13.3
//   GET, DELETE  /ngsi-ld/v1/jsonldContexts/{id}    6.30, clauses 5.13.4, 5.13.5
//
// Adding and deleting need Action::kDataWrite on the tenant, listing Action::kDataRead. A document
// is served to everybody who knows its id.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include "context/resource.h"
#include "ldcontext/contexts.h"
#include "net/http.h"

namespace revier::ldcontext {

// All of it outlives the server that uses the router.
void add_routes(net::Router& router, Contexts& contexts, context::Binding binding);

}  // namespace revier::ldcontext
