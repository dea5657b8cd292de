// SPDX-License-Identifier: EUPL-1.2
#include "ticket/booking_store.h"

#include <algorithm>
#include <array>

#include "ticket/detail/quota_list.h"
#include "web/fold.h"

namespace revier::ticket::rows {
namespace {

constexpr std::array kMigrations = {
    records::Migration{
        "ticket-0001-bookings",
        "CREATE TABLE quota (id TEXT PRIMARY KEY, event TEXT NOT NULL, kind TEXT NOT NULL,"
        " entity TEXT NOT NULL, title_de TEXT NOT NULL, title_en TEXT NOT NULL,"
        " starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, opens_at BIGINT NOT NULL,"
        " closes_at BIGINT NOT NULL, capacity BIGINT NOT NULL CHECK (capacity >= 0),"
        " seats_a_person_max BIGINT NOT NULL);"
        "CREATE TABLE booking (id TEXT PRIMARY KEY, state TEXT NOT NULL,"
        " created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, delete_after BIGINT NOT NULL,"
        " device TEXT NOT NULL, hold_key TEXT UNIQUE, language TEXT NOT NULL,"
        " name TEXT NOT NULL, mail TEXT NOT NULL, mail_key TEXT NOT NULL, code TEXT UNIQUE,"
        " register_key TEXT UNIQUE, digest TEXT NOT NULL, registered_at BIGINT,"
        " cancelled_at BIGINT);"
        "CREATE INDEX booking_state ON booking (state, expires_at);"
        "CREATE INDEX booking_mail ON booking (mail_key);"
        "CREATE INDEX booking_device ON booking (device);"
        "CREATE TABLE booking_claim (booking TEXT NOT NULL REFERENCES booking (id)"
        " ON DELETE CASCADE, quota TEXT NOT NULL REFERENCES quota (id), seats BIGINT NOT NULL"
        " CHECK (seats > 0), state TEXT NOT NULL, place BIGINT NOT NULL,"
        " PRIMARY KEY (booking, quota));"
        "CREATE INDEX booking_claim_quota ON booking_claim (quota, state);"
        "CREATE TABLE check_in (code TEXT NOT NULL REFERENCES booking (code) ON DELETE CASCADE,"
        " day TEXT NOT NULL, desk TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (code, day))"},
    records::Migration{
        "ticket-0002-offers",
        "ALTER TABLE booking_claim ADD COLUMN offered_until BIGINT NOT NULL DEFAULT 0;"
        "CREATE INDEX booking_claim_offer ON booking_claim (offered_until)"
        " WHERE state = 'offered';"
        "ALTER TABLE booking ADD COLUMN confirm_by BIGINT;"
        "ALTER TABLE booking ADD COLUMN confirmed_at BIGINT;"
        "CREATE INDEX booking_confirm ON booking (confirm_by)"
        " WHERE confirm_by IS NOT NULL AND confirmed_at IS NULL;"
        "CREATE TABLE ticket_person (id TEXT PRIMARY KEY, mail_key TEXT NOT NULL UNIQUE,"
        " expires_at BIGINT NOT NULL);"
        "CREATE TABLE ticket_erasure (id TEXT PRIMARY KEY, asked_at BIGINT NOT NULL,"
        " done_at BIGINT, delete_after BIGINT NOT NULL, bookings BIGINT NOT NULL,"
        " mails BIGINT NOT NULL, consents BIGINT NOT NULL)"},
    records::Migration{"ticket-0003-appointments",
                       "ALTER TABLE booking ADD COLUMN kind TEXT NOT NULL DEFAULT 'registration';"
                       "ALTER TABLE booking ADD COLUMN subject TEXT NOT NULL DEFAULT '';"
                       "CREATE INDEX booking_kind ON booking (kind, state)"},
    records::Migration{
        "ticket-0004-standing",
        "ALTER TABLE quota ADD COLUMN standing TEXT NOT NULL DEFAULT 'open';"
        "ALTER TABLE booking_claim ADD COLUMN told_standing TEXT NOT NULL DEFAULT 'open';"
        "ALTER TABLE booking_claim ADD COLUMN told_starts_at BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE booking_claim ADD COLUMN told_ends_at BIGINT NOT NULL DEFAULT 0;"
        "UPDATE booking_claim SET"
        " told_starts_at = (SELECT q.starts_at FROM quota q WHERE q.id = booking_claim.quota),"
        " told_ends_at = (SELECT q.ends_at FROM quota q WHERE q.id = booking_claim.quota)"},
    records::Migration{"ticket-0005-extended",
                       "ALTER TABLE booking ADD COLUMN extended BIGINT NOT NULL DEFAULT 0"},
    records::Migration{"ticket-0006-renewed",
                       "ALTER TABLE booking ADD COLUMN renewed_at BIGINT;"
                       "CREATE INDEX booking_renewed ON booking (id) WHERE renewed_at IS NOT NULL"},
    // Folded as neither system's LOWER does; fill_name_keys() fills it for rows that are there.
    records::Migration{"ticket-0007-name-key", "ALTER TABLE booking ADD COLUMN name_key TEXT"},
    records::Migration{"ticket-0008-call-number",
                       "CREATE INDEX booking_call_number ON booking (SUBSTR(code, 1, 4))"},
    records::Migration{
        "ticket-0009-announcements",
        "CREATE TABLE ticket_announcement (id TEXT PRIMARY KEY, event TEXT NOT NULL,"
        " quota TEXT NOT NULL, to_waiting BIGINT NOT NULL, subject_de TEXT NOT NULL,"
        " subject_en TEXT NOT NULL, text_de TEXT NOT NULL, text_en TEXT NOT NULL,"
        " sent_by TEXT NOT NULL, asked_at BIGINT NOT NULL, delete_after BIGINT NOT NULL,"
        " reached TEXT NOT NULL, written BIGINT NOT NULL, all_written BIGINT NOT NULL)"}};

constexpr std::string_view kBookingColumns =
    "SELECT id, state, created_at, expires_at, delete_after, language, name, mail, code, digest,"
    " registered_at, cancelled_at, confirm_by, confirmed_at, kind, subject, extended, renewed_at"
    " FROM booking ";
constexpr std::string_view kLive = " AND b.state IN ('held', 'registered')";

std::string_view name_of(BookingState state) {
  switch (state) {
    case BookingState::kHeld:
      return "held";
    case BookingState::kRegistered:
      return "registered";
    case BookingState::kCancelled:
      return "cancelled";
    case BookingState::kPassedOn:
      return "passed_on";
  }
  return "held";
}

BookingState state_of(std::string_view name) {
  if (name == "registered") return BookingState::kRegistered;
  if (name == "passed_on") return BookingState::kPassedOn;
  return name == "held" ? BookingState::kHeld : BookingState::kCancelled;
}

std::string_view name_of(ClaimState state) {
  if (state == ClaimState::kOffered) return "offered";
  return state == ClaimState::kTaken ? "taken" : "waiting";
}

ClaimState claim_state_of(std::string_view name) {
  if (name == "offered") return ClaimState::kOffered;
  return name == "taken" ? ClaimState::kTaken : ClaimState::kWaiting;
}

std::string_view name_of(BookingKind kind) {
  return kind == BookingKind::kAppointment ? "appointment" : "registration";
}

BookingKind booking_kind_of(std::string_view name) {
  return name == "appointment" ? BookingKind::kAppointment : BookingKind::kRegistration;
}

std::string_view name_of(Standing standing) {
  if (standing == Standing::kCancelled) return "cancelled";
  return standing == Standing::kRemoved ? "removed" : "open";
}

std::string_view name_of(QuotaKind kind) {
  if (kind == QuotaKind::kAppointment) return "appointment";
  return kind == QuotaKind::kDay ? "day" : "session";
}

QuotaKind quota_kind_of(std::string_view name) {
  if (name == "appointment") return QuotaKind::kAppointment;
  return name == "day" ? QuotaKind::kDay : QuotaKind::kSession;
}

Claim claim_from(const records::Row& row) {
  return {.quota = row.text("quota"),
          .seats = row.integer("seats"),
          .state = claim_state_of(row.text("state")),
          .place = row.integer("place"),
          .offered_until = {row.integer("offered_until")}};
}

std::optional<Instant> instant_or_none(const records::Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

Booking booking_from(const records::Row& row) {
  return {.id = row.text("id"),
          .kind = booking_kind_of(row.text("kind")),
          .subject = row.text("subject"),
          .state = state_of(row.text("state")),
          .claims = {},
          .created_at = {row.integer("created_at")},
          .expires_at = {row.integer("expires_at")},
          .delete_after = {row.integer("delete_after")},
          .language = row.text("language"),
          .name = row.text("name"),
          .mail = row.text("mail"),
          .code = row.text_or("code", ""),
          .registered_at = instant_or_none(row, "registered_at"),
          .cancelled_at = instant_or_none(row, "cancelled_at"),
          .confirm_by = instant_or_none(row, "confirm_by"),
          .confirmed_at = instant_or_none(row, "confirmed_at"),
          .extended = row.integer("extended") != 0,
          .renewed_at = instant_or_none(row, "renewed_at")};
}

Result<std::vector<Claim>> claims_of(records::Session& session, std::string_view sql,
                                     std::string_view value) {
  RV_ASSIGN(const std::vector<records::Row> rows, session.query(sql, {{"value", value}}));
  std::vector<Claim> claims;
  for (const records::Row& row : rows) claims.push_back(claim_from(row));
  return claims;
}

Result<> load_claims(records::Session& session, Booking& booking) {
  RV_ASSIGN(booking.claims,
            claims_of(session,
                      "SELECT quota, seats, state, place, offered_until FROM booking_claim"
                      " WHERE booking = :value ORDER BY quota",
                      booking.id));
  return {};
}

Result<KeyedBooking> find_where(records::Session& session, std::string_view condition,
                                std::string_view value) {
  RV_ASSIGN(const records::Row row,
            session.one(std::string(kBookingColumns) + std::string(condition), {{"value", value}}));
  KeyedBooking found{.booking = booking_from(row), .digest = row.text("digest")};
  RV_TRY(load_claims(session, found.booking));
  return found;
}

std::optional<std::string> none_if_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

// Case of a search in SQL's LIKE: the pattern's own signs are escaped.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

constexpr std::string_view kSearchWhere =
    "WHERE state <> 'held' AND kind = 'registration' AND (:text = '%%'"
    " OR name_key LIKE :text1 ESCAPE '\\'"
    " OR mail_key LIKE LOWER(:text2) ESCAPE '\\' OR code LIKE UPPER(:text3) ESCAPE '\\')"
    " AND (:quota = '' OR EXISTS (SELECT 1 FROM booking_claim c WHERE c.booking = booking.id"
    " AND c.quota = :quota1))"
    " AND (:events = '' OR EXISTS (SELECT 1 FROM booking_claim c JOIN quota q ON q.id = c.quota"
    " WHERE c.booking = booking.id AND :events1 LIKE '%,' || REPLACE(q.event, '_', '\\_') || ',%'"
    " ESCAPE '\\')) ";

// ",a,b,"; empty for all events.
std::string event_list(const std::optional<std::vector<std::string>>& events) {
  if (!events) return {};
  std::string list = ",";
  for (const std::string& event : *events) list += event + ",";
  return list;
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Standing standing_of(std::string_view name) {
  if (name == "cancelled") return Standing::kCancelled;
  return name == "removed" ? Standing::kRemoved : Standing::kOpen;
}

Result<> put_quota(records::Session& session, const Quota& quota) {
  RV_TRY(session.execute(
      "INSERT INTO quota (id, event, kind, entity, title_de, title_en, starts_at, ends_at,"
      " opens_at, closes_at, capacity, seats_a_person_max, standing) VALUES (:id, :event, :kind,"
      " :entity, :title_de, :title_en, :starts_at, :ends_at, :opens_at, :closes_at, :capacity,"
      " :person, :standing)"
      " ON CONFLICT (id) DO UPDATE SET event = excluded.event, kind = excluded.kind,"
      " entity = excluded.entity, title_de = excluded.title_de, title_en = excluded.title_en,"
      " starts_at = excluded.starts_at, ends_at = excluded.ends_at, opens_at = excluded.opens_at,"
      " closes_at = excluded.closes_at, capacity = excluded.capacity,"
      " seats_a_person_max = excluded.seats_a_person_max, standing = excluded.standing",
      {{"id", quota.id},
       {"event", quota.event},
       {"kind", name_of(quota.kind)},
       {"entity", quota.entity},
       {"title_de", quota.title_de},
       {"title_en", quota.title_en},
       {"starts_at", quota.starts_at.us},
       {"ends_at", quota.ends_at.us},
       {"opens_at", quota.opens_at.us},
       {"closes_at", quota.closes_at.us},
       {"capacity", quota.capacity},
       {"person", quota.seats_a_person_max},
       {"standing", name_of(quota.standing)}}));
  return {};
}

Result<std::vector<Quota>> quotas(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT * FROM quota ORDER BY starts_at, id", {}, 10'000'000));
  std::vector<Quota> list;
  for (const records::Row& row : rows) {
    list.push_back({.id = row.text("id"),
                    .event = row.text("event"),
                    .kind = quota_kind_of(row.text("kind")),
                    .entity = row.text("entity"),
                    .title_de = row.text("title_de"),
                    .title_en = row.text("title_en"),
                    .starts_at = {row.integer("starts_at")},
                    .ends_at = {row.integer("ends_at")},
                    .opens_at = {row.integer("opens_at")},
                    .closes_at = {row.integer("closes_at")},
                    .capacity = row.integer("capacity"),
                    .seats_a_person_max = row.integer("seats_a_person_max"),
                    .standing = standing_of(row.text("standing"))});
  }
  return list;
}

Result<> insert_hold(records::Session& session, const Booking& booking, const HoldRequest& request,
                     std::string_view digest) {
  RV_TRY(session.execute(
      "INSERT INTO booking (id, state, created_at, expires_at, delete_after, device, hold_key,"
      " language, name, mail, mail_key, digest, kind, subject) VALUES (:id, :state, :created,"
      " :expires, :delete, :device, :hold_key, '', '', '', '', :digest, :kind, :subject)",
      {{"id", booking.id},
       {"state", name_of(booking.state)},
       {"created", booking.created_at.us},
       {"expires", booking.expires_at.us},
       {"delete", booking.delete_after.us},
       {"device", request.device},
       {"hold_key", none_if_empty(request.idempotency_key)},
       {"digest", digest},
       {"kind", name_of(booking.kind)},
       {"subject", booking.subject}}));
  for (const Claim& claim : booking.claims) RV_TRY(insert_claim(session, booking.id, claim));
  return {};
}

Result<> insert_claim(records::Session& session, std::string_view booking, const Claim& claim) {
  RV_TRY(
      session.execute("INSERT INTO booking_claim (booking, quota, seats, state, place,"
                      " told_standing, told_starts_at, told_ends_at) VALUES (:booking, :quota,"
                      " :seats, :state, :place, (SELECT standing FROM quota WHERE id = :quota1),"
                      " (SELECT starts_at FROM quota WHERE id = :quota2),"
                      " (SELECT ends_at FROM quota WHERE id = :quota3))",
                      {{"booking", booking},
                       {"quota", claim.quota},
                       {"seats", claim.seats},
                       {"state", name_of(claim.state)},
                       {"place", claim.place},
                       {"quota1", claim.quota},
                       {"quota2", claim.quota},
                       {"quota3", claim.quota}}));
  return {};
}

Result<Booking> find(records::Session& session, std::string_view id) {
  RV_ASSIGN(KeyedBooking found, find_where(session, "WHERE id = :value", id));
  return std::move(found.booking);
}

Result<Booking> find_by_code(records::Session& session, std::string_view code) {
  RV_ASSIGN(KeyedBooking found,
            find_where(session, "WHERE code = :value AND kind = 'registration'", code));
  return std::move(found.booking);
}

Result<bool> is_called_so(records::Session& session, std::string_view code) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM booking WHERE SUBSTR(code, 1, 4) = :begin AND"
                        " kind = 'appointment' AND state = 'registered'",
                        {{"begin", code.substr(0, 4)}}));
  return row.integer("n") > 0;
}

Result<KeyedBooking> find_by_hold_key(records::Session& session, std::string_view key) {
  return find_where(session, "WHERE hold_key = :value", key);
}

Result<KeyedBooking> find_by_register_key(records::Session& session, std::string_view key) {
  return find_where(session, "WHERE register_key = :value", key);
}

Result<> set_registered(records::Session& session, const RegisterRow& row) {
  RV_TRY(session.execute(
      "UPDATE booking SET state = 'registered', name = :name, name_key = :name_key,"
      " mail = :mail, mail_key = :mail_key,"
      " language = :language, code = :code, register_key = :key, digest = :digest,"
      " registered_at = :now, delete_after = :delete, confirm_by = :confirm WHERE id = :id",
      {{"name", row.request.name},
       {"name_key", web::fold_text(row.request.name)},
       {"mail", row.request.mail},
       {"mail_key", row.mail_key},
       {"language", row.request.language},
       {"code", row.code},
       {"key", none_if_empty(row.request.idempotency_key)},
       {"digest", row.digest},
       {"now", row.now.us},
       {"delete", row.delete_after.us},
       {"confirm", row.confirm_by},
       {"id", row.request.booking}}));
  return {};
}

Result<> set_cancelled(records::Session& session, std::string_view id, Instant now) {
  RV_TRY(session.execute("DELETE FROM booking_claim WHERE booking = :id", {{"id", id}}));
  RV_TRY(
      session.execute("UPDATE booking SET state = 'cancelled', cancelled_at = :now WHERE id = :id",
                      {{"now", now.us}, {"id", id}}));
  return {};
}

Result<> set_extended(records::Session& session, std::string_view id, Instant until) {
  RV_TRY(
      session.execute("UPDATE booking SET expires_at = :until, delete_after = :until1,"
                      " extended = 1 WHERE id = :id",
                      {{"until", until.us}, {"until1", until.us}, {"id", id}}));
  return {};
}

Result<> erase(records::Session& session, std::string_view id) {
  RV_TRY(session.execute("DELETE FROM booking_claim WHERE booking = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM booking WHERE id = :id", {{"id", id}}));
  return {};
}

Result<> set_taken(records::Session& session, std::string_view id, std::string_view quota) {
  RV_TRY(
      session.execute("UPDATE booking_claim SET state = 'taken', place = 0, offered_until = 0"
                      " WHERE booking = :id AND quota = :quota",
                      {{"id", id}, {"quota", quota}}));
  return {};
}

Result<std::vector<std::string>> ended_holds(records::Session& session, Instant now,
                                             std::int64_t limit) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT id FROM booking WHERE state = 'held' AND expires_at <= :now"
                          " ORDER BY expires_at, id LIMIT :limit",
                          {{"now", now.us}, {"limit", limit}}));
  std::vector<std::string> ids;
  for (const records::Row& row : rows) ids.push_back(row.text("id"));
  return ids;
}

