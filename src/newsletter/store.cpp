// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/store.h"

#include <array>

#include "newsletter/detail/words.h"
#include "ticket/registrations.h"

namespace revier::newsletter::rows {
namespace {

using records::Row;
using records::Session;

constexpr std::array kMigrations{
    records::Migration{"newsletter-0001-subscribers", R"(
CREATE TABLE newsletter_topic (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  name_de TEXT NOT NULL,
  name_en TEXT NOT NULL,
  about_de TEXT NOT NULL,
  about_en TEXT NOT NULL,
  offered BIGINT NOT NULL);
CREATE TABLE newsletter_request (
  id TEXT PRIMARY KEY,
  subscriber TEXT NOT NULL,
  mail TEXT NOT NULL,
  language TEXT NOT NULL,
  topics TEXT NOT NULL,
  wording_version BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  delete_after BIGINT NOT NULL,
  confirmed BIGINT NOT NULL);
CREATE INDEX newsletter_request_subscriber ON newsletter_request (subscriber);
CREATE INDEX newsletter_request_retention ON newsletter_request (delete_after);
CREATE TABLE newsletter_subscriber (
  id TEXT PRIMARY KEY,
  mail TEXT NOT NULL,
  mail_key TEXT NOT NULL UNIQUE,
  language TEXT NOT NULL,
  since BIGINT NOT NULL,
  delete_after BIGINT NOT NULL);
CREATE INDEX newsletter_subscriber_retention ON newsletter_subscriber (delete_after);
CREATE TABLE newsletter_subscription (
  topic TEXT NOT NULL REFERENCES newsletter_topic (id),
  subscriber TEXT NOT NULL REFERENCES newsletter_subscriber (id),
  since BIGINT NOT NULL,
  PRIMARY KEY (topic, subscriber));
CREATE INDEX newsletter_subscription_subscriber ON newsletter_subscription (subscriber);
)"},
};

constexpr std::size_t kTopicsReadMax = 100;
constexpr std::size_t kEndedReadMax = 1'000'000;
constexpr std::size_t kRequestsMax = 10'000;  // of one address; three letters an hour bound them

using detail::joined;
using detail::parted;

PendingSignUp request_of(const Row& row) {
  return {.id = row.text("id"),
          .subscriber = row.text("subscriber"),
          .mail = row.text("mail"),
          .language = row.text("language"),
          .topics = parted(row.text("topics")),
          .wording_version = row.integer("wording_version"),
          .asked_at = {row.integer("asked_at")},
          .delete_after = {row.integer("delete_after")},
          .confirmed = row.integer("confirmed") != 0};
}

Subscriber subscriber_of(const Row& row) {
  return {.id = row.text("id"),
          .mail = row.text("mail"),
          .language = row.text("language"),
          .topics = {},
          .since = {row.integer("since")},
          .delete_after = {row.integer("delete_after")}};
}

Result<> read_topics(Session& session, Subscriber& subscriber) {
  RV_ASSIGN(const auto rows, session.query("SELECT topic FROM newsletter_subscription WHERE "
                                           "subscriber = :id ORDER BY topic",
                                           {{"id", subscriber.id}}, kTopicsReadMax));
  for (const Row& row : rows) subscriber.topics.push_back(row.text("topic"));
  return {};
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<std::vector<Topic>> topics(Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT id, position, name_de, name_en, about_de, about_en, offered"
                          " FROM newsletter_topic ORDER BY position, id",
                          {}, kTopicsReadMax));
  std::vector<Topic> list;
  for (const Row& row : rows) {
    list.push_back({.id = row.text("id"),
                    .position = row.integer("position"),
                    .name_de = row.text("name_de"),
                    .name_en = row.text("name_en"),
                    .about_de = row.text("about_de"),
                    .about_en = row.text("about_en"),
                    .offered = row.integer("offered") != 0});
  }
  return list;
}

Result<> put_topic(Session& session, const Topic& topic) {
  RV_TRY(session.execute(
      "INSERT INTO newsletter_topic (id, position, name_de, name_en, about_de, about_en, offered)"
      " VALUES (:id, :position, :name_de, :name_en, :about_de, :about_en, :offered)"
      " ON CONFLICT (id) DO UPDATE SET position = excluded.position, name_de = excluded.name_de,"
      " name_en = excluded.name_en, about_de = excluded.about_de, about_en = excluded.about_en,"
      " offered = excluded.offered",
      {{"id", topic.id},
       {"position", topic.position},
       {"name_de", topic.name_de},
       {"name_en", topic.name_en},
       {"about_de", topic.about_de},
       {"about_en", topic.about_en},
       {"offered", topic.offered}}));
  return {};
}

Result<> insert_request(Session& session, const PendingSignUp& request) {
  RV_TRY(session.execute(
      "INSERT INTO newsletter_request (id, subscriber, mail, language, topics, wording_version,"
      " asked_at, delete_after, confirmed) VALUES (:id, :subscriber, :mail, :language, :topics,"
      " :version, :asked_at, :delete_after, 0)",
      {{"id", request.id},
       {"subscriber", request.subscriber},
       {"mail", request.mail},
       {"language", request.language},
       {"topics", joined(request.topics)},
       {"version", request.wording_version},
       {"asked_at", request.asked_at},
       {"delete_after", request.delete_after}}));
  return {};
}

Result<PendingSignUp> find_request(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row,
            session.one("SELECT * FROM newsletter_request WHERE id = :id", {{"id", id}}));
  return request_of(row);
}

