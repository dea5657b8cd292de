// SPDX-License-Identifier: EUPL-1.2
#include "ticket/announcements_store.h"

namespace revier::ticket::rows {
namespace {

using records::Row;
using records::Session;

// Of a registration that stands and of an announcement, without those who only wait.
constexpr std::string_view kRecipient =
    " b.state = 'registered' AND b.kind = 'registration' AND b.mail <> ''"
    " AND b.registered_at <= a.asked_at AND EXISTS (SELECT 1 FROM booking_claim c"
    " JOIN quota q ON q.id = c.quota WHERE c.booking = b.id AND q.event = a.event"
    " AND (a.quota = '' OR a.quota = c.quota) AND (a.to_waiting <> 0 OR c.state = 'taken'))";

Announcement announcement_from(const Row& row) {
  return {.id = row.text("id"),
          .event = row.text("event"),
          .quota = row.text("quota"),
          .to_waiting = row.integer("to_waiting") != 0,
          .subject_de = row.text("subject_de"),
          .subject_en = row.text("subject_en"),
          .text_de = row.text("text_de"),
          .text_en = row.text("text_en"),
          .sent_by = row.text("sent_by"),
          .asked_at = {row.integer("asked_at")},
          .delete_after = {row.integer("delete_after")},
          .reached = row.text("reached"),
          .written = row.integer("written"),
          .all_written = row.integer("all_written") != 0};
}

Result<std::vector<Announcement>> read_all(Session& session, const std::string& sql,
                                           records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> found, session.query(sql, parameters));
  std::vector<Announcement> list;
  for (const Row& row : found) list.push_back(announcement_from(row));
  return list;
}

// The announcement that is asked for, as a table "a" of one row, whether it is stored or not.
constexpr std::string_view kOne =
    "(SELECT CAST(:event AS TEXT) AS event, CAST(:quota AS TEXT) AS quota,"
    " CAST(:to_waiting AS BIGINT) AS to_waiting, CAST(:asked_at AS BIGINT) AS asked_at) a";

std::vector<records::Parameter> one(const Announcement& announcement) {
  return {{"event", announcement.event},
          {"quota", announcement.quota},
          {"to_waiting", announcement.to_waiting ? 1 : 0},
          {"asked_at", announcement.asked_at.us}};
}

}  // namespace

Result<bool> insert_announcement(Session& session, const Announcement& announcement) {
  RV_ASSIGN(const std::int64_t rows,
            session.execute("INSERT INTO ticket_announcement (id, event, quota, to_waiting,"
                            " subject_de, subject_en, text_de, text_en, sent_by, asked_at,"
                            " delete_after, reached, written, all_written) VALUES (:id, :event,"
                            " :quota, :to_waiting, :subject_de, :subject_en, :text_de, :text_en,"
                            " :sent_by, :asked_at, :delete_after, '', 0, 0)"
                            " ON CONFLICT (id) DO NOTHING",
                            {{"id", announcement.id},
                             {"event", announcement.event},
                             {"quota", announcement.quota},
                             {"to_waiting", announcement.to_waiting ? 1 : 0},
                             {"subject_de", announcement.subject_de},
                             {"subject_en", announcement.subject_en},
                             {"text_de", announcement.text_de},
                             {"text_en", announcement.text_en},
                             {"sent_by", announcement.sent_by},
                             {"asked_at", announcement.asked_at.us},
                             {"delete_after", announcement.delete_after.us}}));
  return rows > 0;
}

Result<Announcement> find_announcement(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row,
            session.one("SELECT * FROM ticket_announcement WHERE id = :id", {{"id", id}}));
  return announcement_from(row);
}

Result<std::vector<Announcement>> announcements(Session& session, std::int64_t limit) {
  return read_all(session,
                  "SELECT * FROM ticket_announcement ORDER BY asked_at DESC, id LIMIT :limit",
                  {{"limit", limit}});
}

Result<std::vector<std::string>> open_announcements(Session& session) {
  RV_ASSIGN(const std::vector<Row> found,
            session.query("SELECT id FROM ticket_announcement WHERE all_written = 0"
                          " ORDER BY asked_at, id"));
  std::vector<std::string> ids;
  for (const Row& row : found) ids.push_back(row.text("id"));
  return ids;
}

Result<> set_reached(Session& session, const Announcement& announcement) {
  RV_TRY(
      session.execute("UPDATE ticket_announcement SET reached = :reached, written = :written,"
                      " all_written = :all_written WHERE id = :id",
                      {{"reached", announcement.reached},
                       {"written", announcement.written},
                       {"all_written", announcement.all_written ? 1 : 0},
                       {"id", announcement.id}}));
  return {};
}

Result<std::int64_t> erase_ended_announcements(Session& session, Instant now) {
  return session.execute("DELETE FROM ticket_announcement WHERE delete_after < :now",
                         {{"now", now.us}});
}

Result<std::vector<std::string>> recipients(Session& session, const Announcement& announcement,
                                            std::int64_t limit) {
  std::vector<records::Parameter> parameters = one(announcement);
  parameters.emplace_back("reached", announcement.reached);
  parameters.emplace_back("limit", limit);
  RV_ASSIGN(
      const std::vector<Row> found,
      session.query("SELECT b.id AS id FROM booking b, " + std::string(kOne) + " WHERE" +
                        std::string(kRecipient) + " AND b.id > :reached ORDER BY b.id LIMIT :limit",
                    parameters));
  std::vector<std::string> ids;
  for (const Row& row : found) ids.push_back(row.text("id"));
  return ids;
}

Result<std::int64_t> count_recipients(Session& session, const Announcement& announcement) {
  RV_ASSIGN(const Row row, session.one("SELECT COUNT(*) AS n FROM booking b, " + std::string(kOne) +
                                           " WHERE" + std::string(kRecipient),
                                       one(announcement)));
  return row.integer("n");
}

}  // namespace revier::ticket::rows
