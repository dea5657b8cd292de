// SPDX-License-Identifier: EUPL-1.2
// Routes of subscriptions.
//
//   POST, GET           /ngsi-ld/v1/subscriptions            6.10, clauses 5.8.1, 5.8.4
//   GET, PATCH, DELETE  /ngsi-ld/v1/subscriptions/{id}       6.11, clauses 5.8.3, 5.8.2, 5.8.5
//   GET, DELETE         /api/v1/subscriptions/{id}/dead-letters
//   POST                /api/v1/subscriptions/{id}/dead-letters/replay    {"replayed": n}
//
// A subscription holds what its receiver must not lose (receiverInfo): making one needs
// Action::kDataWrite and kDataRead, and it is shown to and changed by whoever made it, or by
// Action::kDataManage.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <functional>

#include "context/resource.h"
#include "identity/types.h"
#include "net/http.h"
#include "net/server.h"
#include "subscription/subscriptions.h"

namespace revier::subscription {

// What other context sources have to do with subscriptions (5.8.1.4); the federation answers.
class Distributed {
 public:
  virtual ~Distributed() = default;
  // The brokers that a request to subscribe has passed. Errors: kLoopDetected: this one among them.
  [[nodiscard]] virtual Result<std::vector<std::string>> passed(const net::Request& request,
                                                                std::string_view tenant) const = 0;
  // Values of NGSILD-Warning (6.3.17): sources that fail for this subscription.
  [[nodiscard]] virtual std::vector<std::string> warnings(std::string_view tenant,
                                                          std::string_view id) const = 0;
};

// Writes a line of the audit log, as of validation/api.h; empty: there is none.
using Note = std::function<Task<Result<>>(const identity::Caller& by, const identity::Deed& deed)>;

// All of it outlives the server that uses the router. `pool` reads dead letters;
// `distributed` may be nullptr: there are no other sources.
void add_routes(net::Router& router, Subscriptions& subscriptions, context::Binding binding,
                const Clock& civil_clock, net::Pool& pool, const Distributed* distributed = nullptr,
                Note note = {});

// The subscription that {id} of the path names, for whoever context::owns() it and may write; one
// of others is told as if it were not there. Errors: kUnauthenticated, kForbidden, kBadRequestData,
// kResourceNotFound.
[[nodiscard]] Result<Entry> own_entry(const Subscriptions& subscriptions,
                                      const context::Binding& binding, const net::Request& request,
                                      std::string_view tenant);

}  // namespace revier::subscription
