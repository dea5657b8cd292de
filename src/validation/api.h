// SPDX-License-Identifier: EUPL-1.2
// Schemas of entity types under /api/v1/schemas: docs/api/schemas.md.
#pragma once
#include "context/binding.h"
#include "net/server.h"
#include "validation/schemas.h"

namespace revier::validation {

// All of it needs Action::kDataManage on the tenant. All of it outlives the server.
void add_routes(net::Router& router, Schemas& schemas, context::Binding binding);

}  // namespace revier::validation
