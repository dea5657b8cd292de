// SPDX-License-Identifier: EUPL-1.2
#include "ticket/changes_store.h"

#include "ticket/booking_store.h"
#include "web/fold.h"

namespace revier::ticket::rows {
namespace {

using records::Row;
using records::Session;

Result<std::vector<std::string>> ids(Session& session, std::string_view sql,
                                     records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> rows, session.query(sql, parameters));
  std::vector<std::string> list;
  for (const Row& row : rows) list.push_back(row.text("id"));
  return list;
}

}  // namespace

Result<> set_offered(Session& session, const ClaimId& claim, Instant until) {
  RV_TRY(session.execute(
      "UPDATE booking_claim SET state = 'offered', place = 0, offered_until = :until"
      " WHERE booking = :booking AND quota = :quota",
      {{"until", until.us}, {"booking", claim.booking}, {"quota", claim.quota}}));
  return {};
}

Result<> erase_claim(Session& session, const ClaimId& claim) {
  RV_TRY(session.execute("DELETE FROM booking_claim WHERE booking = :booking AND quota = :quota",
                         {{"booking", claim.booking}, {"quota", claim.quota}}));
  return {};
}

Result<> set_seats(Session& session, const ClaimId& claim, std::int64_t seats) {
  RV_TRY(session.execute(
      "UPDATE booking_claim SET seats = :seats WHERE booking = :booking AND quota = :quota",
      {{"seats", seats}, {"booking", claim.booking}, {"quota", claim.quota}}));
  return {};
}

Result<std::vector<ClaimId>> ended_offers(Session& session, Instant now, std::int64_t limit) {
  RV_ASSIGN(const std::vector<Row> rows,
            session.query("SELECT booking, quota FROM booking_claim WHERE state = 'offered' AND"
                          " offered_until <= :now ORDER BY offered_until, booking LIMIT :limit",
                          {{"now", now.us}, {"limit", limit}}));
  std::vector<ClaimId> claims;
  for (const Row& row : rows) claims.push_back({row.text("booking"), row.text("quota")});
  return claims;
}

Result<std::vector<Waiting>> waiting_for(Session& session, std::string_view quota) {
  RV_ASSIGN(const std::vector<Row> rows,
            session.query(
                "SELECT b.id AS id, b.name AS name, b.created_at AS created_at, c.seats AS seats,"
                " c.state AS state, c.place AS place, c.offered_until AS offered_until"
                " FROM booking_claim c JOIN booking b ON b.id = c.booking WHERE c.quota = :quota"
                " AND c.state IN ('waiting', 'offered') AND b.state IN ('held', 'registered')"
                " ORDER BY c.state, c.offered_until, c.place",
                {{"quota", quota}}));
  std::vector<Waiting> list;
  for (const Row& row : rows) {
    const bool offered = row.text("state") == "offered";
    list.push_back({.booking = row.text("id"),
                    .name = row.text("name"),
                    .claim = {.quota = std::string(quota),
                              .seats = row.integer("seats"),
                              .state = offered ? ClaimState::kOffered : ClaimState::kWaiting,
                              .place = row.integer("place"),
                              .offered_until = {row.integer("offered_until")}},
                    .since = {row.integer("created_at")}});
  }
  return list;
}

Result<> set_person(Session& session, const Booking& booking, std::string_view mail_key) {
  RV_TRY(session.execute(
      "UPDATE booking SET name = :name, name_key = :name_key, mail = :mail, mail_key = :key,"
      " confirm_by = :by, confirmed_at = :confirmed, code = :code, renewed_at = :renewed"
      " WHERE id = :id",
      {{"name", booking.name},
       {"name_key", web::fold_text(booking.name)},
       {"mail", booking.mail},
       {"key", mail_key},
       {"by", booking.confirm_by},
       {"confirmed", booking.confirmed_at},
       {"code", booking.code},
       {"renewed", booking.renewed_at},
       {"id", booking.id}}));
  return {};
}

Result<> set_confirmed(Session& session, std::string_view id, Instant now) {
  RV_TRY(
      session.execute("UPDATE booking SET confirmed_at = :now WHERE id = :id AND"
                      " confirmed_at IS NULL",
                      {{"now", now.us}, {"id", id}}));
  return {};
}

Result<> set_confirm_by(Session& session, std::string_view id, Instant confirm_by) {
  RV_TRY(session.execute("UPDATE booking SET confirm_by = :by WHERE id = :id",
                         {{"by", confirm_by.us}, {"id", id}}));
  return {};
}

