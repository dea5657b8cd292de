// SPDX-License-Identifier: EUPL-1.2
// What the pages of cases share.
#pragma once
#include <string>
#include <string_view>

#include "casework/types.h"
#include "console/detail/entry.h"

namespace revier::console {

inline constexpr std::string_view kCasesPage = "/console/vorgaenge";

// Who works on the cases of at least one office.
[[nodiscard]] Entry enter_cases(const Needs& needs, const net::Request& request);
[[nodiscard]] std::string case_state(const casework::Case& one, web::Language language);
// How long a case has taken, to the minute.
[[nodiscard]] std::string time_taken(Duration time, web::Language language);
// The pages of one case.
void add_case_desk(net::Router& router, const Needs& needs);

}  // namespace revier::console
