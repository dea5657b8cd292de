// SPDX-License-Identifier: EUPL-1.2
// What tells of the running program: /healthz, /readyz, /metrics, /api/v1/clock.
#pragma once
#include "app/state.h"
#include "identity/identity.h"
#include "net/http.h"

namespace revier::app {

// GET /healthz: 200 while the process answers.
// GET /readyz: 200, or 503 when something that was promised does not hold (a store turned
//   read-only, memory or disk full); who may state.read is told what (state.h).
// GET /metrics: for who may state.read, where `metrics` is set.
// GET /api/v1/clock: civil time, and how far it is from the real one.
// `sources` and `identity` must outlive the router.
void add_state_routes(net::Router& router, const StateSources& sources,
                      const identity::Identity& identity, bool metrics);

// /metrics and /healthz for a port of their own, without a token.
void add_metrics_routes(net::Router& router);

}  // namespace revier::app
