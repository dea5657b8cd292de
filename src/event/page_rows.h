// SPDX-License-Identifier: EUPL-1.2
// From the programme and the sensors to what the views print.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "event/changes.h"
#include "event/live_things.h"
#include "event/programme.h"
#include "event/views.h"

namespace revier::event {

[[nodiscard]] SessionRow session_row(const Programme& programme, const Ledger& ledger,
                                     const Session& session, web::Language language);
// Sessions by day, in order.
[[nodiscard]] std::vector<DayGroup> day_groups(const Programme& programme, const Ledger& ledger,
                                               const std::vector<const Session*>& sessions,
                                               web::Language language);
// The same as one table a day: rooms beside each other, a row for each time something starts.
[[nodiscard]] std::vector<DayGrid> day_grids(const Programme& programme, const Ledger& ledger,
                                             const std::vector<const Session*>& sessions,
                                             web::Language language);
[[nodiscard]] std::string day_heading(std::string_view date, web::Language language);
// Codes of what a session can be ("workshop"), and their names; another code is a session.
[[nodiscard]] std::vector<std::string_view> formats();
[[nodiscard]] std::string_view format_name(std::string_view format, web::Language language);

[[nodiscard]] LiveCard live_card(const LiveThing& thing, web::Language language);
// The cards of the named entities, in their order; what is not there is left out.
[[nodiscard]] std::vector<LiveCard> live_cards(const std::vector<LiveThing>& things,
                                               const std::vector<std::string>& ids,
                                               web::Language language);
// Every figure that the city claims, in the order of their ids.
[[nodiscard]] std::vector<ClaimCard> claim_cards(const Programme& programme,
                                                 web::Language language);
[[nodiscard]] std::vector<LiveGroup> live_groups(const std::vector<LiveThing>& things,
                                                 web::Language language);

}  // namespace revier::event
