// SPDX-License-Identifier: EUPL-1.2
// What the routes of registrations and of subscriptions to them share.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <memory>
#include <string>

#include "context/binding.h"
#include "federation/registrations.h"
#include "federation/watchers.h"

namespace revier::federation::detail {

struct Api {
  Registrations& registrations;
  Watchers& watchers;
  context::Binding binding;
  const Clock& civil_clock;
  std::string alias;  // of this server
  std::int64_t since_us = monotonic_us();
};
using ApiPtr = std::shared_ptr<const Api>;
using Operation = Task<Result<net::Response>> (*)(const Api&, net::Request&);

struct Route {
  net::Method method;
  std::string pattern;
  const context::Parameters& parameters;  // must live as long as the router
  Operation operation;
};
// Adds it, with and without a slash at its end.
void route(net::Router& router, const ApiPtr& api, const Route& given);

void add_watcher_routes(net::Router& router, const ApiPtr& api);

}  // namespace revier::federation::detail
