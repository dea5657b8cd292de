// SPDX-License-Identifier: EUPL-1.2
#include "door/store.h"

#include <array>

namespace revier::door::rows {
namespace {

constexpr std::array kMigrations = {
    records::Migration{
        "door-0001-check-ins",
        "CREATE TABLE door_check_in (id TEXT PRIMARY KEY,"
        " booking TEXT REFERENCES booking (id) ON DELETE CASCADE, code TEXT NOT NULL,"
        " day TEXT NOT NULL, desk TEXT NOT NULL, at BIGINT NOT NULL, device_at BIGINT,"
        " received_at BIGINT NOT NULL, problem TEXT NOT NULL, account TEXT NOT NULL,"
        " undone_at BIGINT, undone_by TEXT NOT NULL, revision BIGINT NOT NULL,"
        " delete_after BIGINT NOT NULL);"
        "CREATE INDEX door_check_in_booking ON door_check_in (booking, day);"
        "CREATE INDEX door_check_in_code ON door_check_in (code, day);"
        "CREATE INDEX door_check_in_day ON door_check_in (day, revision);"
        "CREATE INDEX door_check_in_revision ON door_check_in (revision);"
        "INSERT INTO door_check_in (id, booking, code, day, desk, at, received_at, problem,"
        " account, undone_by, revision, delete_after) SELECT c.code || ' ' || c.day, b.id, c.code,"
        " c.day, c.desk, c.at, c.at, '', '', '', 1, b.delete_after FROM check_in c JOIN booking b"
        " ON b.code = c.code;"
        "DROP TABLE check_in"},
    // Begins far behind the rows that are left: desks may have heard of some that were erased.
    records::Migration{
        "door-0002-revision",
        "CREATE TABLE door_revision (id BIGINT PRIMARY KEY, newest BIGINT NOT NULL);"
        "INSERT INTO door_revision (id, newest) SELECT 1, COALESCE(MAX(revision), 0) + 1000000"
        " FROM door_check_in"}};

constexpr Duration kKeptWithoutBooking = Duration::days(90);

constexpr std::string_view kColumns =
    "SELECT d.id AS id, d.booking AS booking, d.code AS code, d.day AS day, d.desk AS desk,"
    " d.at AS at, d.device_at AS device_at, d.received_at AS received_at, d.problem AS problem,"
    " d.account AS account, d.undone_at AS undone_at, d.undone_by AS undone_by,"
    " d.revision AS revision ";

Problem problem_of(std::string_view name) {
  for (std::size_t i = 0; i < kProblemNames.size(); ++i) {
    if (kProblemNames[i] == name) return static_cast<Problem>(i);
  }
  return Problem::kNone;
}

std::optional<Instant> instant_or_none(const records::Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

CheckIn check_in_from(const records::Row& row) {
  return {.id = row.text("id"),
          .booking = row.text_or("booking", ""),
          .code = row.text("code"),
          .day = row.text("day"),
          .desk = row.text("desk"),
          .at = {row.integer("at")},
          .device_at = instant_or_none(row, "device_at"),
          .received_at = {row.integer("received_at")},
          .problem = problem_of(row.text("problem")),
          .account = row.text("account"),
          .undone_at = instant_or_none(row, "undone_at"),
          .undone_by = row.text("undone_by"),
          .revision = row.integer("revision")};
}

Result<std::vector<CheckIn>> check_ins(records::Session& session, const std::string& sql,
                                       records::Parameters parameters) {
  RV_ASSIGN(const std::vector<records::Row> rows, session.query(sql, parameters, 1'000'000));
  std::vector<CheckIn> list;
  list.reserve(rows.size());
  for (const records::Row& row : rows) list.push_back(check_in_from(row));
  return list;
}

Result<std::vector<Line>> lines(records::Session& session, const std::string& sql,
                                records::Parameters parameters) {
  RV_ASSIGN(const std::vector<records::Row> rows, session.query(sql, parameters, 1'000'000));
  std::vector<Line> list;
  for (const records::Row& row : rows) {
    list.push_back({check_in_from(row), row.text_or("name", "")});
  }
  return list;
}

// Never one that was given before: rows go with their registrations, and a desk that has heard of
// the newest asks for what comes behind it.
Result<std::int64_t> next_revision(records::Session& session) {
  RV_ASSIGN(const records::Row row,
            session.one("UPDATE door_revision SET newest = newest + 1 WHERE id = 1"
                        " RETURNING newest"));
  return row.integer("newest");
}

std::optional<std::string> none_if_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<std::int64_t> erase_ended(records::Session& session, Instant now) {
  return session.execute("DELETE FROM door_check_in WHERE booking IS NULL AND delete_after <= :now",
                         {{"now", now.us}});
}

Result<> insert(records::Session& session, CheckIn& check_in) {
  RV_ASSIGN(check_in.revision, next_revision(session));
  const std::optional<std::int64_t> device =
      check_in.device_at ? std::optional(check_in.device_at->us) : std::nullopt;
  RV_TRY(session.execute(
      "INSERT INTO door_check_in (id, booking, code, day, desk, at, device_at, received_at,"
      " problem, account, undone_by, revision, delete_after) VALUES (:id, :booking, :code, :day,"
      " :desk, :at, :device, :received, :problem, :account, '', :revision, :delete)",
      {{"id", check_in.id},
       {"booking", none_if_empty(check_in.booking)},
       {"code", check_in.code},
       {"day", check_in.day},
       {"desk", check_in.desk},
       {"at", check_in.at.us},
       {"device", device},
       {"received", check_in.received_at.us},
       {"problem", name_of(check_in.problem)},
       {"account", check_in.account},
       {"revision", check_in.revision},
       {"delete", (check_in.received_at + kKeptWithoutBooking).us}}));
  return {};
}

Result<CheckIn> find(records::Session& session, std::string_view id) {
  RV_ASSIGN(
      const records::Row row,
      session.one(std::string(kColumns) + "FROM door_check_in d WHERE d.id = :id", {{"id", id}}));
  return check_in_from(row);
}

Result<> set_undone(records::Session& session, CheckIn& check_in, Instant now,
                    std::string_view by) {
  RV_ASSIGN(check_in.revision, next_revision(session));
  check_in.undone_at = now;
  check_in.undone_by = by;
  RV_TRY(session.execute(
      "UPDATE door_check_in SET undone_at = :now, undone_by = :who,"
      " revision = :revision WHERE id = :id",
      {{"now", now.us}, {"who", by}, {"revision", check_in.revision}, {"id", check_in.id}}));
  return {};
}

Result<std::vector<CheckIn>> standing(records::Session& session, std::string_view booking,
                                      std::string_view code, std::string_view day) {
  if (!booking.empty()) {
    return check_ins(session,
                     std::string(kColumns) +
                         "FROM door_check_in d WHERE d.booking = :booking AND d.day = :day"
                         " AND d.undone_at IS NULL ORDER BY d.at, d.revision",
                     {{"booking", booking}, {"day", day}});
  }
  return check_ins(session,
                   std::string(kColumns) +
                       "FROM door_check_in d WHERE d.code = :code AND d.day = :day"
                       " AND d.booking IS NULL AND d.undone_at IS NULL ORDER BY d.at, d.revision",
                   {{"code", code}, {"day", day}});
}

Result<std::vector<CheckIn>> of_booking(records::Session& session, std::string_view booking) {
  return check_ins(
      session, std::string(kColumns) + "FROM door_check_in d WHERE d.booking = :b ORDER BY d.at",
      {{"b", booking}});
}

Result<std::vector<CheckIn>> since(records::Session& session, std::string_view day,
                                   std::int64_t after, std::int64_t limit) {
  return check_ins(session,
                   std::string(kColumns) +
                       "FROM door_check_in d WHERE d.day = :day AND d.revision > :after"
                       " ORDER BY d.revision, d.id LIMIT :limit",
                   {{"day", day}, {"after", after}, {"limit", limit}});
}

Result<std::vector<Line>> latest(records::Session& session, std::string_view day,
                                 std::int64_t limit) {
  return lines(session,
               std::string(kColumns) +
                   ", b.name AS name FROM door_check_in d LEFT JOIN booking b ON b.id = d.booking"
                   " WHERE d.day = :day ORDER BY d.at DESC, d.revision DESC LIMIT :limit",
               {{"day", day}, {"limit", limit}});
}

Result<std::vector<Line>> conflicts(records::Session& session, std::string_view day) {
  return lines(session,
               std::string(kColumns) +
                   ", b.name AS name FROM door_check_in d LEFT JOIN booking b ON b.id = d.booking"
                   " WHERE d.day = :day AND d.undone_at IS NULL AND (d.problem <> '' OR EXISTS"
                   " (SELECT 1 FROM door_check_in o WHERE o.day = d.day AND o.undone_at IS NULL"
                   " AND o.id <> d.id AND (o.booking = d.booking"
                   " OR (o.booking IS NULL AND d.booking IS NULL AND o.code = d.code))))"
                   " ORDER BY COALESCE(d.booking, d.code), d.at, d.revision",
               {{"day", day}});
}

Result<std::int64_t> count_in(records::Session& session, std::string_view day) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(DISTINCT booking) AS n FROM door_check_in"
                        " WHERE day = :day AND undone_at IS NULL AND problem = ''",
                        {{"day", day}}));
  return row.integer("n");
}

Result<std::vector<Instant>> times(records::Session& session, std::string_view day) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT MIN(at) AS first FROM door_check_in WHERE day = :day"
                          " AND undone_at IS NULL AND problem = '' AND booking IS NOT NULL"
                          " GROUP BY booking ORDER BY first",
                          {{"day", day}}, 1'000'000));
  std::vector<Instant> list;
  for (const records::Row& row : rows) list.push_back({row.integer("first")});
  return list;
}

}  // namespace revier::door::rows
