// SPDX-License-Identifier: EUPL-1.2
#include "mail/outbox.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "mail/address.h"

namespace revier::mail {
namespace {

constexpr std::array kMigrations = {
    records::Migration{
        "mail-0001-outbox",
        "CREATE TABLE mail_outbox ("
        " id BIGINT PRIMARY KEY, message_key TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL,"
        " recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,"
        " written_at BIGINT NOT NULL, delete_after BIGINT NOT NULL);"
        "CREATE INDEX mail_outbox_recipient ON mail_outbox (recipient, written_at)"},
    records::Migration{
        "mail-0002-sending",
        "ALTER TABLE mail_outbox ADD COLUMN recipient_key TEXT NOT NULL DEFAULT '';"
        "UPDATE mail_outbox SET recipient_key = LOWER(recipient);"
        "ALTER TABLE mail_outbox ADD COLUMN recipient_name TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE mail_outbox ADD COLUMN language TEXT NOT NULL DEFAULT 'de';"
        "ALTER TABLE mail_outbox ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE mail_outbox ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';"
        "ALTER TABLE mail_outbox ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE mail_outbox ADD COLUMN next_attempt_at BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE mail_outbox ADD COLUMN settled_at BIGINT;"
        "ALTER TABLE mail_outbox ADD COLUMN reason TEXT NOT NULL DEFAULT '';"
        "DROP INDEX mail_outbox_recipient;"
        "CREATE INDEX mail_outbox_recipient_key ON mail_outbox (recipient_key, written_at);"
        "CREATE INDEX mail_outbox_due ON mail_outbox (state, next_attempt_at);"
        "CREATE INDEX mail_outbox_retention ON mail_outbox (delete_after)"},
    records::Migration{"mail-0003-purpose",
                       "CREATE INDEX mail_outbox_purpose ON mail_outbox (purpose, state)"},
    records::Migration{"mail-0004-number",
                       "CREATE TABLE mail_outbox_number (last BIGINT NOT NULL);"
                       "INSERT INTO mail_outbox_number (last)"
                       " SELECT COALESCE(MAX(id), 0) FROM mail_outbox"},
    records::Migration{"mail-0005-put-off",
                       "ALTER TABLE mail_outbox ADD COLUMN put_off_since BIGINT;"
                       "UPDATE mail_outbox SET put_off_since = written_at WHERE attempts > 0"}};

constexpr std::string_view kColumns =
    "SELECT id, message_key, purpose, recipient, recipient_name, subject, body, language, urgent,"
    " written_at, delete_after, state, attempts, put_off_since, next_attempt_at, settled_at, reason"
    " FROM mail_outbox ";

constexpr std::array<std::pair<State, std::string_view>, 5> kStates{{{State::kWaiting, "waiting"},
                                                                     {State::kHanded, "handed"},
                                                                     {State::kSent, "sent"},
                                                                     {State::kFailed, "failed"},
                                                                     {State::kUnclear, "unclear"}}};

// Of the limit an address.
constexpr Duration kLimitWindow = Duration::hours(1);

State state_of(std::string_view name) {
  for (const auto& [state, known] : kStates) {
    if (known == name) return state;
  }
  return State::kUnclear;
}

// Of the column "urgent": what goes first is the highest, and only 0 counts for the limit.
std::int64_t rank(const Message& message) { return message.urgent ? 1 : message.bulk ? -1 : 0; }

// The keys alone are looked through, in their index: rows are wide.
constexpr std::string_view kAbout =
    "message_key IN (SELECT message_key FROM mail_outbox"
    " WHERE SUBSTR(message_key, 1, :length) = :begin)";

Counts counts_of(const std::vector<records::Row>& rows) {
  Counts counts;
  for (const records::Row& row : rows) {
    switch (state_of(row.text("state"))) {
      case State::kWaiting:
      case State::kHanded:
        counts.waiting += row.integer("n");
        break;
      case State::kSent:
        counts.sent += row.integer("n");
        break;
      case State::kFailed:
        counts.failed += row.integer("n");
        break;
      case State::kUnclear:
        counts.unclear += row.integer("n");
    }
  }
  return counts;
}

StoredMessage from_row(const records::Row& row) {
  StoredMessage stored{.id = row.integer("id"),
                       .message = {.key = row.text("message_key"),
                                   .purpose = row.text("purpose"),
                                   .to = row.text("recipient"),
                                   .to_name = row.text("recipient_name"),
                                   .subject = row.text("subject"),
                                   .text = row.text("body"),
                                   .language = row.text("language"),
                                   .urgent = row.integer("urgent") > 0,
                                   .bulk = row.integer("urgent") < 0,
                                   .delete_after = {row.integer("delete_after")}},
                       .written_at = {row.integer("written_at")},
                       .state = state_of(row.text("state")),
                       .attempts = row.integer("attempts"),
                       .put_off_since = std::nullopt,
                       .next_attempt_at = {row.integer("next_attempt_at")},
                       .settled_at = std::nullopt,
                       .reason = row.text("reason")};
  if (const auto settled = row.maybe_integer("settled_at")) stored.settled_at = Instant{*settled};
  if (const auto since = row.maybe_integer("put_off_since")) stored.put_off_since = Instant{*since};
  return stored;
}

Result<std::vector<StoredMessage>> query(records::Session& session, std::string_view rest,
                                         records::Parameters parameters) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query(std::string(kColumns) + std::string(rest), parameters));
  std::vector<StoredMessage> messages;
  for (const records::Row& row : rows) messages.push_back(from_row(row));
  return messages;
}

