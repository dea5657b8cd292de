// SPDX-License-Identifier: EUPL-1.2
// An issue of the newsletter and what becomes of it.
//
// draft -> approved -> sending -> sent; stopped from sending, and on from there. A change makes a
// draft of an approved one: whoever approves has seen what is sent.
//
// Thread safety: values; free functions on a Session; see records/records.h.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"
#include "web/language.h"

namespace revier::newsletter {

enum class IssueState : std::uint8_t { kDraft, kApproved, kSending, kSent, kStopped };
[[nodiscard]] std::string_view to_string(IssueState state);

struct Delivery {
  std::int64_t queued = 0;  // letters written so far
  std::int64_t sent = 0;    // that the mail server took
  std::int64_t failed = 0;
  std::int64_t unclear = 0;
  std::int64_t unsubscribed = 0;  // by a link of this issue
};

struct Issue {
  std::string id;
  std::string topic;
  std::string subject_de;
  std::string subject_en;  // without it subscribers in English get the German issue
  std::string body_de;     // Markdown
  std::string body_en;
  std::optional<Instant> send_at;  // civil time; none: once it is approved
  IssueState state = IssueState::kDraft;
  std::int64_t version = 0;          // grows with each change
  std::vector<std::string> editors;  // ids of the accounts that wrote this version
  std::string approved_by;           // id of an account
  std::optional<Instant> approved_at;
  Instant changed_at;
  std::optional<Instant> started_at;
  std::optional<Instant> finished_at;
  std::string cursor;       // id of the subscriber that was written to last
  bool all_queued = false;  // everybody has been written to
  bool published = false;   // stands in the archive
  Delivery delivery;

  [[nodiscard]] bool has_english() const { return !subject_en.empty() && !body_en.empty(); }
  // What a subscriber gets who reads that language.
  [[nodiscard]] web::Language sent_in(web::Language language) const {
    return has_english() ? language : web::Language::kDe;
  }
  [[nodiscard]] const std::string& subject_in(web::Language language) const {
    return sent_in(language) == web::Language::kDe ? subject_de : subject_en;
  }
  [[nodiscard]] const std::string& body_in(web::Language language) const {
    return sent_in(language) == web::Language::kDe ? body_de : body_en;
  }
};

namespace rows {

[[nodiscard]] std::span<const records::Migration> issue_migrations();

// Makes it or writes all of it anew.
[[nodiscard]] Result<> put_issue(records::Session& session, const Issue& issue);
// Errors: kResourceNotFound.
[[nodiscard]] Result<Issue> find_issue(records::Session& session, std::string_view id);
// Newest first, at most a hundred.
[[nodiscard]] Result<std::vector<Issue>> issues(records::Session& session);
// Those that the sender has to do with: approved, sending, or not yet in the archive.
[[nodiscard]] Result<std::vector<Issue>> active_issues(records::Session& session);
[[nodiscard]] Result<> delete_issue(records::Session& session, std::string_view id);
// One more who ended her subscription by a link of it.
[[nodiscard]] Result<> count_unsubscribed(records::Session& session, std::string_view id);

}  // namespace rows
}  // namespace revier::newsletter
