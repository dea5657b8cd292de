// SPDX-License-Identifier: EUPL-1.2
// A counter's waiting room at this moment, and how long who comes now will wait.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <string>
#include <vector>

#include "appointment/calendar.h"
#include "appointment/estimate.h"
#include "appointment/queue.h"

namespace revier::appointment {

struct WaitingRoom {
  std::vector<Arrival> called;   // the last called first
  std::vector<Arrival> waiting;  // in the order of calling
  Estimate estimate;             // of who comes now without an appointment
  bool open = false;             // by its hours
};
struct WaitingRoomNeeds {
  const event::Counter& counter;
  const event::Programme& programme;
  const ticket::Registrations& registrations;
  Instant now;
};
// Blocks.
[[nodiscard]] Result<WaitingRoom> read_waiting_room(records::Session& session,
                                                    const WaitingRoomNeeds& needs);

// "10 bis 25 Minuten", "unter 5 Minuten": rounded to five minutes, never narrower than that.
[[nodiscard]] std::string wait_text(const Estimate& estimate, web::Language language);
// What it rests on, and how good such estimates were.
[[nodiscard]] std::string basis_text(const Estimate& estimate, web::Language language);

}  // namespace revier::appointment
