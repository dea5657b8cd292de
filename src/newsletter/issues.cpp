// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/issues.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "mail/outbox.h"
#include "newsletter/body.h"
#include "newsletter/links.h"
#include "newsletter/texts.h"
#include "web/letter.h"

namespace revier::newsletter {
namespace {

using records::Session;
using web::Language;

constexpr std::int64_t kPortion = 250;  // of one transaction: others write in between
constexpr std::size_t kCachedMax = 8;
constexpr Duration kKeepRows = Duration::days(30);
constexpr Duration kRenewBefore = Duration::days(30);
constexpr std::string_view kIssuePurpose = "newsletter/";
constexpr std::string_view kTestPurpose = "newsletter-test/";

std::string purpose_of_issue(std::string_view id) { return fmt::format("{}{}", kIssuePurpose, id); }

bool is_begun(const Issue& issue) {
  return issue.state != IssueState::kDraft && issue.state != IssueState::kApproved;
}

Result<> refuse_begun(const Issue& issue) {
  if (!is_begun(issue)) return {};
  return fail(Code::kConflict, "this issue is sent already");
}

}  // namespace

Issues::Issues(Needs needs) : needs_(std::move(needs)), newsletter_(needs_.newsletter) {}

Result<std::vector<Issue>> Issues::list() {
  std::vector<Issue> all;
  RV_TRY(database().read([&](Session& s) -> Result<> {
    RV_ASSIGN(all, rows::issues(s));
    return {};
  }));
  return all;
}

Result<Issue> Issues::find(std::string_view id) {
  Issue issue;
  RV_TRY(database().read([&](Session& s) -> Result<> {
    RV_ASSIGN(issue, rows::find_issue(s, id));
    return {};
  }));
  return issue;
}

Result<Issue> Issues::change(std::string_view id, const Step& step, const AlsoDo& also) {
  return database().writer().run_blocking([&](Session& s) -> Result<Issue> {
    RV_ASSIGN(Issue issue, rows::find_issue(s, id));
    RV_TRY(step(s, issue));
    RV_TRY(rows::put_issue(s, issue));
    if (also) RV_TRY(also(s, issue));
    return issue;
  });
}

// Writing and approving.

Result<Issue> Issues::save(const Issue& wanted, std::string_view editor, const AlsoDo& also) {
  const auto take = [&](Issue& issue) {
    issue.topic = wanted.topic;
    issue.subject_de = wanted.subject_de;
    issue.subject_en = wanted.subject_en;
    issue.body_de = wanted.body_de;
    issue.body_en = wanted.body_en;
    issue.send_at = wanted.send_at;
    issue.state = IssueState::kDraft;
    issue.approved_by.clear();
    issue.approved_at.reset();
    issue.changed_at = now();
    ++issue.version;
    const bool known = std::ranges::find(issue.editors, editor) != issue.editors.end();
    if (!known) issue.editors.emplace_back(editor);
  };
  if (wanted.id.empty()) {
    Issue made;
    made.id = random_id(newsletter_.needs().random);
    take(made);
    return database().writer().run_blocking([&](Session& s) -> Result<Issue> {
      RV_TRY(rows::put_issue(s, made));
      if (also) RV_TRY(also(s, made));
      return made;
    });
  }
  return change(
      wanted.id,
      [&](Session&, Issue& issue) -> Result<> {
        RV_TRY(refuse_begun(issue));
        if (issue.version != wanted.version) {
          return fail(Code::kConflict, "somebody else has saved this issue meanwhile");
        }
        take(issue);
        return {};
      },
      also);
}

Result<Issue> Issues::approve(std::string_view id, std::int64_t version, std::string_view approver,
                              const AlsoDo& also) {
  return change(
      id,
      [&](Session&, Issue& issue) -> Result<> {
        RV_TRY(refuse_begun(issue));
        const bool wrote = std::ranges::find(issue.editors, approver) != issue.editors.end();
        if (wrote || approver.empty()) {
          return fail(Code::kForbidden, "an issue is approved by somebody who has not written it");
        }
        if (issue.version != version) {
          return fail(Code::kConflict, "the issue was changed since you saw it");
        }
        issue.state = IssueState::kApproved;
        issue.approved_by = approver;
        issue.approved_at = now();
        return {};
      },
      also);
}

Result<Issue> Issues::stop(std::string_view id, const AlsoDo& also) {
  return change(
      id,
      [&](Session& s, Issue& issue) -> Result<> {
        if (issue.state == IssueState::kApproved) {
          issue.state = IssueState::kDraft;
          issue.approved_by.clear();
          issue.approved_at.reset();
          return {};
        }
        if (issue.state != IssueState::kSending) return refuse_begun(issue);
        issue.state = IssueState::kStopped;
        return mail::hold(s, purpose_of_issue(issue.id));
      },
      also);
}

Result<Issue> Issues::go_on(std::string_view id, const AlsoDo& also) {
  return change(
      id,
      [&](Session& s, Issue& issue) -> Result<> {
        if (issue.state != IssueState::kStopped) {
          return fail(Code::kConflict, "this issue is not stopped");
        }
        issue.state = IssueState::kSending;
        return mail::release(s, purpose_of_issue(issue.id), now(), now() + kKeepRows);
      },
      also);
}

Result<> Issues::discard(std::string_view id, const AlsoDo& also) {
  return database().writer().run_blocking([&](Session& s) -> Result<> {
    RV_ASSIGN(const Issue issue, rows::find_issue(s, id));
    if (issue.state != IssueState::kDraft) {
      return fail(Code::kConflict, "only a draft can be discarded");
    }
    RV_TRY(rows::delete_issue(s, id));
    return also ? also(s, issue) : Result<>{};
  });
}

Result<> Issues::send_test(std::string_view id, const std::string& mail) {
  const Newsletter::Needs& needs = newsletter_.needs();
  return database().writer().run_blocking([&](Session& s) -> Result<> {
    RV_ASSIGN(const Issue issue, rows::find_issue(s, id));
    for (const Language language : {Language::kDe, Language::kEn}) {
      if (issue.sent_in(language) != language) continue;
      RV_TRY(mail::enqueue(s,
                           {.key = letter_key("test-" + random_id(needs.random), ""),
                            .purpose = fmt::format("{}{}", kTestPurpose, issue.id),
                            .to = mail,
                            .to_name = {},
                            .subject = web::text(language, texts::kIssueTestSubject,
                                                 {{"subject", issue.subject_in(language)}}),
                            .text = {},
                            .language = std::string(code(language)),
                            .bulk = true,
                            .delete_after = now() + kKeepRows},
                           now()));
    }
    return {};
  });
}

// What a letter says.

bool Issues::is_issue(const mail::Message& message) {
  return message.purpose.starts_with(kIssuePurpose) || message.purpose.starts_with(kTestPurpose);
}

Result<std::shared_ptr<const Issue>> Issues::known(std::string_view id) {
  {
    const Lock lock(mutex_);
    if (const auto found = cache_.find(id); found != cache_.end()) return found->second;
  }
  RV_ASSIGN(Issue issue, find(id));
  auto shared = std::make_shared<const Issue>(std::move(issue));
  if (!is_begun(*shared)) return shared;  // what is begun does not change any more
  const Lock lock(mutex_);
  if (cache_.size() >= kCachedMax) cache_.clear();
  cache_.insert_or_assign(std::string(id), shared);
  return shared;
}

Result<mail::Parts> Issues::parts(const mail::Message& message) {
  const std::string_view purpose = message.purpose;
  RV_ASSIGN(const auto issue, known(purpose.substr(purpose.find('/') + 1)));
  const Language language = message.language == "en" ? Language::kEn : Language::kDe;
  return render(*issue, language, split_letter_key(message.key).subscriber);
}

std::string Issues::footer(const Issue& issue, Language language,
                           std::string_view subscriber) const {
  const Newsletter::Needs& needs = newsletter_.needs();
  const Topics topics = newsletter_.topics();
  const auto topic = std::ranges::find(*topics, issue.topic, &Topic::id);
  const std::string name = topic == topics->end() ? std::string() : topic->name_in(language);
  std::string text = "---\n\n";
  text += web::text(language, texts::kIssueWhy,
                    {{"topic", escaped(name)}, {"site", escaped(needs.site_name(language))}});
  text += "\n\n";
  const auto link = [&](const web::Text& words, const std::string& path) {
    text += fmt::format("- [{}](<{}{}>)\n", web::text(language, words), needs.site_url, path);
  };
  if (!subscriber.empty()) {
    const std::string from = "?ausgabe=" + issue.id;
    link(texts::kIssueEnd, unsubscribe_path(needs.links, subscriber, language) + from);
    link(texts::kIssueSettings, settings_path(needs.links, subscriber, language));
  }
  link(texts::kIssueOnline, web::path(language, "/newsletter/archiv/" + issue.id));
  link(texts::kIssueImprint, web::path(language, "/impressum"));
  if (const std::string owner = needs.owner(language); !owner.empty()) {
    text += "\n" + escaped(owner) + "\n";
  }
  return text;
}

mail::Parts Issues::render(const Issue& issue, Language wanted, std::string_view subscriber) const {
  const Newsletter::Needs& needs = newsletter_.needs();
  const Language language = issue.sent_in(wanted);
  // Each read by itself: a fence or a comment that the editor left open ends with her text, and the
  // way to unsubscribe stays what it is.
  const std::string& body = issue.body_in(language);
  const std::string foot = footer(issue, language, subscriber);
  web::Html html(language);
  html.text(body_html(body, needs.site_url));
  html.text(body_html(foot, needs.site_url));
  mail::Parts parts{
      .text = body_text(body, needs.site_url) + "\n" + body_text(foot, needs.site_url),
      .html = web::letter_html(language, {.subject = issue.subject_in(language),
                                          .blocks = {},
                                          .body = std::move(html).take_safe()}),
      .unsubscribe = {},
      .list = issue.topic + ".newsletter"};
  if (!subscriber.empty()) {
    parts.unsubscribe = needs.site_url + unsubscribe_path(needs.links, subscriber, language) +
                        "?ausgabe=" + issue.id;
  }
  return parts;
}

// Sending.

Result<> Issues::tick() {
  std::vector<Issue> active;
  RV_TRY(database().read([&](Session& s) -> Result<> {
    RV_ASSIGN(active, rows::active_issues(s));
    return {};
  }));
  for (const Issue& issue : active) RV_TRY(advance(issue));
  return {};
}

Result<> Issues::advance(const Issue& issue) {
  if (issue.state == IssueState::kApproved) {
    if (issue.send_at.value_or(Instant{}) > now()) return {};
    RV_ASSIGN(const Issue begun, change(issue.id,
                                        [&](Session&, Issue& due) -> Result<> {
                                          // Somebody may have taken the approval back since.
                                          if (due.state != IssueState::kApproved) return {};
                                          due.state = IssueState::kSending;
                                          due.started_at = now();
                                          return {};
                                        },
                                        {}));
    return begun.state == IssueState::kSending ? publish(begun) : Result<>{};
  }
  if (!issue.published) RV_TRY(publish(issue));
  if (issue.state != IssueState::kSending) return {};
  std::int64_t waiting = 0;
  RV_TRY(database().read([&](Session& s) -> Result<> {
    RV_ASSIGN(waiting, mail::count_due_bulk(s, now()));
    return {};
  }));
  for (std::int64_t left = needs_.pace.allowance(waiting); left > 0;) {
    RV_ASSIGN(const std::int64_t written, write_portion(issue.id, std::min(left, kPortion)));
    if (written == 0) break;
    left -= written;
    needs_.pace.take(written);
  }
  // What is written may be sent by now; the same transaction looks and says so.
  RV_TRY(change(issue.id, [&](Session& s, Issue& sent) { return settle(s, sent); }, {}));
  return {};
}

Result<> Issues::publish(const Issue& issue) {
  const Topics topics = newsletter_.topics();
  const auto topic = std::ranges::find(*topics, issue.topic, &Topic::id);
  if (topic == topics->end()) return fail(Code::kInternalError, "an issue has an unknown topic");
  RV_TRY(needs_.publish(issue, *topic));
  RV_TRY(change(issue.id,
                [](Session&, Issue& shown) -> Result<> {
                  shown.published = true;
                  return {};
                },
                {}));
  return {};
}

Result<std::int64_t> Issues::write_portion(const std::string& id, std::int64_t limit) {
  return database().writer().run_blocking([&](Session& s) -> Result<std::int64_t> {
    RV_ASSIGN(Issue issue, rows::find_issue(s, id));
    if (issue.state != IssueState::kSending || issue.all_queued) return std::int64_t{0};
    RV_ASSIGN(const std::int64_t written, write_letters(s, issue, limit));
    RV_TRY(rows::put_issue(s, issue));
    return written;
  });
}

Result<std::int64_t> Issues::write_letters(Session& s, Issue& issue, std::int64_t limit) {
  RV_ASSIGN(const std::vector<Subscriber> next, rows::next_of(s, issue.topic, issue.cursor, limit));
  for (const Subscriber& subscriber : next) {
    const Language language = subscriber.language == "en" ? Language::kEn : Language::kDe;
    RV_TRY(mail::enqueue(s,
                         {.key = letter_key(issue.id, subscriber.id),
                          .purpose = purpose_of_issue(issue.id),
                          .to = subscriber.mail,
                          .to_name = {},
                          .subject = issue.subject_in(language),
                          .text = {},
                          .language = std::string(code(issue.sent_in(language))),
                          .bulk = true,
                          .delete_after = now() + kKeepRows},
                         now()));
    const Instant until = now() + kSubscriptionKeep;
    if (until - subscriber.delete_after > kRenewBefore) {
      RV_TRY(newsletter_.keep_until(s, subscriber.id, until));
    }
  }
  if (!next.empty()) issue.cursor = next.back().id;
  issue.delivery.queued += std::ssize(next);
  issue.all_queued = std::ssize(next) < limit;
  return std::ssize(next);
}

Result<> Issues::settle(Session& s, Issue& issue) const {
  if (issue.state != IssueState::kSending) return {};
  RV_ASSIGN(const mail::Counts counts, mail::count_purpose(s, purpose_of_issue(issue.id)));
  issue.delivery.sent = counts.sent;
  issue.delivery.failed = counts.failed;
  issue.delivery.unclear = counts.unclear;
  if (!issue.all_queued || counts.waiting > 0) return {};
  issue.state = IssueState::kSent;
  issue.finished_at = now();
  return {};
}

}  // namespace revier::newsletter
