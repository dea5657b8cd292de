// SPDX-License-Identifier: EUPL-1.2
// From the programme to what can be booked: one quota a day, one a session with seats of its own.
// Appointments have quotas of their own, which no programme changes.
#pragma once
#include <vector>

#include "event/programme.h"
#include "ticket/types.h"

namespace revier::app {

// Those of the programme, and what became of `known` ones: a session that is cancelled or gone, or
// has no seats of its own any more; a day that the event has no longer, or that has no seats now.
// What is over stays as it was; without an event in the programme nothing is said to be gone, nor
// are days of another event.
[[nodiscard]] std::vector<ticket::Quota> quotas_of(const event::Programme& programme,
                                                   const std::vector<ticket::QuotaStatus>& known,
                                                   Instant now);

// The entities that show the free seats of days, which are parts of their event elsewhere.
inline constexpr std::string_view kEventDayType = "urn:revier:ns:EventDay";
struct DayEntity {
  std::string id;
  std::string json;  // normalised, names as IRIs
};
[[nodiscard]] std::vector<DayEntity> day_entities(const event::Programme& programme);

}  // namespace revier::app
