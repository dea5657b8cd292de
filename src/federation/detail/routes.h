// SPDX-License-Identifier: EUPL-1.2
// What the routes of registrations and of subscriptions to them share.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <memory>
#include <string>

#include "context/resource.h"
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

inline constexpr std::size_t kBodyBytesMax = std::size_t{256} * 1024;

void add_watcher_routes(net::Router& router, const ApiPtr& api);

}  // namespace revier::federation::detail
