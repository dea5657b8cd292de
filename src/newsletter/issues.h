// SPDX-License-Identifier: EUPL-1.2
// Writing, approving and sending issues.
//
// Four eyes: who approves has not written any of that version; a change takes the approval back.
//
// Sending: tick() writes letters into the outbox in portions, each in one transaction with the
// place that it came to. So a crash at any moment neither leaves anybody out nor writes to anybody
// twice (the key of a letter names issue and subscriber, too); the outbox then sends each once
// (mail/sender.h). A row of it holds no text: that is made from the issue when the letter leaves,
// with the links of its reader.
//
// Nothing measures reading: no picture, no changed link. Known is what the mail server answered,
// and how many ended their subscription by a link of the issue.
//
// Thread safety: all from any thread; all block.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/thread_safety.h"
#include "mail/mime.h"
#include "mail/pace.h"
#include "newsletter/issue.h"
#include "newsletter/newsletter.h"

namespace revier::newsletter {

// Runs in the transaction of the change: a line of the audit log.
using AlsoDo = std::function<Result<>(records::Session&, const Issue&)>;

class Issues {
 public:
  struct Needs {
    Newsletter& newsletter;
    mail::Pace& pace;
    // Puts an issue where the public reads it (archive.h); doing it twice is no harm.
    std::function<Result<>(const Issue&, const Topic&)> publish;
  };
  explicit Issues(Needs needs);

  [[nodiscard]] Result<std::vector<Issue>> list();
  // Errors of all: kResourceNotFound.
  [[nodiscard]] Result<Issue> find(std::string_view id);

  // Makes a new issue (empty id) or changes what is written in one: topic, subjects, bodies, time.
  // Errors: kConflict when it is sent already, or somebody else saved since `issue.version`.
  [[nodiscard]] Result<Issue> save(const Issue& issue, std::string_view editor,
                                   const AlsoDo& also = {});
  // Errors: kForbidden for whoever wrote it; kConflict for another version than was seen.
  [[nodiscard]] Result<Issue> approve(std::string_view id, std::int64_t version,
                                      std::string_view approver, const AlsoDo& also = {});
  // Letters that are not on their way yet stay; an approved issue becomes a draft again.
  [[nodiscard]] Result<Issue> stop(std::string_view id, const AlsoDo& also = {});
  // A stopped one goes on where it was.
  [[nodiscard]] Result<Issue> go_on(std::string_view id, const AlsoDo& also = {});
  // Only a draft. Errors: kConflict.
  [[nodiscard]] Result<> discard(std::string_view id, const AlsoDo& also = {});
  // One letter in both languages to whoever writes it.
  [[nodiscard]] Result<> send_test(std::string_view id, const std::string& mail);

  // What an issue's letter says; nothing to say about letters of another purpose.
  [[nodiscard]] static bool is_issue(const mail::Message& message);
  [[nodiscard]] Result<mail::Parts> parts(const mail::Message& message);
  // The letter as `subscriber` would get it; without her links where she is empty.
  [[nodiscard]] mail::Parts render(const Issue& issue, web::Language language,
                                   std::string_view subscriber) const;

  // Begins what is due, writes the next portions, ends what is done. Call about once a second.
  [[nodiscard]] Result<> tick();

 private:
  using Step = std::function<Result<>(records::Session&, Issue&)>;

  Result<Issue> change(std::string_view id, const Step& step, const AlsoDo& also);
  Result<> advance(const Issue& issue);
  Result<> publish(const Issue& issue);
  // The letters of one portion; how many.
  Result<std::int64_t> write_portion(const std::string& id, std::int64_t limit);
  Result<std::int64_t> write_letters(records::Session& session, Issue& issue, std::int64_t limit);
  Result<> settle(records::Session& session, Issue& issue) const;
  Result<std::shared_ptr<const Issue>> known(std::string_view id);
  std::string footer(const Issue& issue, web::Language language, std::string_view subscriber) const;
  Instant now() const { return newsletter_.needs().civil_clock.now(); }
  records::Database& database() const { return newsletter_.needs().database; }

  const Needs needs_;
  Newsletter& newsletter_;
  Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Issue>, std::less<>> cache_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::newsletter
