// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/newsletter.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "consent/consent.h"
#include "consent/export.h"
#include "mail/outbox.h"
#include "newsletter/issue.h"
#include "newsletter/letters.h"
#include "newsletter/links.h"
#include "newsletter/partners.h"
#include "newsletter/wordings.h"
#include "ticket/registrations.h"

namespace revier::newsletter {
namespace {

using records::Session;

constexpr std::size_t kTopicIdMax = 40;
constexpr std::size_t kTopicsMax = 50;

std::string purpose_of(std::string_view topic) { return fmt::format("newsletter/{}", topic); }

bool has(const std::vector<std::string>& list, std::string_view id) {
  return std::ranges::find(list, id) != list.end();
}

// Letters of a topic's issues that wait for her; not those about her subscription, nor another's
// tests that go to the same mailbox.
Result<> take_back_issues(Session& s, const Subscriber& subscriber, std::string_view topic) {
  RV_ASSIGN(const std::vector<mail::StoredMessage> letters, mail::list_to(s, subscriber.mail));
  for (const mail::StoredMessage& letter : letters) {
    const LetterKey key = split_letter_key(letter.message.key);
    if (letter.state != mail::State::kWaiting || key.subscriber != subscriber.id) continue;
    const Result<Issue> issue = rows::find_issue(s, key.what);
    if (!issue && issue.error().code != Code::kResourceNotFound) return fail(issue.error());
    if (!issue || issue->topic != topic) continue;
    RV_TRY(mail::take_back(s, subscriber.mail, letter.message.key));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Newsletter>> Newsletter::open(Needs needs) {
  auto made = std::make_unique<Newsletter>(std::move(needs));
  records::Database& database = made->needs_.database;
  RV_TRY(database.writer().run_blocking([](Session& s) { return store_wordings(s); }));
  RV_TRY(database.read([&](Session& s) { return made->read_topics(s); }));
  return made;
}

Result<> Newsletter::read_topics(Session& session) {
  RV_ASSIGN(std::vector<Topic> list, rows::topics(session));
  const WriteLock lock(mutex_);
  topics_ = std::make_shared<const std::vector<Topic>>(std::move(list));
  return {};
}

Topics Newsletter::topics() const {
  const ReadLock lock(mutex_);
  return topics_;
}

bool Newsletter::is_offered() const { return std::ranges::any_of(*topics(), &Topic::offered); }

const Topic* Newsletter::find_topic(const std::vector<Topic>& topics, std::string_view id) const {
  const auto found = std::ranges::find(topics, id, &Topic::id);
  return found == topics.end() ? nullptr : &*found;
}

Result<> Newsletter::put_topic(const Topic& topic, std::function<Result<>(Session&)> also) {
  if (!is_plain_id(topic.id, kTopicIdMax)) {
    return fail(Code::kBadRequestData, "the id of a topic is 1 to 40 of a-z, 0-9 and -", "id");
  }
  if (topic.name_de.empty() || topic.name_en.empty()) {
    return fail(Code::kBadRequestData, "a topic has a name in both languages", "name");
  }
  const Topics known = topics();
  if (known->size() >= kTopicsMax && find_topic(*known, topic.id) == nullptr) {
    return fail(Code::kBadRequestData, fmt::format("at most {} topics", kTopicsMax), "id");
  }
  RV_TRY(needs_.database.writer().run_blocking([&](Session& s) -> Result<> {
    RV_TRY(rows::put_topic(s, topic));
    return also ? also(s) : Result<>{};
  }));
  return needs_.database.read([&](Session& s) { return read_topics(s); });
}

// Signing up.

Task<Result<>> Newsletter::sign_up(SignUp wanted) {
  co_return co_await needs_.database.writer().run(
      [this, wanted = std::move(wanted)](Session& s) { return sign_up_in(s, wanted); });
}

Result<> Newsletter::sign_up_in(Session& s, const SignUp& wanted) {
  const std::string key = ticket::mail_key(wanted.mail);
  RV_ASSIGN(const bool enough, mail::has_had_enough(s, wanted.mail, now()));
  if (enough) return {};
  RV_ASSIGN(const std::optional<Subscriber> known, rows::subscriber_of_mail(s, key));
  PendingSignUp request{.id = random_id(needs_.random),
                        .subscriber = known ? known->id : subscriber_id(needs_.links, key),
                        .mail = wanted.mail,
                        .language = wanted.language,
                        .topics = {},
                        .wording_version = kWordingVersion,
                        .asked_at = now(),
                        .delete_after = now() + kConfirmWithin};
  const Topics all = topics();
  for (const Topic& topic : *all) {
    const bool new_to_her = !known || !has(known->topics, topic.id);
    if (topic.offered && new_to_her && has(wanted.topics, topic.id)) {
      request.topics.push_back(topic.id);
    }
  }
  if (request.topics.empty()) {
    return known ? mail::enqueue(s, write_known(needs_, request), now()) : Result<>{};
  }
  RV_TRY(rows::insert_request(s, request));
  return mail::enqueue(s, write_question(needs_, request, *all), now());
}

Task<Result<std::string>> Newsletter::confirm(std::string request, web::Language shown_in) {
  co_return co_await needs_.database.writer().run(
      [this, request = std::move(request), shown_in](Session& s) {
        return confirm_in(s, request, shown_in);
      });
}

Result<std::string> Newsletter::confirm_in(Session& s, const std::string& id,
                                           web::Language shown_in) {
  const Result<PendingSignUp> request = rows::find_request(s, id);
  if (!request && request.error().code != Code::kResourceNotFound) return fail(request.error());
  if (!request || request->delete_after <= now()) {
    return fail(Code::kGone, "this request has ended");
  }
  if (request->confirmed) return request->subscriber;
  RV_ASSIGN(Subscriber subscriber, subscriber_for(s, *request));
  const Topics all = topics();
  for (const std::string& topic : request->topics) {
    if (find_topic(*all, topic) == nullptr || has(subscriber.topics, topic)) continue;
    RV_TRY(rows::add_topic(s, subscriber.id, topic, now()));
    RV_TRY(note(s, {.subscriber = subscriber,
                    .topic = topic,
                    .given = true,
                    .language = web::code(shown_in),
                    .channel = "web",
                    .proof = fmt::format("request {} of {}, confirmed by the link in its letter",
                                         request->id, to_iso8601(request->asked_at))}));
  }
  RV_TRY(rows::set_confirmed(s, id));
  return subscriber.id;
}

Result<Subscriber> Newsletter::subscriber_for(Session& s, const PendingSignUp& request) {
  RV_ASSIGN(std::optional<Subscriber> known,
            rows::subscriber_of_mail(s, ticket::mail_key(request.mail)));
  const Instant until = now() + kSubscriptionKeep;
  if (known) {
    RV_TRY(rows::set_delete_after(s, known->id, until));
    known->delete_after = until;
    return *known;
  }
  Subscriber subscriber{.id = request.subscriber,
                        .mail = request.mail,
                        .language = request.language,
                        .topics = {},
                        .since = now(),
                        .delete_after = until};
  RV_TRY(rows::insert_subscriber(s, subscriber));
  return subscriber;
}

// The ledger keeps what was said as long as the subscription may last and its proof is needed.
Result<> Newsletter::note(Session& s, const Change& change) {
  const std::string subject = subject_of(change.subscriber.id);
  const Instant until = change.subscriber.delete_after + kProofKeep;
  RV_TRY(consent::record(s, {.subject = subject,
                             .purpose = purpose_of(change.topic),
                             .given = change.given,
                             .at = now(),
                             .channel = std::string(change.channel),
                             .wording_kind = std::string(kWordingKind),
                             .wording_version = kWordingVersion,
                             .wording_language = std::string(change.language),
                             .proof = change.proof,
                             .retain_until = until}));
  return consent::set_retention(s, subject, until);
}

// Changing and ending.

Task<Result<>> Newsletter::change(std::string subscriber, std::vector<std::string> topics,
                                  std::string language, web::Language shown_in) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(subscriber), topics = std::move(topics), language = std::move(language),
       shown_in](Session& s) { return change_in(s, id, topics, language, shown_in); });
}

Result<> Newsletter::change_in(Session& s, const std::string& id,
                               const std::vector<std::string>& topics, const std::string& language,
                               web::Language shown_in) {
  RV_ASSIGN(const Subscriber subscriber, rows::find_subscriber(s, id));
  const Topics all = this->topics();
  const bool keeps_any =
      std::ranges::any_of(*all, [&](const Topic& topic) { return has(topics, topic.id); });
  if (!keeps_any) {
    RV_TRY(end_in(s, id, "web"));
    return {};
  }
  RV_TRY(rows::set_language(s, id, language));
  for (const Topic& topic : *all) {
    const bool had = has(subscriber.topics, topic.id);
    const bool wants = has(topics, topic.id) && (had || topic.offered);
    if (had == wants) continue;
    RV_TRY(wants ? rows::add_topic(s, id, topic.id, now()) : rows::remove_topic(s, id, topic.id));
    if (!wants) RV_TRY(take_back_issues(s, subscriber, topic.id));
    RV_TRY(note(s, {.subscriber = subscriber,
                    .topic = topic.id,
                    .given = wants,
                    .language = web::code(shown_in),
                    .channel = "web",
                    .proof = "on the settings page, by the link that only her mailbox has"}));
  }
  return {};
}

Task<Result<bool>> Newsletter::unsubscribe(std::string subscriber, std::string channel,
                                           std::string issue) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(subscriber), channel = std::move(channel),
       issue = std::move(issue)](Session& s) -> Result<bool> {
        RV_ASSIGN(const bool ended, end_in(s, id, channel));
        if (ended && !issue.empty()) RV_TRY(rows::count_unsubscribed(s, issue));
        return ended;
      });
}

