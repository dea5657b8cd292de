// SPDX-License-Identifier: EUPL-1.2
// Free times, computed from a counter's hours and from what was booked; no slot is stored.
//
// A counter's time is cut into cells of five minutes. A cell is a quota of the ticket domain with
// as many seats as people serve then, made when somebody first asks for it; an appointment claims
// all its cells or none. So offers of any length share the same people, and the number of
// appointments at one time never exceeds them. Local times are those of Europe/Berlin; a time that
// the change to summer leaves out is the first one after it, the doubled hour of autumn its first.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "event/programme.h"
#include "ticket/types.h"

namespace revier::appointment {

inline constexpr Duration kCell = Duration::minutes(5);
// Of one appointment: what one booking may claim (ticket/booking_rules.h).
inline constexpr std::int64_t kCellsMax = 20;

struct Opening {
  Instant from;
  Instant to;
  std::int64_t staff = 0;
};
// When a counter is open on a day ("2025-02-06"), by start; hours of the date replace those of the
// weekday. Empty for a day that is none.
[[nodiscard]] std::vector<Opening> openings(const event::Counter& counter, std::string_view day);

struct Slot {
  Instant from;
  Instant to;
  bool operator==(const Slot&) const = default;
};
// How long an offer takes, in whole cells; 0 where it cannot be booked (no length, or too long).
[[nodiscard]] Duration length_of(const event::Offer& offer);
// All times of a day, one after the other from the begin of each opening; by start.
[[nodiscard]] std::vector<Slot> slots(const event::Counter& counter, Duration length,
                                      std::string_view day);
// Those of them that `taken` leaves free. `taken` are the counter's quotas of that time as the
// ticket domain has them; a missing one is wholly free.
[[nodiscard]] std::vector<Slot> free_slots(const event::Counter& counter, Duration length,
                                           std::string_view day,
                                           const std::vector<ticket::QuotaStatus>& taken);

// The cells of a slot as quotas, whether they exist or not. Empty where the counter is not open
// through all of it: a slot that was made up, or hours that were changed.
[[nodiscard]] std::vector<ticket::Quota> cells(const event::Counter& counter,
                                               const event::Programme& programme, Slot slot);
[[nodiscard]] std::vector<ticket::Claim> claims_of(const std::vector<ticket::Quota>& cells);

// "termin:eid-innenstadt:20250206T0900"; in UTC, so that each is there once and order is that of
// time. The begin of the ids of a counter, and of one of its days in UTC ("2025-02-06").
[[nodiscard]] std::string cell_id(std::string_view counter, Instant from);
[[nodiscard]] std::string cell_id_begin(std::string_view counter, std::string_view utc_day = {});
// The counter of a cell's id; "" where it is none.
[[nodiscard]] std::string_view counter_of(std::string_view cell_id);

// The day after, or before: "2025-02-28", 1 -> "2025-03-01". Errors: kBadRequestData.
[[nodiscard]] Result<std::string> day_after(std::string_view day, int days);

}  // namespace revier::appointment