Result<std::vector<std::string>> unconfirmed(Session& session, Instant now, std::int64_t limit) {
  return ids(session,
             "SELECT id FROM booking WHERE confirm_by IS NOT NULL AND confirmed_at IS NULL AND"
             " confirm_by <= :now AND state = 'registered' ORDER BY confirm_by, id LIMIT :limit",
             {{"now", now.us}, {"limit", limit}});
}

Result<> set_delete_after(Session& session, std::string_view id, Instant delete_after) {
  RV_TRY(session.execute("UPDATE booking SET delete_after = :delete WHERE id = :id",
                         {{"delete", delete_after.us}, {"id", id}}));
  return {};
}

Result<> pass_on(Session& session, std::string_view from, const Booking& to,
                 std::string_view mail_key, Instant now) {
  RV_TRY(session.execute(
      "INSERT INTO booking (id, state, created_at, expires_at, delete_after, device, language,"
      " name, name_key, mail, mail_key, code, digest, registered_at, confirm_by) VALUES (:id,"
      " 'registered', :created, :expires, :delete, '', :language, :name, :name_key, :mail,"
      " :mail_key, :code, '', :now, :confirm)",
      {{"id", to.id},
       {"created", now.us},
       {"expires", now.us},
       {"delete", to.delete_after.us},
       {"language", to.language},
       {"name", to.name},
       {"name_key", web::fold_text(to.name)},
       {"mail", to.mail},
       {"mail_key", mail_key},
       {"code", to.code},
       {"now", now.us},
       {"confirm", to.confirm_by}}));
  RV_TRY(
      session.execute("UPDATE booking_claim SET booking = :to WHERE booking = :old AND"
                      " state = 'taken'",
                      {{"to", to.id}, {"old", from}}));
  RV_TRY(session.execute("DELETE FROM booking_claim WHERE booking = :old", {{"old", from}}));
  RV_TRY(
      session.execute("UPDATE booking SET state = 'passed_on', cancelled_at = :now WHERE id = :old",
                      {{"now", now.us}, {"old", from}}));
  return {};
}

Result<std::vector<Booking>> bookings_of_mail(Session& session, std::string_view mail_key) {
  RV_ASSIGN(const std::vector<std::string> list,
            ids(session,
                "SELECT id FROM booking WHERE mail_key = :mail AND state <> 'held'"
                " ORDER BY registered_at DESC, id",
                {{"mail", mail_key}}));
  std::vector<Booking> bookings;
  for (const std::string& id : list) {
    RV_ASSIGN(Booking booking, find(session, id));
    bookings.push_back(std::move(booking));
  }
  return bookings;
}

Result<std::string> person_id(Session& session, std::string_view mail_key,
                              const std::string& new_id, Instant now, Instant expires_at) {
  RV_TRY(session.execute("DELETE FROM ticket_person WHERE mail_key = :mail AND expires_at <= :now",
                         {{"mail", mail_key}, {"now", now.us}}));
  RV_TRY(
      session.execute("INSERT INTO ticket_person (id, mail_key, expires_at) VALUES (:id, :mail,"
                      " :expires) ON CONFLICT (mail_key) DO UPDATE SET"
                      " expires_at = excluded.expires_at",
                      {{"id", new_id}, {"mail", mail_key}, {"expires", expires_at.us}}));
  RV_ASSIGN(const Row row, session.one("SELECT id FROM ticket_person WHERE mail_key = :mail",
                                       {{"mail", mail_key}}));
  return row.text("id");
}

Result<std::string> person_mail(Session& session, std::string_view id, Instant now) {
  RV_ASSIGN(const Row row, session.one("SELECT mail_key FROM ticket_person WHERE id = :id AND"
                                       " expires_at > :now",
                                       {{"id", id}, {"now", now.us}}));
  return row.text("mail_key");
}

Result<> erase_person(Session& session, std::string_view mail_key) {
  RV_TRY(session.execute("DELETE FROM ticket_person WHERE mail_key = :mail", {{"mail", mail_key}}));
  return {};
}