Result<> Newsletter::keep_until(Session& s, const std::string& subscriber, Instant until) {
  RV_TRY(rows::set_delete_after(s, subscriber, until));
  return consent::set_retention(s, subject_of(subscriber), until + kProofKeep);
}

Result<bool> Newsletter::end_in(Session& s, const std::string& id, std::string_view channel) {
  RV_ASSIGN(const std::vector<PendingSignUp> requests, rows::requests_of(s, id));
  for (const PendingSignUp& request : requests) {
    RV_TRY(mail::take_back(s, request.mail, "newsletter/"));
  }
  RV_TRY(rows::erase_requests(s, id));
  Result<Subscriber> subscriber = rows::find_subscriber(s, id);
  if (!subscriber) {
    if (subscriber.error().code != Code::kResourceNotFound) return fail(subscriber.error());
    return !requests.empty();
  }
  RV_TRY(mail::take_back(s, subscriber->mail, "newsletter/"));
  subscriber->delete_after = now();  // from now on the proof alone is kept
  for (const std::string& topic : subscriber->topics) {
    RV_TRY(note(s, {.subscriber = *subscriber,
                    .topic = topic,
                    .given = false,
                    .language = subscriber->language,
                    .channel = channel,
                    .proof = channel == "mail" ? "one-click unsubscribe of a letter"
                                               : "by the link that only her mailbox has"}));
  }
  RV_TRY(rows::withdraw_partners(s, *subscriber, channel, now(), now() + kProofKeep));
  RV_TRY(rows::erase_subscriber(s, id));
  erased_ = true;
  return true;
}

