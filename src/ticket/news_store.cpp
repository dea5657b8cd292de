// SPDX-License-Identifier: EUPL-1.2
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"

namespace revier::ticket::rows {
namespace {

using records::Row;
using records::Session;

// Claims of sessions and days that are not as their person was told; another time of a day is none.
constexpr std::string_view kNews =
    " FROM booking_claim c JOIN booking b ON b.id = c.booking JOIN quota q ON q.id = c.quota"
    " WHERE b.state = 'registered' AND q.kind IN ('session', 'day') AND q.ends_at > :now"
    " AND ((c.told_standing = 'open') <> (q.standing = 'open') OR (q.standing = 'open' AND"
    " q.kind = 'session' AND (c.told_starts_at <> q.starts_at OR c.told_ends_at <> q.ends_at)))";

}  // namespace

Result<> set_waiting(Session& session, const ClaimId& claim, std::int64_t place) {
  RV_TRY(session.execute(
      "UPDATE booking_claim SET state = 'waiting', place = :place, offered_until = 0"
      " WHERE booking = :booking AND quota = :quota",
      {{"place", place}, {"booking", claim.booking}, {"quota", claim.quota}}));
  return {};
}

Result<std::vector<std::string>> offers_of(Session& session, std::string_view quota) {
  RV_ASSIGN(const std::vector<Row> rows,
            session.query("SELECT booking FROM booking_claim WHERE quota = :quota AND"
                          " state = 'offered' ORDER BY offered_until DESC, booking DESC",
                          {{"quota", quota}}));
  std::vector<std::string> bookings;
  for (const Row& row : rows) bookings.push_back(row.text("booking"));
  return bookings;
}

Result<std::vector<std::string>> with_news(Session& session, Instant now, std::int64_t limit) {
  RV_ASSIGN(const std::vector<Row> rows,
            session.query("SELECT DISTINCT c.booking AS booking" + std::string(kNews) +
                              " ORDER BY c.booking LIMIT :limit",
                          {{"now", now.us}, {"limit", limit}}));
  std::vector<std::string> bookings;
  for (const Row& row : rows) bookings.push_back(row.text("booking"));
  return bookings;
}

Result<std::vector<PartNews>> news_of(Session& session, std::string_view booking, Instant now) {
  RV_ASSIGN(
      const std::vector<Row> rows,
      session.query("SELECT c.quota AS quota, c.told_standing AS told,"
                    " c.told_starts_at AS starts_at, c.told_ends_at AS ends_at" +
                        std::string(kNews) + " AND b.id = :booking ORDER BY q.starts_at, q.id",
                    {{"now", now.us}, {"booking", booking}}));
  std::vector<PartNews> news;
  for (const Row& row : rows) {
    news.push_back({.quota = row.text("quota"),
                    .told = standing_of(row.text("told")),
                    .starts_at = {row.integer("starts_at")},
                    .ends_at = {row.integer("ends_at")}});
  }
  return news;
}

Result<> set_told(Session& session, std::string_view booking) {
  RV_TRY(session.execute(
      "UPDATE booking_claim SET"
      " told_standing = (SELECT q.standing FROM quota q WHERE q.id = booking_claim.quota),"
      " told_starts_at = (SELECT q.starts_at FROM quota q WHERE q.id = booking_claim.quota),"
      " told_ends_at = (SELECT q.ends_at FROM quota q WHERE q.id = booking_claim.quota)"
      " WHERE booking = :booking",
      {{"booking", booking}}));
  return {};
}

}  // namespace revier::ticket::rows
