// SPDX-License-Identifier: EUPL-1.2
// Pages of the programme: list and grid, session, speaker, calendar. Used by page_routes.cpp.
#pragma once
#include "event/page_routes.h"

namespace revier::event::detail {

// Sessions of a selection that an address names.
inline constexpr std::size_t kSelectionMax = 200;

[[nodiscard]] net::Response show_programme(const PageNeeds& needs, const net::Request& request);
[[nodiscard]] net::Response show_session(const PageNeeds& needs, const net::Request& request);
[[nodiscard]] net::Response show_speaker(const PageNeeds& needs, const net::Request& request);
[[nodiscard]] net::Response show_calendar(const PageNeeds& needs, const net::Request& request);

// The page for what is not there.
[[nodiscard]] net::Response not_found(const PageNeeds& needs, const net::Request& request);

}  // namespace revier::event::detail
