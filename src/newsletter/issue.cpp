// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/issue.h"

#include <array>

#include "newsletter/detail/words.h"

namespace revier::newsletter {
namespace {

constexpr std::array<std::string_view, 5> kStateNames{"draft", "approved", "sending", "sent",
                                                      "stopped"};

IssueState state_of(std::string_view name) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == name) return static_cast<IssueState>(i);
  }
  return IssueState::kStopped;
}

}  // namespace

std::string_view to_string(IssueState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

namespace rows {
namespace {

using records::Row;
using records::Session;

constexpr std::array kIssueMigrations{
    records::Migration{"newsletter-0002-issues", R"(
CREATE TABLE newsletter_issue (
  id TEXT PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES newsletter_topic (id),
  subject_de TEXT NOT NULL,
  subject_en TEXT NOT NULL,
  body_de TEXT NOT NULL,
  body_en TEXT NOT NULL,
  send_at BIGINT,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  editors TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  approved_at BIGINT,
  changed_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  cursor_at TEXT NOT NULL,
  all_queued BIGINT NOT NULL,
  published BIGINT NOT NULL,
  queued BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  unclear BIGINT NOT NULL,
  unsubscribed BIGINT NOT NULL);
CREATE INDEX newsletter_issue_state ON newsletter_issue (state);
)"},
};

constexpr std::size_t kIssuesMax = 100;

std::optional<Instant> maybe_instant(const Row& row, std::string_view column) {
  const auto us = row.maybe_integer(column);
  return us ? std::optional(Instant{*us}) : std::nullopt;
}

std::optional<std::int64_t> us_of(const std::optional<Instant>& instant) {
  return instant ? std::optional(instant->us) : std::nullopt;
}

Issue issue_of(const Row& row) {
  return {.id = row.text("id"),
          .topic = row.text("topic"),
          .subject_de = row.text("subject_de"),
          .subject_en = row.text("subject_en"),
          .body_de = row.text("body_de"),
          .body_en = row.text("body_en"),
          .send_at = maybe_instant(row, "send_at"),
          .state = state_of(row.text("state")),
          .version = row.integer("version"),
          .editors = detail::parted(row.text("editors")),
          .approved_by = row.text("approved_by"),
          .approved_at = maybe_instant(row, "approved_at"),
          .changed_at = {row.integer("changed_at")},
          .started_at = maybe_instant(row, "started_at"),
          .finished_at = maybe_instant(row, "finished_at"),
          .cursor = row.text("cursor_at"),
          .all_queued = row.integer("all_queued") != 0,
          .published = row.integer("published") != 0,
          .delivery = {.queued = row.integer("queued"),
                       .sent = row.integer("sent"),
                       .failed = row.integer("failed"),
                       .unclear = row.integer("unclear"),
                       .unsubscribed = row.integer("unsubscribed")}};
}

Result<std::vector<Issue>> list(Session& session, std::string_view sql) {
  RV_ASSIGN(const auto rows, session.query(sql, {}, kIssuesMax));
  std::vector<Issue> issues;
  for (const Row& row : rows) issues.push_back(issue_of(row));
  return issues;
}

}  // namespace

std::span<const records::Migration> issue_migrations() { return kIssueMigrations; }

Result<> put_issue(Session& session, const Issue& issue) {
  const std::string editors = detail::joined(issue.editors);
  RV_TRY(session.execute("DELETE FROM newsletter_issue WHERE id = :id", {{"id", issue.id}}));
  RV_TRY(session.execute(
      "INSERT INTO newsletter_issue (id, topic, subject_de, subject_en, body_de, body_en, send_at,"
      " state, version, editors, approved_by, approved_at, changed_at, started_at, finished_at,"
      " cursor_at, all_queued, published, queued, sent, failed, unclear, unsubscribed) VALUES"
      " (:id, :topic, :subject_de, :subject_en, :body_de, :body_en, :send_at, :state, :version,"
      " :editors, :approved_by, :approved_at, :changed_at, :started_at, :finished_at, :cursor_at,"
      " :all_queued, :published, :queued, :sent, :failed, :unclear, :unsubscribed)",
      {{"id", issue.id},
       {"topic", issue.topic},
       {"subject_de", issue.subject_de},
       {"subject_en", issue.subject_en},
       {"body_de", issue.body_de},
       {"body_en", issue.body_en},
       {"send_at", us_of(issue.send_at)},
       {"state", to_string(issue.state)},
       {"version", issue.version},
       {"editors", editors},
       {"approved_by", issue.approved_by},
       {"approved_at", us_of(issue.approved_at)},
       {"changed_at", issue.changed_at},
       {"started_at", us_of(issue.started_at)},
       {"finished_at", us_of(issue.finished_at)},
       {"cursor_at", issue.cursor},
       {"all_queued", issue.all_queued},
       {"published", issue.published},
       {"queued", issue.delivery.queued},
       {"sent", issue.delivery.sent},
       {"failed", issue.delivery.failed},
       {"unclear", issue.delivery.unclear},
       {"unsubscribed", issue.delivery.unsubscribed}}));
  return {};
}

Result<Issue> find_issue(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row,
            session.one("SELECT * FROM newsletter_issue WHERE id = :id", {{"id", id}}));
  return issue_of(row);
}

Result<std::vector<Issue>> issues(Session& session) {
  return list(session, "SELECT * FROM newsletter_issue ORDER BY changed_at DESC, id LIMIT 100");
}

Result<std::vector<Issue>> active_issues(Session& session) {
  return list(
      session,
      "SELECT * FROM newsletter_issue WHERE state IN ('approved', 'sending') OR"
      " (state IN ('sent', 'stopped') AND published = 0) ORDER BY changed_at, id LIMIT 100");
}

Result<> delete_issue(Session& session, std::string_view id) {
  RV_TRY(session.execute("DELETE FROM newsletter_issue WHERE id = :id", {{"id", id}}));
  return {};
}

Result<> count_unsubscribed(Session& session, std::string_view id) {
  RV_TRY(session.execute(
      "UPDATE newsletter_issue SET unsubscribed = unsubscribed + 1 WHERE id = :id", {{"id", id}}));
  return {};
}

}  // namespace rows
}  // namespace revier::newsletter
