// SPDX-License-Identifier: EUPL-1.2
// Writing to those who registered, in the console.
#pragma once
#include <string>

#include "console/detail/entry.h"

namespace revier::console {

// Of the page for writing; empty for those who may not, and where nobody can.
[[nodiscard]] std::string announcements_href(const Needs& needs, const identity::Caller& caller,
                                             web::Language language);

void add_announcements(net::Router& router, const Needs& needs);

}  // namespace revier::console
