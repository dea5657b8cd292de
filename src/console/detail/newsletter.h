// SPDX-License-Identifier: EUPL-1.2
// The pages of the newsletter in the console.
#pragma once
#include "console/detail/entry.h"

namespace revier::console {

inline constexpr std::string_view kNewsletterPage = "/console/newsletter";

void add_newsletter(net::Router& router, const Needs& needs);

}  // namespace revier::console
