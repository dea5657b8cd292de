// SPDX-License-Identifier: EUPL-1.2
// Who gets which newsletter, and the proof that she wanted it.
//
// Double opt-in: whoever types an address makes a request; one letter goes there, with a link to a
// page whose button confirms. Only that makes a subscriber, with an entry in the ledger of consents
// (wording and version, purpose "newsletter/TOPIC", channel, time, and as proof the request and
// when it was made). A request that nobody confirms goes after kConfirmWithin. The answer is the
// same whether or not an address is known.
//
// A subscriber is known by a keyed hash of her address (links.h). Ending the subscription deletes
// the address; the ledger keeps what was said of the hash for kProofKeep, so that the operator can
// still answer somebody who names the address and asks why she got mail.
//
// Thread safety: all from any thread; the Tasks from io threads, what blocks says so.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/thread_safety.h"
#include "json/json.h"
#include "newsletter/store.h"
#include "newsletter/types.h"
#include "records/records.h"
#include "ticket/secret_link.h"

namespace revier::newsletter {

inline constexpr Duration kConfirmWithin = Duration::days(7);
// A subscription that nothing was sent for ends by itself.
inline constexpr Duration kSubscriptionKeep = Duration::days(3 * 365);
// From the end of a subscription: as long as an offence against § 7 UWG and the GDPR can be fined.
inline constexpr Duration kProofKeep = Duration::days(3 * 365);

struct SignUp {
  std::string mail;
  std::string language;             // "de", "en"
  std::vector<std::string> topics;  // unknown ones and those not offered are left out
};

class Newsletter {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    const ticket::SecretLinks& links;
    std::string site_url;                                 // without a slash at the end
    std::function<std::string(web::Language)> site_name;  // "Smart City Days Herne"
    std::function<std::string(web::Language)> owner;      // who is responsible; may answer ""
  };

  // Stores the wordings and reads the topics; blocks.
  [[nodiscard]] static Result<std::unique_ptr<Newsletter>> open(Needs needs);
  // By open().
  explicit Newsletter(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] Topics topics() const;
  // Whether anybody new can subscribe to anything.
  [[nodiscard]] bool is_offered() const;
  // Makes or changes a topic; blocks. `also` runs in the same transaction. Errors: kBadRequestData
  // (id, empty names).
  [[nodiscard]] Result<> put_topic(const Topic& topic,
                                   std::function<Result<>(records::Session&)> also = {});

  // Writes the letter that asks; to a subscriber who has all of it, one with her links. Nothing
  // where the address has had as many letters as it may.
  [[nodiscard]] Task<Result<>> sign_up(SignUp wanted);
  // Answers the subscriber's id; twice is no error. `shown_in`, here and below: the language of the
  // page, whose wording is what she consents to. Errors: kGone (too late, or taken back).
  [[nodiscard]] Task<Result<std::string>> confirm(std::string request, web::Language shown_in);
  // Topics that she did not have are consented to with it, those left out are withdrawn, with the
  // letters of their issues that wait; none ends the subscription. `language` is that of her
  // letters from now on. Errors: kResourceNotFound.
  [[nodiscard]] Task<Result<>> change(std::string subscriber, std::vector<std::string> topics,
                                      std::string language, web::Language shown_in);
  // Ends all of it: topics, open requests, letters that wait. Twice is no error. Answers whether
  // there was anything to end. `channel` is "web" or "mail" (one-click).
  // `issue` is the one whose link it was; it counts for that.
  [[nodiscard]] Task<Result<bool>> unsubscribe(std::string subscriber, std::string channel,
                                               std::string issue = {});
  // Erases all that is stored, the proof too.
  [[nodiscard]] Task<Result<>> erase(std::string subscriber);

  // Inside the caller's transaction: something was sent to her, so that the subscription lasts.
  [[nodiscard]] Result<> keep_until(records::Session& session, const std::string& subscriber,
                                    Instant until);
  // Inside the caller's transaction: whether anything is stored of an address, also a proof alone;
  // all of it, as member "newsletter" of an export; and its erasure, which answers how many
  // consents it was.
  [[nodiscard]] Result<bool> knows_person(records::Session& session,
                                          const std::string& mail_key) const;
  [[nodiscard]] Result<> write_export(records::Session& session, const std::string& mail_key,
                                      json::Writer& out) const;
  [[nodiscard]] Result<std::int64_t> erase_mail(records::Session& session,
                                                const std::string& mail_key);
  // What has passed its retention; more than 0 also where something was erased since.
  [[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

  [[nodiscard]] const Needs& needs() const { return needs_; }

 private:
  struct Change {
    const Subscriber& subscriber;
    std::string_view topic;
    bool given = false;
    std::string_view language;  // of the wording
    std::string_view channel;
    std::string proof;
  };

  Instant now() const { return needs_.civil_clock.now(); }
  const Topic* find_topic(const std::vector<Topic>& topics, std::string_view id) const;
  Result<> sign_up_in(records::Session& session, const SignUp& wanted);
  Result<std::string> confirm_in(records::Session& session, const std::string& id,
                                 web::Language shown_in);
  Result<Subscriber> subscriber_for(records::Session& session, const PendingSignUp& request);
  Result<> change_in(records::Session& session, const std::string& id,
                     const std::vector<std::string>& topics, const std::string& language,
                     web::Language shown_in);
  Result<bool> end_in(records::Session& session, const std::string& id, std::string_view channel);
  Result<std::int64_t> erase_in(records::Session& session, const std::string& id,
                                const std::string& mail);
  Result<> note(records::Session& session, const Change& change);
  Result<> read_topics(records::Session& session);

  const Needs needs_;
  std::atomic<bool> erased_{false};  // the files still hold it
  mutable SharedMutex mutex_;
  Topics topics_ RV_GUARDED_BY(mutex_) = std::make_shared<const std::vector<Topic>>();
};

}  // namespace revier::newsletter
