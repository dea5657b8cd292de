// SPDX-License-Identifier: EUPL-1.2
// What a door must know of every ticket for one day, without names.
//
// Thread safety: a free function on a Session; see records/records.h.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "records/records.h"
#include "ticket/days.h"

namespace revier::ticket::rows {

enum class TicketState : std::uint8_t {
  kBooked,
  kWaiting,
  kSessionCancelled,
  kOtherDay,
  kCancelled
};

struct StandingTicket {
  std::string code;
  std::string booking;
  TicketState state = TicketState::kBooked;
  std::int64_t seats = 0;  // for the day, where it is booked
};

// Of all registrations, cancelled ones too; ordered by code.
[[nodiscard]] Result<std::vector<StandingTicket>> tickets_for(records::Session& session,
                                                              const DayQuota& day);

}  // namespace revier::ticket::rows
