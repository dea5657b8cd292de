// SPDX-License-Identifier: EUPL-1.2
#include "ticket/standing_tickets.h"

#include <algorithm>

#include "ticket/detail/quota_list.h"

namespace revier::ticket::rows {
namespace {

constexpr std::size_t kTicketsMax = 1'000'000;

TicketState state_of(const records::Row& row, const DayQuota& day) {
  if (row.text("state") != "registered") return TicketState::kCancelled;
  const std::string claim = row.text_or("claim", "");
  if (claim.empty()) return TicketState::kOtherDay;
  if (std::ranges::find(day.cancelled, row.text("quota")) != day.cancelled.end()) {
    return TicketState::kSessionCancelled;
  }
  return claim == "taken" ? TicketState::kBooked : TicketState::kWaiting;
}

// Two claims of one registration: the better one counts.
void join(StandingTicket& ticket, const StandingTicket& other) {
  if (other.state > ticket.state) return;
  ticket.seats = ticket.state == other.state ? std::max(ticket.seats, other.seats) : other.seats;
  ticket.state = other.state;
}

}  // namespace

Result<std::vector<StandingTicket>> tickets_for(records::Session& session, const DayQuota& day) {
  std::vector<std::string> quotas = day.admits;
  quotas.insert(quotas.end(), day.cancelled.begin(), day.cancelled.end());
  const detail::QuotaList of_day(quotas);
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT b.id AS id, b.code AS code, b.state AS state, c.state AS claim,"
                          " COALESCE(c.quota, '') AS quota, COALESCE(c.seats, 0) AS seats FROM "
                          "booking b LEFT JOIN booking_claim c"
                          " ON c.booking = b.id AND c.quota IN (" +
                              of_day.sql +
                              ") WHERE b.state <> 'held' AND b.kind = 'registration'"
                              " AND b.code IS NOT NULL ORDER BY b.code, b.id",
                          of_day.parameters, kTicketsMax));
  std::vector<StandingTicket> tickets;
  tickets.reserve(rows.size());
  for (const records::Row& row : rows) {
    const StandingTicket ticket{row.text("code"), row.text("id"), state_of(row, day),
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
