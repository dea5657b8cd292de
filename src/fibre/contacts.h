// SPDX-License-Identifier: EUPL-1.2
// Who wants to be told of changes at an address or in a street, and who is interested in fibre
// there; with the proof that she wanted it.
//
// Double opt-in: whoever types an address of mail makes a contact that is not confirmed; one letter
// goes there, whose link leads to a button. Only that confirms, with an entry in the ledger of
// consents for each of the two purposes. What nobody confirms goes after kConfirmWithin, what is
// confirmed after kContactKeep. The answer is the same whether or not an address is known.
//
// When the last wish ends, the address of mail is deleted with the contact; the ledger keeps for
// kProofKeep what was agreed to and withdrawn, with a keyed hash of the address, so that the
// operator can still answer somebody who names it and asks why she got mail. By the hash of her
// address a person finds the proof on her own page, and by the link: both erase it too.
//
// Interest is counted by street; nobody outside is given an address. Letters about changes are
// written in the transaction that changes the list, one a contact and list.
//
// Thread safety: all from any thread; the Tasks from io threads, what takes a Session is inside the
// caller's transaction.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/task.h"
#include "fibre/directory.h"
#include "json/json.h"
#include "records/records.h"
#include "ticket/secret_link.h"
#include "web/language.h"

namespace revier::fibre {

inline constexpr Duration kConfirmWithin = Duration::days(7);
inline constexpr Duration kContactKeep = Duration::days(2 * 365);
inline constexpr Duration kProofKeep = Duration::days(3 * 365);  // as of the newsletter
inline constexpr std::string_view kChangesPurpose = "fibre-changes";
inline constexpr std::string_view kInterestPurpose = "fibre-interest";
inline constexpr std::string_view kContactLink = "fibre-contact";

struct Contact {
  std::string id;
  std::string mail;
  std::string language;    // "de", "en"
  std::string street;      // name
  std::string street_key;  // search_key() of it
  std::string district;
  std::string number;  // "12a"; empty: the whole street
  bool wants_changes = false;
  bool interested = false;
  Instant asked_at;
  std::optional<Instant> confirmed_at;
  Instant delete_after;

  [[nodiscard]] web::Language tongue() const {
    return language == "en" ? web::Language::kEn : web::Language::kDe;
  }
  [[nodiscard]] std::string place() const;  // "Ahornstraße 12a (Wanne)"
};

// How many confirmed contacts are interested, by street.
struct Interest {
  std::string street;
  std::string district;
  std::int64_t contacts = 0;
};

// Paths: "/glasfaser/meins/TOKEN".
[[nodiscard]] std::string contact_path(const ticket::SecretLinks& links, std::string_view page,
                                       std::string_view contact, web::Language language);
// How the keys of all letters to a contact begin.
[[nodiscard]] std::string contact_letters(std::string_view contact);
// Whose a letter is, by its key in the outbox; "" where it is none of ours.
[[nodiscard]] std::string_view contact_of_letter(std::string_view key);

// The words that a person agrees to.
[[nodiscard]] std::string_view contact_wording(std::string_view purpose, web::Language language);

class Contacts {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    const ticket::SecretLinks& links;
    std::string site_url;                             // without a slash at the end
    std::function<std::string(web::Language)> owner;  // who writes; may answer ""
  };
  [[nodiscard]] static std::span<const records::Migration> migrations();
  // Stores the wordings; blocks.
  [[nodiscard]] static Result<std::unique_ptr<Contacts>> open(Needs needs);
  explicit Contacts(Needs needs) : needs_(std::move(needs)) {}

  // Writes the letter that asks, at most a few an hour to one address. `wanted` has mail, language,
  // place and at least one wish.
  [[nodiscard]] Task<Result<>> ask(Contact wanted);
  // Twice is no error. Errors: kGone (too late, or erased).
  [[nodiscard]] Task<Result<>> confirm(std::string id);
  // Withdraws one of the two; the last one deletes the contact and keeps the proof. `channel` is
  // "web" or "mail".
  // False where there was nothing to end.
  [[nodiscard]] Task<Result<bool>> end(std::string id, std::string purpose, std::string channel);
  // All of it, the proof too; also of a contact that has ended.
  [[nodiscard]] Task<Result<>> erase(std::string id);

  // Errors: kGone.
  [[nodiscard]] static Result<Contact> find(records::Session& session, std::string_view id);
  [[nodiscard]] static Result<std::vector<Interest>> interest(records::Session& session);
  // Letters to those who asked to be told.
  [[nodiscard]] Result<> tell(records::Session& session, const Directory& before,
                              const Directory& after) const;
  // All that is stored of a contact, as members of the object that is open.
  [[nodiscard]] static Result<> write_export(records::Session& session, const Contact& contact,
                                             json::Writer& out);
  // Whether there is a contact of an address of mail, or the proof of one that has ended.
  [[nodiscard]] Result<bool> knows_person(records::Session& session,
                                          const std::string& mail_key) const;
  // Member "fibre" with all of these, and their erasure; how many.
  [[nodiscard]] Result<> write_person(records::Session& session, const std::string& mail_key,
                                      json::Writer& out) const;
  [[nodiscard]] Result<std::int64_t> erase_person(records::Session& session,
                                                  const std::string& mail_key);
  // What has passed its retention. How many; more than 0 also where something was erased since.
  [[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

 private:
  [[nodiscard]] Result<> ask_in(records::Session& session, Contact wanted);
  [[nodiscard]] Result<> confirm_in(records::Session& session, const std::string& id);
  [[nodiscard]] Result<bool> end_in(records::Session& session, const std::string& id,
                                    std::string_view purpose, std::string_view channel);
  [[nodiscard]] Result<> erase_in(records::Session& session, const Contact& contact);
  // Ends what she still wishes and keeps the proof alone.
  [[nodiscard]] Result<> close_in(records::Session& session, Contact contact,
                                  std::string_view channel);
  [[nodiscard]] Result<> forget(records::Session& session, const Contact& contact);
  [[nodiscard]] Result<> note(records::Session& session, const Contact& contact,
                              std::string_view purpose, bool given, std::string_view channel) const;

  const Needs needs_;
  std::atomic<bool> erased_ = false;  // the files still hold it
};

}  // namespace revier::fibre
