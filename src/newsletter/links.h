// SPDX-License-Identifier: EUPL-1.2
// The addresses that letters of the newsletter hold, and the ids of subscribers.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "ticket/secret_link.h"
#include "web/language.h"

namespace revier::newsletter {

inline constexpr std::string_view kMailPurpose = "newsletter";
inline constexpr std::string_view kRequestLink = "newsletter-request";
inline constexpr std::string_view kSubscriberLink = "newsletter-subscriber";

// A keyed hash of an address: who has the key finds the entries of the ledger that an address has,
// also after the address itself was deleted; nobody finds the address from them.
[[nodiscard]] std::string subscriber_id(const ticket::SecretLinks& links,
                                        std::string_view mail_key);
// In the ledger.
[[nodiscard]] std::string subject_of(std::string_view subscriber);

// Paths: "/newsletter/bestaetigen/TOKEN".
[[nodiscard]] std::string confirm_path(const ticket::SecretLinks& links, std::string_view request,
                                       web::Language language);
[[nodiscard]] std::string settings_path(const ticket::SecretLinks& links,
                                        std::string_view subscriber, web::Language language);
[[nodiscard]] std::string unsubscribe_path(const ticket::SecretLinks& links,
                                           std::string_view subscriber, web::Language language);

// The key of a letter in the outbox, which says whose it is: "newsletter/WHAT/SUBSCRIBER".
[[nodiscard]] std::string letter_key(std::string_view what, std::string_view subscriber);
struct LetterKey {
  std::string_view what;
  std::string_view subscriber;
};
// Parts are empty where it is no key of ours.
[[nodiscard]] LetterKey split_letter_key(std::string_view key);

}  // namespace revier::newsletter
