// SPDX-License-Identifier: EUPL-1.2
// From the programme to what can be booked: one quota a day, one a session with seats of its own.
#pragma once
#include <vector>

#include "event/programme.h"
#include "ticket/types.h"

namespace revier::app {

[[nodiscard]] std::vector<ticket::Quota> quotas_of(const event::Programme& programme);

// The entities that show the free seats of days, which are parts of their event elsewhere.
inline constexpr std::string_view kEventDayType = "urn:revier:ns:EventDay";
struct DayEntity {
  std::string id;
  std::string json;  // normalised, names as IRIs
};
[[nodiscard]] std::vector<DayEntity> day_entities(const event::Programme& programme);

}  // namespace revier::app