Result<std::vector<ClaimRow>> live_claims(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT c.booking AS booking, c.quota AS quota, c.seats AS seats,"
                          " c.state AS state, c.place AS place,"
                          " c.offered_until AS offered_until FROM booking_claim c"
                          " JOIN booking b ON b.id = c.booking WHERE 1 = 1" +
                              std::string(kLive),
                          {}, 10'000'000));
  std::vector<ClaimRow> claims;
  claims.reserve(rows.size());
  for (const records::Row& row : rows) claims.push_back({row.text("booking"), claim_from(row)});
  return claims;
}

Result<std::vector<Renewed>> renewed(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> list,
            session.query("SELECT id, renewed_at FROM booking WHERE renewed_at IS NOT NULL", {}));
  std::vector<Renewed> all;
  for (const records::Row& row : list) {
    all.push_back({row.text("id"), {row.integer("renewed_at")}});
  }
  return all;
}

Result<std::vector<Claim>> claims_of_mail(records::Session& session, std::string_view mail_key) {
  return claims_of(
      session,
      "SELECT c.quota AS quota, c.seats AS seats, c.state AS state, c.place AS place,"
      " c.offered_until AS offered_until FROM booking b JOIN booking_claim c ON c.booking = b.id"
      " WHERE b.mail_key = :value" +
          std::string(kLive),
      mail_key);
}

