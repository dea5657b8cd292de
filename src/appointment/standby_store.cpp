// SPDX-License-Identifier: EUPL-1.2
#include "appointment/standby_store.h"

#include <array>

#include "ticket/registrations.h"
#include "web/i18n.h"

namespace revier::appointment::rows {
namespace {

using records::Row;
using records::Session;

constexpr std::array kStandbyMigrations = {records::Migration{
    "appointment-0002-standby",
    "CREATE TABLE standby (id TEXT PRIMARY KEY, counter TEXT NOT NULL, offer TEXT NOT NULL,"
    " first_day TEXT NOT NULL, last_day TEXT NOT NULL, mail TEXT NOT NULL, mail_key TEXT NOT NULL,"
    " language TEXT NOT NULL, asked_at BIGINT NOT NULL, confirmed_at BIGINT,"
    " unanswered BIGINT NOT NULL, delete_after BIGINT NOT NULL);"
    "CREATE INDEX standby_wish ON standby (counter, offer);"
    "CREATE INDEX standby_mail ON standby (mail_key);"
    "CREATE INDEX standby_ends ON standby (delete_after);"
    "CREATE TABLE standby_draw (id TEXT PRIMARY KEY, counter TEXT NOT NULL, offer TEXT NOT NULL,"
    " starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, draw_at BIGINT NOT NULL,"
    " drawn BIGINT NOT NULL, over BIGINT NOT NULL, entry TEXT NOT NULL,"
    " offered_until BIGINT NOT NULL);"
    "CREATE INDEX standby_draw_entry ON standby_draw (entry);"
    "CREATE TABLE standby_turn (draw TEXT NOT NULL, place BIGINT NOT NULL, entry TEXT NOT NULL,"
    " counter TEXT NOT NULL, offer TEXT NOT NULL, starts_at BIGINT NOT NULL, asked_at BIGINT,"
    " PRIMARY KEY (draw, place));"
    "CREATE INDEX standby_turn_entry ON standby_turn (entry, starts_at);"
    "CREATE INDEX standby_turn_ends ON standby_turn (starts_at)"}};

constexpr std::int64_t kEntriesAtOnce = 1'000;

StandbyEntry entry_from(const Row& row) {
  StandbyEntry entry{.id = row.text("id"),
                     .counter = row.text("counter"),
                     .offer = row.text("offer"),
                     .first_day = row.text("first_day"),
                     .last_day = row.text("last_day"),
                     .mail = row.text("mail"),
                     .language = row.text("language"),
                     .asked_at = {row.integer("asked_at")},
                     .confirmed_at = {},
                     .unanswered = row.integer("unanswered"),
                     .delete_after = {row.integer("delete_after")}};
  if (const auto at = row.maybe_integer("confirmed_at")) entry.confirmed_at = Instant{*at};
  return entry;
}

StandbyDraw draw_from(const Row& row) {
  return {.id = row.text("id"),
          .counter = row.text("counter"),
          .offer = row.text("offer"),
          .slot = {{row.integer("starts_at")}, {row.integer("ends_at")}},
          .draw_at = {row.integer("draw_at")},
          .drawn = row.integer("drawn") != 0,
          .over = row.integer("over") != 0,
          .entry = row.text("entry"),
          .offered_until = {row.integer("offered_until")}};
}

Result<std::vector<StandbyEntry>> read_entries(Session& session, std::string_view where,
                                               records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> found,
            session.query("SELECT * FROM standby " + std::string(where), parameters, 1'000'000));
  std::vector<StandbyEntry> list;
  for (const Row& row : found) list.push_back(entry_from(row));
  return list;
}

Result<std::vector<StandbyDraw>> read_draws(Session& session, std::string_view where,
                                            records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> found,
            session.query("SELECT * FROM standby_draw " + std::string(where), parameters, 100'000));
  std::vector<StandbyDraw> list;
  for (const Row& row : found) list.push_back(draw_from(row));
  return list;
}

Result<std::optional<StandbyDraw>> first_draw(Session& session, std::string_view where,
                                              records::Parameters parameters) {
  RV_ASSIGN(std::vector<StandbyDraw> found, read_draws(session, where, parameters));
  if (found.empty()) return std::optional<StandbyDraw>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<std::string>> entries_of(Session& session, std::string_view sql,
                                            records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> found, session.query(sql, parameters, 1'000'000));
  std::vector<std::string> list;
  for (const Row& row : found) list.push_back(row.text("id"));
  return list;
}

}  // namespace

std::span<const records::Migration> standby_migrations() { return kStandbyMigrations; }

Result<> insert_standby(Session& session, const StandbyEntry& entry) {
  RV_TRY(session.execute(
      "INSERT INTO standby (id, counter, offer, first_day, last_day, mail, mail_key, language,"
      " asked_at, confirmed_at, unanswered, delete_after) VALUES (:id, :counter, :offer, :first,"
      " :last, :mail, :mail_key, :language, :asked, NULL, 0, :delete)",
      {{"id", entry.id},
       {"counter", entry.counter},
       {"offer", entry.offer},
       {"first", entry.first_day},
       {"last", entry.last_day},
       {"mail", entry.mail},
       {"mail_key", ticket::mail_key(entry.mail)},
       {"language", entry.language},
       {"asked", entry.asked_at},
       {"delete", entry.delete_after}}));
  return {};
}

Result<StandbyEntry> find_standby(Session& session, std::string_view id) {
  RV_ASSIGN(std::vector<StandbyEntry> found, read_entries(session, "WHERE id = :id", {{"id", id}}));
  if (found.empty()) return fail(Code::kGone, "nobody waits by this link any more");
  return std::move(found.front());
}

Result<StandbyView> view_standby(Session& session, std::string_view id) {
  StandbyView view;
  RV_ASSIGN(view.entry, find_standby(session, id));
  RV_ASSIGN(view.draw, draw_for(session, id));
  RV_ASSIGN(const Row row,
            session.one("SELECT COUNT(*) AS n FROM standby WHERE counter = :counter"
                        " AND offer = :offer AND confirmed_at IS NOT NULL",
                        {{"counter", view.entry.counter}, {"offer", view.entry.offer}}));
  view.waiting = row.integer("n");
  return view;
}

Result<std::vector<StandbyEntry>> standby_of_mail(Session& session, std::string_view mail_key) {
  return read_entries(session, "WHERE mail_key = :mail_key ORDER BY asked_at, id",
                      {{"mail_key", mail_key}});
}

Result<std::vector<StandbyEntry>> standby_for(Session& session, std::string_view counter,
                                              std::string_view offer) {
  return read_entries(session,
                      "WHERE counter = :counter AND offer = :offer AND confirmed_at IS NOT NULL"
                      " ORDER BY id",
                      {{"counter", counter}, {"offer", offer}});
}

Result<std::vector<StandbyEntry>> ended_standby(Session& session, Instant now) {
  return read_entries(session, "WHERE delete_after <= :now ORDER BY delete_after, id LIMIT :limit",
                      {{"now", now}, {"limit", kEntriesAtOnce}});
}

Result<> confirm_standby(Session& session, const StandbyEntry& entry) {
  RV_TRY(session.execute(
      "UPDATE standby SET confirmed_at = :now, delete_after = :delete WHERE id = :id",
      {{"now", entry.confirmed_at}, {"delete", entry.delete_after}, {"id", entry.id}}));
  return {};
}

Result<> set_unanswered(Session& session, const StandbyEntry& entry) {
  RV_TRY(session.execute("UPDATE standby SET unanswered = :unanswered WHERE id = :id",
                         {{"unanswered", entry.unanswered}, {"id", entry.id}}));
  return {};
}

Result<> erase_standby(Session& session, std::string_view id) {
  RV_TRY(session.execute("DELETE FROM standby_turn WHERE entry = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM standby WHERE id = :id", {{"id", id}}));
  return {};
}

Result<std::vector<StandbyGroup>> standby_groups(Session& session) {
  RV_ASSIGN(const std::vector<Row> found,
            session.query("SELECT DISTINCT counter, offer FROM standby"
                          " WHERE confirmed_at IS NOT NULL ORDER BY counter, offer"));
  std::vector<StandbyGroup> list;
  for (const Row& row : found) list.push_back({row.text("counter"), row.text("offer")});
  return list;
}

Result<std::vector<std::string>> candidates(Session& session, const StandbyDraw& draw) {
  return entries_of(
      session,
      "SELECT id FROM standby WHERE counter = :counter AND offer = :offer"
      " AND confirmed_at IS NOT NULL AND first_day <= :day1 AND last_day >= :day2"
      " AND id NOT IN (SELECT entry FROM standby_draw)"
      " AND id NOT IN (SELECT entry FROM standby_turn WHERE counter = :counter2"
      " AND offer = :offer2 AND starts_at = :starts AND asked_at IS NOT NULL) ORDER BY id",
      {{"counter", draw.counter},
       {"offer", draw.offer},
       {"day1", web::iso_date(draw.slot.from)},
       {"day2", web::iso_date(draw.slot.from)},
       {"counter2", draw.counter},
       {"offer2", draw.offer},
       {"starts", draw.slot.from}});
}

Result<std::int64_t> count_collecting(Session& session, std::string_view counter,
                                      std::string_view offer) {
  RV_ASSIGN(const Row row, session.one("SELECT COUNT(*) AS n FROM standby_draw WHERE"
                                       " counter = :counter AND offer = :offer AND drawn = 0",
                                       {{"counter", counter}, {"offer", offer}}));
  return row.integer("n");
}

Result<> insert_draw(Session& session, const StandbyDraw& draw) {
  RV_TRY(session.execute(
      "INSERT INTO standby_draw (id, counter, offer, starts_at, ends_at, draw_at, drawn, over,"
      " entry, offered_until) VALUES (:id, :counter, :offer, :from, :to, :draw_at, 0, 0, '', 0)",
      {{"id", draw.id},
       {"counter", draw.counter},
       {"offer", draw.offer},
       {"from", draw.slot.from},
       {"to", draw.slot.to},
       {"draw_at", draw.draw_at}}));
  return {};
}

Result<bool> put_draw(Session& session, const StandbyDraw& draw) {
  RV_ASSIGN(const std::int64_t changed,
            session.execute("UPDATE standby_draw SET drawn = :drawn, over = :over, entry = :entry,"
                            " offered_until = :until WHERE id = :id",
                            {{"drawn", draw.drawn ? 1 : 0},
                             {"over", draw.over ? 1 : 0},
                             {"entry", draw.entry},
                             {"until", draw.offered_until},
                             {"id", draw.id}}));
  return changed > 0;
}

Result<std::optional<StandbyDraw>> find_draw(Session& session, std::string_view id) {
  return first_draw(session, "WHERE id = :id", {{"id", id}});
}

Result<std::optional<StandbyDraw>> draw_for(Session& session, std::string_view entry) {
  return first_draw(session, "WHERE entry = :entry", {{"entry", entry}});
}

Result<std::vector<StandbyDraw>> draws(Session& session) {
  return read_draws(session, "ORDER BY draw_at, id", {});
}

Result<std::vector<StandbyDraw>> due_draws(Session& session, Instant now) {
  return read_draws(session,
                    "WHERE over = 1 OR (drawn = 0 AND draw_at <= :now1) OR (drawn = 1 AND"
                    " (entry = '' OR offered_until <= :now2)) ORDER BY draw_at, id",
                    {{"now1", now}, {"now2", now}});
}

Result<> erase_draw(Session& session, std::string_view id) {
  RV_TRY(session.execute("DELETE FROM standby_draw WHERE id = :id", {{"id", id}}));
  return {};
}

Result<> insert_turns(Session& session, const StandbyDraw& draw,
                      std::span<const std::string> entries) {
  std::int64_t place = 0;
  for (const std::string& entry : entries) {
    RV_TRY(session.execute(
        "INSERT INTO standby_turn (draw, place, entry, counter, offer, starts_at, asked_at)"
        " VALUES (:draw, :place, :entry, :counter, :offer, :starts, NULL)",
        {{"draw", draw.id},
         {"place", ++place},
         {"entry", entry},
         {"counter", draw.counter},
         {"offer", draw.offer},
         {"starts", draw.slot.from}}));
  }
  return {};
}

Result<std::vector<std::string>> turns(Session& session, std::string_view draw) {
  return entries_of(session,
                    "SELECT entry AS id FROM standby_turn WHERE draw = :draw ORDER BY place",
                    {{"draw", draw}});
}

Result<> set_asked(Session& session, const StandbyDraw& draw, Instant now) {
  RV_TRY(session.execute(
      "UPDATE standby_turn SET asked_at = :now WHERE draw = :draw AND entry = :entry",
      {{"now", now}, {"draw", draw.id}, {"entry", draw.entry}}));
  return {};
}

Result<std::int64_t> erase_ended_turns(Session& session, Instant now) {
  return session.execute("DELETE FROM standby_turn WHERE starts_at <= :now", {{"now", now}});
}

}  // namespace revier::appointment::rows
