// SPDX-License-Identifier: EUPL-1.2
#include "mail/outbox.h"

#include <algorithm>
#include <array>

namespace revier::mail {
namespace {

constexpr std::array kMigrations = {records::Migration{
    "mail-0001-outbox",
    "CREATE TABLE mail_outbox ("
    " id BIGINT PRIMARY KEY, message_key TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL,"
    " recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,"
    " written_at BIGINT NOT NULL, delete_after BIGINT NOT NULL);"
    "CREATE INDEX mail_outbox_recipient ON mail_outbox (recipient, written_at)"}};

constexpr std::string_view kColumns =
    "SELECT id, message_key, purpose, recipient, subject, body, written_at, delete_after "
    "FROM mail_outbox ";

StoredMessage from_row(const records::Row& row) {
  return {.id = row.integer("id"),
          .message = {.key = row.text("message_key"),
                      .purpose = row.text("purpose"),
                      .to = row.text("recipient"),
                      .subject = row.text("subject"),
                      .text = row.text("body"),
                      .delete_after = {row.integer("delete_after")}},
          .written_at = {row.integer("written_at")}};
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<> enqueue(records::Session& session, const Message& message, Instant now) {
  RV_TRY(session.execute(
      "INSERT INTO mail_outbox (id, message_key, purpose, recipient, subject, body, written_at,"
      " delete_after) SELECT COALESCE(MAX(id), 0) + 1, :key, :purpose, :recipient, :subject, :body,"
      " :now, :delete_after FROM mail_outbox WHERE NOT EXISTS"
      " (SELECT 1 FROM mail_outbox AS known WHERE known.message_key = :known)",
      {{"key", message.key},
       {"purpose", message.purpose},
       {"recipient", message.to},
       {"subject", message.subject},
       {"body", message.text},
       {"now", now.us},
       {"delete_after", message.delete_after.us},
       {"known", message.key}}));
  return {};
}

Result<std::int64_t> count_since(records::Session& session, std::string_view to, Instant since) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM mail_outbox WHERE recipient = :to AND"
                        " written_at >= :since",
                        {{"to", std::string(to)}, {"since", since.us}}));
  return row.integer("n");
}

Result<std::vector<StoredMessage>> list(records::Session& session, std::int64_t before_id,
                                        std::int64_t limit) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(std::string(kColumns) +
                              "WHERE :before = 0 OR id < :before_id ORDER BY id DESC LIMIT :limit",
                          {{"before", before_id},
                           {"before_id", before_id},
                           {"limit", std::clamp<std::int64_t>(limit, 1, 100)}}));
  std::vector<StoredMessage> messages;
  for (const records::Row& row : rows) messages.push_back(from_row(row));
  return messages;
}

Result<StoredMessage> get(records::Session& session, std::int64_t id) {
  RV_ASSIGN(const records::Row row,
            session.one(std::string(kColumns) + "WHERE id = :id", {{"id", id}}));
  return from_row(row);
}

}  // namespace revier::mail