Result<std::vector<Claim>> claims_of_device(records::Session& session, std::string_view device) {
  return claims_of(
      session,
      "SELECT c.quota AS quota, c.seats AS seats, c.state AS state, c.place AS place,"
      " c.offered_until AS offered_until FROM booking b JOIN booking_claim c ON c.booking = b.id"
      " WHERE b.device = :value" +
          std::string(kLive),
      device);
}

Result<> fill_name_keys(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT id, name FROM booking WHERE name_key IS NULL AND name <> ''", {},
                          10'000'000));
  for (const records::Row& row : rows) {
    RV_TRY(session.execute("UPDATE booking SET name_key = :key WHERE id = :id",
                           {{"key", web::fold_text(row.text("name"))}, {"id", row.text("id")}}));
  }
  return {};
}

Result<std::vector<Booking>> search(records::Session& session, const Search& search) {
  const std::string text = like_pattern(search.text);
  const std::string name = like_pattern(web::fold_text(search.text));
  const std::string events = event_list(search.events);
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(std::string(kBookingColumns) + std::string(kSearchWhere) +
                              "ORDER BY registered_at DESC, id LIMIT :limit OFFSET :offset",
                          {{"text", text},
                           {"text1", name},
                           {"text2", text},
                           {"text3", text},
                           {"quota", search.quota},
                           {"quota1", search.quota},
                           {"events", events},
                           {"events1", events},
                           {"limit", std::clamp<std::int64_t>(search.limit, 1, 10'000)},
                           {"offset", std::max<std::int64_t>(search.offset, 0)}}));
  std::vector<Booking> bookings;
  for (const records::Row& row : rows) {
    bookings.push_back(booking_from(row));
    RV_TRY(load_claims(session, bookings.back()));
  }
  return bookings;
}

Result<std::int64_t> count(records::Session& session, const Search& search) {
  const std::string text = like_pattern(search.text);
  const std::string name = like_pattern(web::fold_text(search.text));
  const std::string events = event_list(search.events);
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM booking " + std::string(kSearchWhere),
                        {{"text", text},
                         {"text1", name},
                         {"text2", text},
                         {"text3", text},
                         {"quota", search.quota},
                         {"quota1", search.quota},
                         {"events", events},
                         {"events1", events}}));
  return row.integer("n");
}

Result<std::int64_t> count_registered(records::Session& session) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM booking WHERE state = 'registered'"
                        " AND kind = 'registration' AND EXISTS (SELECT 1 FROM booking_claim c"
                        " WHERE c.booking = booking.id AND c.state = 'taken')"));
  return row.integer("n");
}

Result<std::int64_t> count_registered(records::Session& session,
                                      std::span<const std::string> quotas) {
  if (quotas.empty()) return 0;
  const detail::QuotaList list(quotas);
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM booking WHERE state = 'registered'"
                        " AND EXISTS (SELECT 1 FROM booking_claim c WHERE c.booking = booking.id"
                        " AND c.state = 'taken' AND c.quota IN (" +
                            list.sql + "))",
                        list.parameters));
  return row.integer("n");
}

}  // namespace revier::ticket::rows