// Oldest first and all of them: the records answer only so many rows at once, and anybody can have
// more letters than that written to an address.
Result<std::vector<StoredMessage>> query_all(records::Session& session, std::string_view condition,
                                             std::vector<records::Parameter> parameters) {
  constexpr std::int64_t kRowsAtOnce = 1'000;
  const std::string rest =
      "WHERE " + std::string(condition) + " AND id > :after ORDER BY id LIMIT :limit";
  parameters.emplace_back("limit", kRowsAtOnce);
  parameters.emplace_back("after", 0);
  std::vector<StoredMessage> all;
  while (true) {
    RV_ASSIGN(std::vector<StoredMessage> page, query(session, rest, parameters));
    const bool last = std::ssize(page) < kRowsAtOnce;
    std::ranges::move(page, std::back_inserter(all));
    if (last) return all;
    parameters.back().value = all.back().id;
  }
}

}  // namespace

std::string_view to_string(State state) { return kStates[static_cast<std::size_t>(state)].second; }

std::span<const records::Migration> migrations() { return kMigrations; }

Result<> enqueue(records::Session& session, const Message& message, Instant now) {
  RV_ASSIGN(const std::int64_t written,
            session.execute(
                "INSERT INTO mail_outbox (id, message_key, purpose, recipient, recipient_key,"
                " recipient_name, subject, body, language, urgent, written_at, next_attempt_at,"
                " delete_after) SELECT (SELECT last + 1 FROM mail_outbox_number), :key, :purpose,"
                " :recipient, :to_key, :name, :subject, :body, :language, :urgent, :now, :due,"
                " :delete_after WHERE NOT EXISTS"
                " (SELECT 1 FROM mail_outbox WHERE message_key = :known)",
                {{"key", message.key},
                 {"purpose", message.purpose},
                 {"recipient", message.to},
                 {"to_key", address_key(message.to)},
                 {"name", message.to_name},
                 {"subject", message.subject},
                 {"body", message.text},
                 {"language", message.language},
                 {"urgent", rank(message)},
                 {"now", now.us},
                 {"due", now.us},
                 {"delete_after", message.delete_after.us},
                 {"known", message.key}}));
  if (written == 0) return {};
  // A number is not given again when its row is gone: the sender may still hold that letter.
  RV_TRY(session.execute("UPDATE mail_outbox_number SET last = last + 1"));
  return {};
}

Result<bool> has_had_enough(records::Session& session, std::string_view to, Instant now,
                            std::int64_t most) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM mail_outbox WHERE recipient_key = :to AND"
                        " written_at >= :since AND urgent = 0",
                        {{"to", address_key(to)}, {"since", now - kLimitWindow}}));
  return row.integer("n") >= most;
}

Result<bool> has_had_enough_of(records::Session& session, std::string_view to,
                               std::string_view key_begin, Instant now, std::int64_t most) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM mail_outbox WHERE recipient_key = :to AND"
                        " written_at >= :since AND SUBSTR(message_key, 1, :length) = :begin",
                        {{"to", address_key(to)},
                         {"since", now - kLimitWindow},
                         {"length", key_begin.size()},
                         {"begin", key_begin}}));
  return row.integer("n") >= most;
}

Result<std::vector<StoredMessage>> list(records::Session& session, std::int64_t before_id,
                                        std::int64_t limit) {
  return query(session, "WHERE :before = 0 OR id < :before_id ORDER BY id DESC LIMIT :limit",
               {{"before", before_id},
                {"before_id", before_id},
                {"limit", std::clamp<std::int64_t>(limit, 1, 100)}});
}

Result<StoredMessage> get(records::Session& session, std::int64_t id) {
  RV_ASSIGN(const records::Row row,
            session.one(std::string(kColumns) + "WHERE id = :id", {{"id", id}}));
  return from_row(row);
}

