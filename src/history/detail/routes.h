// SPDX-License-Identifier: EUPL-1.2
// The routes of history, those that read apart from those that write.
#pragma once
#include <memory>

#include "context/resource.h"
#include "history/history.h"

namespace revier::history::detail {

struct Api {
  History& history;
  context::Binding binding;
};
using ApiPtr = std::shared_ptr<const Api>;

void add_reading_routes(net::Router& router, const ApiPtr& api);

}  // namespace revier::history::detail
