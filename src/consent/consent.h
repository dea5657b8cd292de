// SPDX-License-Identifier: EUPL-1.2
// The ledger of consents: which wording, for what, when, how, by whom, given or withdrawn.
//
// Append-only: a withdrawal is an entry of its own; the latest entry of a subject and a purpose
// tells what holds. A subject is a reference of the caller's domain ("registration:ID"), never a
// name. Entries leave when their retention ends or the subject is erased.
//
// Everything runs inside the caller's transaction (records::Session), so that a consent stands or
// falls with what it was given for.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::consent {

[[nodiscard]] std::span<const records::Migration> migrations();

// A text as it was shown. `kind` and `version` name it, one row a language.
struct Wording {
  std::string kind;  // "participation", "newsletter", "photo", "matchmaking"
  std::int64_t version = 1;
  std::string language;  // "de", "en"
  std::string text;
};

struct Entry {
  std::string subject;
  std::string purpose;  // mostly the wording's kind
  bool given = false;   // false: withdrawn
  Instant at;
  std::string channel;  // "web", "desk", "mail", "api", "time" (it ran out)
  std::string wording_kind;
  std::int64_t wording_version = 1;
  std::string wording_language;
  std::string proof;  // what shows it: an id of the request or of a paper; no personal data
  Instant retain_until;
};

// Stores a wording; the same again is fine. Errors: kConflict for another text under the same kind,
// version and language: a changed text is a new version.
[[nodiscard]] Result<> put_wording(records::Session& session, const Wording& wording);
// Errors: kResourceNotFound.
[[nodiscard]] Result<Wording> wording(records::Session& session, std::string_view kind,
                                      std::int64_t version, std::string_view language);
// The newest version in a language. Errors: kResourceNotFound.
[[nodiscard]] Result<Wording> newest_wording(records::Session& session, std::string_view kind,
                                             std::string_view language);

// Errors: kConflict for a wording that is not stored.
[[nodiscard]] Result<> record(records::Session& session, const Entry& entry);
// Oldest first.
[[nodiscard]] Result<std::vector<Entry>> entries(records::Session& session,
                                                 std::string_view subject);
// Whether the latest entry gives it; false where there is none.
[[nodiscard]] Result<bool> stands(records::Session& session, std::string_view subject,
                                  std::string_view purpose);
// How long what was said of a subject is kept from now on: as long as what it was said for.
[[nodiscard]] Result<> set_retention(records::Session& session, std::string_view subject,
                                     Instant retain_until);
// Removes what was said of a subject; how many entries.
[[nodiscard]] Result<std::int64_t> erase_subject(records::Session& session,
                                                 std::string_view subject);
// Removes entries whose retention has ended; how many.
[[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

}  // namespace revier::consent