Result<StoredMessage> find_by_key(records::Session& session, std::string_view key) {
  RV_ASSIGN(const records::Row row,
            session.one(std::string(kColumns) + "WHERE message_key = :key", {{"key", key}}));
  return from_row(row);
}

Result<std::vector<StoredMessage>> list_to(records::Session& session, std::string_view to) {
  const std::string key = address_key(to);
  return query_all(session, "recipient_key = :to AND purpose <> :account",
                   {{"to", key}, {"account", kAccountPurpose}});
}

Result<std::optional<StoredMessage>> newest_to(records::Session& session, std::string_view to,
                                               std::string_view key_begin) {
  RV_ASSIGN(std::vector<StoredMessage> found,
            query(session,
                  "WHERE recipient_key = :to AND SUBSTR(message_key, 1, :length) = :begin"
                  " ORDER BY id DESC LIMIT 1",
                  {{"to", address_key(to)}, {"length", key_begin.size()}, {"begin", key_begin}}));
  if (found.empty()) return std::optional<StoredMessage>();
  return std::optional(std::move(found.front()));
}

Result<std::vector<StoredMessage>> list_about(records::Session& session,
                                              std::string_view key_begin) {
  return query_all(session, kAbout, {{"length", key_begin.size()}, {"begin", key_begin}});
}

std::string without_links(std::string_view text, std::string_view instead) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("http://"), text.find("https://"));
    safe += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    safe += instead;
    text.remove_prefix(begin);
    text.remove_prefix(std::min(text.find_first_of(" \t\r\n"), text.size()));
  }
  return safe;
}

Result<std::vector<StoredMessage>> due(records::Session& session, Instant now, std::int64_t limit) {
  return query(session,
               "WHERE state = 'waiting' AND next_attempt_at <= :now AND reason <> 'stopped'"
               " ORDER BY urgent DESC, next_attempt_at, id LIMIT :limit",
               {{"now", now.us}, {"limit", limit}});
}

Result<std::vector<Instant>> handed_since(records::Session& session, std::string_view to,
                                          Instant since) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT settled_at FROM mail_outbox WHERE recipient_key = :to AND"
                          " settled_at >= :since AND urgent = 0 AND state <> 'failed'"
                          " ORDER BY settled_at",
                          {{"to", address_key(to)}, {"since", since.us}}));
  std::vector<Instant> times;
  for (const records::Row& row : rows) times.push_back({row.integer("settled_at")});
  return times;
}

Result<bool> set_handed(records::Session& session, std::int64_t id, Instant now) {
  RV_ASSIGN(const std::int64_t changed,
            session.execute("UPDATE mail_outbox SET state = 'handed', settled_at = :now,"
                            " reason = '' WHERE id = :id AND state = 'waiting' AND"
                            " reason <> 'stopped'",
                            {{"now", now.us}, {"id", id}}));
  return changed == 1;
}

Result<> settle(records::Session& session, std::int64_t id, State state, Instant now,
                std::string_view reason) {
  RV_TRY(session.execute(
      "UPDATE mail_outbox SET state = :state, settled_at = :now,"
      " reason = :reason WHERE id = :id",
      {{"state", to_string(state)}, {"now", now.us}, {"reason", reason}, {"id", id}}));
  return {};
}

Result<> put_off(records::Session& session, std::int64_t id, Instant until, std::string_view reason,
                 std::optional<Instant> attempted_at) {
  RV_TRY(session.execute(
      "UPDATE mail_outbox SET state = 'waiting', settled_at = NULL, next_attempt_at = :until,"
      " reason = CASE WHEN reason = 'stopped' THEN reason ELSE :reason END,"
      " attempts = attempts + :attempt, put_off_since = COALESCE(put_off_since, :attempted_at)"
      " WHERE id = :id",
      {{"until", until.us},
       {"reason", reason},
       {"attempt", attempted_at ? 1 : 0},
       {"attempted_at", attempted_at},
       {"id", id}}));
  return {};
}

Result<> age_like(records::Session& session, std::string_view key, const StoredMessage& earlier) {
  RV_TRY(session.execute(
      "UPDATE mail_outbox SET put_off_since = :since, attempts = :attempts"
      " WHERE message_key = :key",
      {{"since", earlier.put_off_since}, {"attempts", earlier.attempts}, {"key", key}}));
  return {};
}

Result<std::int64_t> give_up_handed(records::Session& session, Instant now) {
  return session.execute(
      "UPDATE mail_outbox SET state = 'unclear', settled_at = :now,"
      " reason = 'the program ended before the mail server answered' WHERE state = 'handed'",
      {{"now", now.us}});
}

