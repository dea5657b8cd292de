// SPDX-License-Identifier: EUPL-1.2
// Schemas of entity types under /api/v1/schemas: docs/api/schemas.md.
#pragma once
#include <functional>

#include "context/binding.h"
#include "identity/types.h"
#include "net/server.h"
#include "validation/schemas.h"

namespace revier::validation {

// Writes a line of the audit log: identity::Identity::record() in a transaction of its own. What is
// handed in lives until it is done.
using Note = std::function<Task<Result<>>(const identity::Caller& by, const identity::Deed& deed)>;

// All of it needs Action::kDataManage on the tenant. All of it outlives the server.
void add_routes(net::Router& router, Schemas& schemas, context::Binding binding, Note note);

}  // namespace revier::validation