Result<std::vector<PendingSignUp>> requests_of(Session& session, std::string_view subscriber) {
  RV_ASSIGN(const auto rows, session.query("SELECT * FROM newsletter_request WHERE subscriber = "
                                           ":subscriber ORDER BY asked_at, id",
                                           {{"subscriber", subscriber}}, kRequestsMax));
  std::vector<PendingSignUp> list;
  for (const Row& row : rows) list.push_back(request_of(row));
  return list;
}

Result<> set_confirmed(Session& session, std::string_view id) {
  RV_TRY(
      session.execute("UPDATE newsletter_request SET confirmed = 1 WHERE id = :id", {{"id", id}}));
  return {};
}

Result<std::int64_t> erase_requests(Session& session, std::string_view subscriber) {
  return session.execute("DELETE FROM newsletter_request WHERE subscriber = :subscriber",
                         {{"subscriber", subscriber}});
}

Result<> insert_subscriber(Session& session, const Subscriber& subscriber) {
  RV_TRY(session.execute(
      "INSERT INTO newsletter_subscriber (id, mail, mail_key, language, since, delete_after)"
      " VALUES (:id, :mail, :key, :language, :since, :delete_after)",
      {{"id", subscriber.id},
       {"mail", subscriber.mail},
       {"key", ticket::mail_key(subscriber.mail)},
       {"language", subscriber.language},
       {"since", subscriber.since},
       {"delete_after", subscriber.delete_after}}));
  return {};
}

Result<Subscriber> find_subscriber(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row,
            session.one("SELECT * FROM newsletter_subscriber WHERE id = :id", {{"id", id}}));
  Subscriber subscriber = subscriber_of(row);
  RV_TRY(read_topics(session, subscriber));
  return subscriber;
}

Result<std::optional<Subscriber>> subscriber_of_mail(Session& session, std::string_view mail_key) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT * FROM newsletter_subscriber WHERE mail_key = :key",
                          {{"key", mail_key}}, 1));
  if (rows.empty()) return std::nullopt;
  Subscriber subscriber = subscriber_of(rows.front());
  RV_TRY(read_topics(session, subscriber));
  return subscriber;
}

Result<> set_language(Session& session, std::string_view id, std::string_view language) {
  RV_TRY(session.execute("UPDATE newsletter_subscriber SET language = :language WHERE id = :id",
                         {{"language", language}, {"id", id}}));
  return {};
}

Result<> set_delete_after(Session& session, std::string_view id, Instant delete_after) {
  RV_TRY(session.execute("UPDATE newsletter_subscriber SET delete_after = :until WHERE id = :id",
                         {{"until", delete_after}, {"id", id}}));
  return {};
}

Result<> add_topic(Session& session, std::string_view id, std::string_view topic, Instant since) {
  RV_TRY(
      session.execute("INSERT INTO newsletter_subscription (topic, subscriber, since)"
                      " VALUES (:topic, :id, :since) ON CONFLICT DO NOTHING",
                      {{"topic", topic}, {"id", id}, {"since", since}}));
  return {};
}

Result<> remove_topic(Session& session, std::string_view id, std::string_view topic) {
  RV_TRY(session.execute(
      "DELETE FROM newsletter_subscription WHERE topic = :topic AND subscriber = :id",
      {{"topic", topic}, {"id", id}}));
  return {};
}

Result<> erase_subscriber(Session& session, std::string_view id) {
  RV_TRY(
      session.execute("DELETE FROM newsletter_subscription WHERE subscriber = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM newsletter_subscriber WHERE id = :id", {{"id", id}}));
  return {};
}

Result<std::vector<Count>> count(Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT topic, COUNT(*) AS n FROM newsletter_subscription GROUP BY topic",
                          {}, kTopicsReadMax));
  std::vector<Count> list;
  for (const Row& row : rows) list.push_back({row.text("topic"), row.integer("n")});
  return list;
}

Result<std::vector<Subscriber>> next_of(Session& session, std::string_view topic,
                                        std::string_view after, std::int64_t limit) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT p.* FROM newsletter_subscription n JOIN newsletter_subscriber p"
                          " ON p.id = n.subscriber WHERE n.topic = :topic AND n.subscriber > :after"
                          " ORDER BY n.subscriber LIMIT :limit",
                          {{"topic", topic}, {"after", after}, {"limit", limit}}));
  std::vector<Subscriber> list;
  for (const Row& row : rows) list.push_back(subscriber_of(row));
  return list;
}

Result<std::vector<std::string>> ended_mails(Session& session, Instant now) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT mail FROM newsletter_subscriber WHERE delete_after <= :now",
                          {{"now", now}}, kEndedReadMax));
  std::vector<std::string> mails;
  for (const Row& row : rows) mails.push_back(row.text("mail"));
  return mails;
}

Result<std::int64_t> erase_ended(Session& session, Instant now) {
  RV_ASSIGN(
      const std::int64_t requests,
      session.execute("DELETE FROM newsletter_request WHERE delete_after <= :now", {{"now", now}}));
  RV_TRY(
      session.execute("DELETE FROM newsletter_partner_consent WHERE subscriber IN (SELECT id FROM"
                      " newsletter_subscriber WHERE delete_after <= :now)",
                      {{"now", now}}));
  RV_TRY(
      session.execute("DELETE FROM newsletter_subscription WHERE subscriber IN (SELECT id FROM"
                      " newsletter_subscriber WHERE delete_after <= :now)",
                      {{"now", now}}));
  RV_ASSIGN(const std::int64_t subscribers,
            session.execute("DELETE FROM newsletter_subscriber WHERE delete_after <= :now",
                            {{"now", now}}));
  return requests + subscribers;
}

}  // namespace revier::newsletter::rows