Result<> retry(records::Session& session, std::int64_t id, Instant now) {
  RV_ASSIGN(const std::int64_t changed,
            session.execute("UPDATE mail_outbox SET state = 'waiting', settled_at = NULL,"
                            " attempts = 0, put_off_since = NULL, next_attempt_at = :now,"
                            " reason = '' WHERE id = :id AND"
                            " state IN ('failed', 'unclear', 'waiting')",
                            {{"now", now.us}, {"id", id}}));
  if (changed == 1) return {};
  return fail(Code::kConflict, "this message is sent or under way");
}

Result<Counts> count(records::Session& session) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT state, COUNT(*) AS n FROM mail_outbox GROUP BY state"));
  return counts_of(rows);
}

Result<Counts> count_purpose(records::Session& session, std::string_view purpose) {
  RV_ASSIGN(const std::vector<records::Row> rows,
            session.query("SELECT state, COUNT(*) AS n FROM mail_outbox WHERE purpose = :purpose"
                          " GROUP BY state",
                          {{"purpose", purpose}}));
  return counts_of(rows);
}

Result<std::int64_t> count_due_bulk(records::Session& session, Instant now) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM mail_outbox WHERE state = 'waiting' AND"
                        " next_attempt_at <= :now AND reason <> 'stopped' AND urgent < 0",
                        {{"now", now}}));
  return row.integer("n");
}

// The mark is the reason "stopped". A letter under way gets it too: the server may put it off, and
// then it waits like the others.
Result<> hold(records::Session& session, std::string_view purpose) {
  RV_TRY(
      session.execute("UPDATE mail_outbox SET reason = 'stopped'"
                      " WHERE purpose = :purpose AND state IN ('waiting', 'handed')",
                      {{"purpose", purpose}}));
  return {};
}

Result<> release(records::Session& session, std::string_view purpose, Instant now,
                 Instant delete_after) {
  RV_TRY(
      session.execute("UPDATE mail_outbox SET attempts = 0, put_off_since = NULL,"
                      " next_attempt_at = :now, delete_after = :delete_after, reason = ''"
                      " WHERE purpose = :purpose AND state IN ('waiting', 'handed') AND"
                      " reason = 'stopped'",
                      {{"now", now}, {"delete_after", delete_after}, {"purpose", purpose}}));
  return {};
}

Result<std::int64_t> take_back(records::Session& session, std::string_view to,
                               std::string_view key_begin) {
  return session.execute(
      "DELETE FROM mail_outbox WHERE recipient_key = :to AND state = 'waiting' AND"
      " SUBSTR(message_key, 1, :length) = :begin",
      {{"to", address_key(to)}, {"length", key_begin.size()}, {"begin", key_begin}});
}

Result<std::int64_t> erase_about(records::Session& session, std::string_view key_begin) {
  return session.execute("DELETE FROM mail_outbox WHERE " + std::string(kAbout),
                         {{"length", key_begin.size()}, {"begin", key_begin}});
}

Result<> forget(records::Session& session, std::string_view to, std::string_view key_begin,
                Instant now) {
  const std::string key = address_key(to);
  RV_TRY(session.execute(
      "DELETE FROM mail_outbox WHERE recipient_key = :to AND"
      " SUBSTR(message_key, 1, :length) = :begin AND (state = 'waiting' OR settled_at < :since)",
      {{"to", key},
       {"length", key_begin.size()},
       {"begin", key_begin},
       {"since", now - kLimitWindow}}));
  const Instant over = now + kLimitWindow;
  RV_TRY(
      session.execute("UPDATE mail_outbox SET delete_after = :over WHERE recipient_key = :to AND"
                      " SUBSTR(message_key, 1, :length) = :begin AND delete_after > :later",
                      {{"over", over},
                       {"to", key},
                       {"length", key_begin.size()},
                       {"begin", key_begin},
                       {"later", over}}));
  return {};
}

Result<std::int64_t> erase_to(records::Session& session, std::string_view to) {
  return session.execute(
      "DELETE FROM mail_outbox WHERE recipient_key = :to AND purpose <> :account",
      {{"to", address_key(to)}, {"account", kAccountPurpose}});
}

Result<std::int64_t> erase_purpose_to(records::Session& session, std::string_view to,
                                      std::string_view purpose) {
  return session.execute(
      "DELETE FROM mail_outbox WHERE recipient_key = :to AND"
      " SUBSTR(purpose, 1, :length) = :purpose",
      {{"to", address_key(to)}, {"length", purpose.size()}, {"purpose", purpose}});
}

Result<std::int64_t> erase_ended(records::Session& session, Instant now) {
  return session.execute(
      "DELETE FROM mail_outbox WHERE delete_after <= :now AND NOT"
      " (state IN ('waiting', 'handed') AND reason = 'stopped')",
      {{"now", now.us}});
}

}  // namespace revier::mail
