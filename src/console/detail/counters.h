// SPDX-License-Identifier: EUPL-1.2
// What the pages of counters share: their hours (opening_hours.cpp), and what they are
// (counter_form.cpp). Both write what is public at once; nothing here touches what is booked.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "appointment/hours_plan.h"
#include "console/routes.h"
#include "event/programme_keeper.h"
#include "ticket/types.h"

namespace revier::console {

inline constexpr std::string_view kHoursPage = "/console/oeffnungszeiten";

// Booked from now on at a counter, by the time of booking.
struct Standing {
  std::vector<ticket::Booking> bookings;
  std::vector<appointment::BookedTime> times;
};
[[nodiscard]] Task<Result<Standing>> standing_at(const Needs& needs, const event::Counter& counter);

using CounterHandler = Task<net::Response> (*)(net::Request&, const Needs&,
                                               event::ProgrammeKeeper&);
// `pattern` follows kHoursPage; in both languages.
void add_counter_page(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper,
                      net::Method method, const std::string& pattern, CounterHandler handler);
// /neu, /{counter}/angaben, /{counter}/entfernen.
void add_counter_forms(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper);

}  // namespace revier::console
