// SPDX-License-Identifier: EUPL-1.2
#include "ticket/standing_tickets.h"

#include <algorithm>

#include "ticket/detail/quota_list.h"

namespace revier::ticket::rows {
namespace {

constexpr std::size_t kTicketsMax = 1'000'000;

TicketState state_of(const records::Row& row) {
  if (row.text("state") != "registered") return TicketState::kCancelled;
  const std::string claim = row.text_or("claim", "");
  if (claim.empty()) return TicketState::kOtherDay;
  return claim == "taken" ? TicketState::kBooked : TicketState::kWaiting;
}

// Two claims of one registration: one that is booked admits, whatever the other waits for.
void join(StandingTicket& ticket, const StandingTicket& other) {
  if (other.state != TicketState::kBooked) return;
  const bool was_booked = ticket.state == TicketState::kBooked;
  ticket.seats = was_booked ? std::max(ticket.seats, other.seats) : other.seats;
  ticket.state = TicketState::kBooked;
}

}  // namespace

Result<std::vector<StandingTicket>> tickets_for(records::Session& session, const DayQuota& day) {
  const detail::QuotaList admits(day.admits);
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT b.id AS id, b.code AS code, b.state AS state, c.state AS claim,"
                          " COALESCE(c.seats, 0) AS seats FROM booking b LEFT JOIN booking_claim c"
                          " ON c.booking = b.id AND c.quota IN (" +
                              admits.sql +
                              ") WHERE b.state <> 'held' AND b.kind = 'registration'"
                              " AND b.code IS NOT NULL ORDER BY b.code, b.id",
                          admits.parameters, kTicketsMax));
  std::vector<StandingTicket> tickets;
  tickets.reserve(rows.size());
  for (const records::Row& row : rows) {
    const StandingTicket ticket{row.text("code"), row.text("id"), state_of(row),
                                row.integer("seats")};
    if (tickets.empty() || tickets.back().booking != ticket.booking) {
      tickets.push_back(ticket);
    } else {
      join(tickets.back(), ticket);
    }
  }
  return tickets;
}

}  // namespace revier::ticket::rows
