// SPDX-License-Identifier: EUPL-1.2
// What tells of the running program: /healthz, /readyz, /metrics, /api/v1/clock.
#pragma once
#include <functional>

#include "base/time.h"
#include "identity/identity.h"
#include "net/http.h"
#include "records/records.h"
#include "store/store.h"

namespace revier::app {

// What the routes ask; all of it outlives the router.
struct StateSources {
  const Clock& real_clock;
  const Clock& civil_clock;
  const store::Store& store;
  const records::Database& database;
  const identity::Identity& identity;
  // False when current state has no room for new entities.
  std::function<bool()> creating;
};

// GET /healthz: 200 while the process answers.
// GET /readyz: 200, or 503 when something that was promised does not hold (a store turned
// read-only,
//   memory full); who may state.read is told which.
// GET /metrics: for who may state.read, where `metrics` is set.
// GET /api/v1/clock: civil time, and how far it is from the real one.
void add_state_routes(net::Router& router, const StateSources& sources, bool metrics);

// /metrics and /healthz for a port of their own, without a token.
void add_metrics_routes(net::Router& router);

}  // namespace revier::app
