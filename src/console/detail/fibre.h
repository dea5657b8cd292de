// SPDX-License-Identifier: EUPL-1.2
// The page that reads lists of addresses for the fibre look-up.
#pragma once
#include "console/detail/entry.h"

namespace revier::console {

inline constexpr std::string_view kFibrePage = "/console/glasfaser";

// `needs.fibre` is there.
void add_fibre(net::Router& router, const Needs& needs);

}  // namespace revier::console
