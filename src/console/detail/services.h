// SPDX-License-Identifier: EUPL-1.2
// The page that reads the catalogue's services from a file.
#pragma once
#include "console/detail/entry.h"

namespace revier::console {

inline constexpr std::string_view kServicesPage = "/console/dienste";

// `needs.services` is there.
void add_services(net::Router& router, const Needs& needs);

}  // namespace revier::console
