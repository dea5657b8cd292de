// SPDX-License-Identifier: EUPL-1.2
// Cross-origin requests of browsers (the Fetch standard's CORS protocol), by configuration.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "net/http.h"

namespace revier::context::detail {

// Adds what lets the asking page read the answer, where its origin is among `origins`.
void allow_origin(const net::Request& request, const std::vector<std::string>& origins,
                  net::Response& response);
// Adds OPTIONS to every resource of the API that `router` has, for preflights.
void add_preflight_routes(net::Router& router, const std::vector<std::string>& origins);

}  // namespace revier::context::detail