Result<> insert_erasure(Session& session, const Erasure& erasure) {
  RV_TRY(
      session.execute("INSERT INTO ticket_erasure (id, asked_at, delete_after, bookings, mails,"
                      " consents) VALUES (:id, :asked, :delete, :bookings, :mails, :consents)",
                      {{"id", erasure.id},
                       {"asked", erasure.asked_at.us},
                       {"delete", erasure.delete_after.us},
                       {"bookings", erasure.bookings},
                       {"mails", erasure.mails},
                       {"consents", erasure.consents}}));
  return {};
}

Result<Erasure> find_erasure(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row,
            session.one("SELECT * FROM ticket_erasure WHERE id = :id", {{"id", id}}));
  Erasure erasure{.id = row.text("id"),
                  .asked_at = {row.integer("asked_at")},
                  .done_at = std::nullopt,
                  .delete_after = {row.integer("delete_after")},
                  .bookings = row.integer("bookings"),
                  .mails = row.integer("mails"),
                  .consents = row.integer("consents")};
  if (const auto done = row.maybe_integer("done_at")) erasure.done_at = Instant{*done};
  return erasure;
}

Result<std::int64_t> count_open_erasures(Session& session) {
  RV_ASSIGN(const Row row,
            session.one("SELECT COUNT(*) AS n FROM ticket_erasure WHERE done_at IS NULL"));
  return row.integer("n");
}

Result<std::int64_t> set_erasures_done(Session& session, Instant asked_until, Instant now) {
  return session.execute(
      "UPDATE ticket_erasure SET done_at = :now WHERE done_at IS NULL AND asked_at <= :until",
      {{"now", now.us}, {"until", asked_until.us}});
}

Result<std::int64_t> appointments_of_mail(Session& session, std::string_view mail_key,
                                          Instant now) {
  RV_ASSIGN(const Row row,
            session.one("SELECT COUNT(DISTINCT b.id) AS n FROM booking b JOIN booking_claim c"
                        " ON c.booking = b.id JOIN quota q ON q.id = c.quota WHERE"
                        " b.kind = 'appointment' AND b.state = 'registered' AND"
                        " b.mail_key = :mail AND q.ends_at > :now",
                        {{"mail", mail_key}, {"now", now.us}}));
  return row.integer("n");
}

Result<std::int64_t> appointments_of_device(Session& session, std::string_view device,
                                            Instant now) {
  RV_ASSIGN(const Row row,
            session.one("SELECT COUNT(DISTINCT b.id) AS n FROM booking b JOIN booking_claim c"
                        " ON c.booking = b.id JOIN quota q ON q.id = c.quota WHERE"
                        " b.kind = 'appointment' AND b.state IN ('held', 'registered') AND"
                        " b.device = :device AND q.ends_at > :now",
                        {{"device", device}, {"now", now.us}}));
  return row.integer("n");
}

Result<std::vector<Booking>> appointments_between(Session& session, Instant from, Instant to) {
  RV_ASSIGN(const std::vector<std::string> list,
            ids(session,
                "SELECT DISTINCT b.id AS id FROM booking b JOIN booking_claim c ON c.booking = b.id"
                " JOIN quota q ON q.id = c.quota WHERE b.kind = 'appointment' AND"
                " b.state = 'registered' AND q.ends_at > :from AND q.starts_at < :to ORDER BY b.id",
                {{"from", from.us}, {"to", to.us}}));
  std::vector<Booking> bookings;
  for (const std::string& id : list) {
    RV_ASSIGN(Booking booking, find(session, id));
    bookings.push_back(std::move(booking));
  }
  return bookings;
}

Result<std::int64_t> erase_ended_appointments(Session& session, Instant ended_until) {
  return session.execute(
      "DELETE FROM quota WHERE kind = 'appointment' AND ends_at <= :until AND NOT EXISTS"
      " (SELECT 1 FROM booking_claim c WHERE c.quota = quota.id)",
      {{"until", ended_until.us}});
}

Result<std::vector<std::string>> ended_retention(Session& session, Instant now,
                                                 std::int64_t limit) {
  return ids(session,
             "SELECT id FROM booking WHERE state <> 'held' AND delete_after <= :now LIMIT :limit",
             {{"now", now.us}, {"limit", limit}});
}

Result<> erase_ended_links(Session& session, Instant now) {
  RV_TRY(session.execute("DELETE FROM ticket_person WHERE expires_at <= :now", {{"now", now.us}}));
  RV_TRY(
      session.execute("DELETE FROM ticket_erasure WHERE delete_after <= :now", {{"now", now.us}}));
  return {};
}

}  // namespace revier::ticket::rows