// What is stored, and erasing it.

Task<Result<>> Newsletter::erase(std::string subscriber) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(subscriber)](Session& s) -> Result<> {
        const Result<Subscriber> known = rows::find_subscriber(s, id);
        if (!known && known.error().code != Code::kResourceNotFound) return fail(known.error());
        RV_ASSIGN(const std::vector<PendingSignUp> requests, rows::requests_of(s, id));
        std::string mail = known ? known->mail : "";
        if (mail.empty() && !requests.empty()) mail = requests.front().mail;
        RV_TRY(erase_in(s, id, mail));
        return {};
      });
}

Result<std::int64_t> Newsletter::erase_in(Session& s, const std::string& id,
                                          const std::string& mail) {
  RV_TRY(mail::erase_purpose_to(s, mail, kMailPurpose));
  RV_TRY(rows::erase_requests(s, id));
  RV_TRY(rows::erase_partner_consents(s, id));
  RV_TRY(rows::erase_subscriber(s, id));
  erased_ = true;
  return consent::erase_subject(s, subject_of(id));
}

Result<std::int64_t> Newsletter::erase_mail(Session& s, const std::string& mail_key) {
  RV_ASSIGN(const std::optional<Subscriber> known, rows::subscriber_of_mail(s, mail_key));
  return erase_in(s, known ? known->id : subscriber_id(needs_.links, mail_key), mail_key);
}

Result<std::int64_t> Newsletter::erase_ended(Session& s, Instant now) {
  // Those of a stopped issue have no end of their own: the address is known as long as its
  // subscription.
  RV_ASSIGN(const std::vector<std::string> mails, rows::ended_mails(s, now));
  for (const std::string& mail : mails) RV_TRY(mail::take_back(s, mail, "newsletter/"));
  RV_ASSIGN(const std::int64_t ended, rows::erase_ended(s, now));
  return ended + (erased_.exchange(false) ? 1 : 0);
}

Result<bool> Newsletter::knows_person(Session& s, const std::string& mail_key) const {
  const std::string id = subscriber_id(needs_.links, mail_key);
  RV_ASSIGN(const auto requests, rows::requests_of(s, id));
  if (!requests.empty()) return true;
  RV_ASSIGN(const auto said, consent::entries(s, subject_of(id)));
  return !said.empty();
}

Result<> Newsletter::write_export(Session& s, const std::string& mail_key,
                                  json::Writer& out) const {
  RV_ASSIGN(const std::optional<Subscriber> known, rows::subscriber_of_mail(s, mail_key));
  const std::string id = known ? known->id : subscriber_id(needs_.links, mail_key);
  out.key("newsletter").begin_object();
  if (known) {
    out.member("mail", known->mail)
        .member("language", known->language)
        .member("since", to_iso8601(known->since))
        .member("delete_after", to_iso8601(known->delete_after));
    out.key("topics").begin_array();
    for (const std::string& topic : known->topics) out.string(topic);
    out.end_array();
  }
  RV_ASSIGN(const std::vector<PendingSignUp> requests, rows::requests_of(s, id));
  out.key("requests").begin_array();
  for (const PendingSignUp& request : requests) {
    out.begin_object()
        .member("mail", request.mail)
        .member("asked_at", to_iso8601(request.asked_at))
        .member("confirmed", request.confirmed)
        .member("delete_after", to_iso8601(request.delete_after))
        .end_object();
  }
  out.end_array();
  RV_TRY(consent::write_entries(s, subject_of(id), out));
  out.end_object();
  return {};
}

}  // namespace revier::newsletter
