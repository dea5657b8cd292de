// SPDX-License-Identifier: EUPL-1.2
#include "ticket/standing_tickets.h"

namespace revier::ticket::rows {
namespace {

constexpr std::size_t kTicketsMax = 1'000'000;

TicketState state_of(const records::Row& row) {
  if (row.text("state") != "registered") return TicketState::kCancelled;
  const std::string claim = row.text_or("claim", "");
  if (claim.empty()) return TicketState::kOtherDay;
  return claim == "taken" ? TicketState::kBooked : TicketState::kWaiting;
}

}  // namespace

Result<std::vector<StandingTicket>> tickets_for(records::Session& session,
                                                std::string_view day_quota) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT b.id AS id, b.code AS code, b.state AS state, c.state AS claim,"
                          " COALESCE(c.seats, 0) AS seats FROM booking b LEFT JOIN booking_claim c"
                          " ON c.booking = b.id AND c.quota = :quota"
                          " WHERE b.state <> 'held' AND b.kind = 'registration'"
                          " AND b.code IS NOT NULL"
                          " ORDER BY b.code",
                          {{"quota", day_quota}}, kTicketsMax));
  std::vector<StandingTicket> tickets;
  tickets.reserve(rows.size());
  for (const records::Row& row : rows) {
    tickets.push_back({row.text("code"), row.text("id"), state_of(row), row.integer("seats")});
  }
  return tickets;
}

}  // namespace revier::ticket::rows
