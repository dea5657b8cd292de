// SPDX-License-Identifier: EUPL-1.2
// Tokens over HTTP: GET and POST /api/v1/tokens, DELETE /api/v1/tokens/{id}; and the profiles of
// tokens of identity providers: GET /api/v1/profiles, PUT and DELETE /api/v1/profiles/{name}. For
// those with the right users.manage (docs/api/rights.md).
//
// Thread safety: the routes run on any io thread, SQL on the pool.
#pragma once
#include "identity/identity.h"
#include "jsonld/context.h"
#include "net/http.h"
#include "net/server.h"

namespace revier::app {

// All must outlive the server that uses the router; `clock` is the real one.
struct TokenNeeds {
  identity::Identity& identity;
  net::Pool& pool;
  const Clock& clock;
  jsonld::ContextPtr core;  // names in rights by entity
};
void add_token_routes(net::Router& router, const TokenNeeds& needs);

}  // namespace revier::app
