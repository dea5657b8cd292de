// SPDX-License-Identifier: EUPL-1.2
// The cases of a person, by her address of mail: for her page, her export, her erasure.
//
// `mail_key` is ticket::mail_key() of the address. Whoever stated it in a form was sent the link of
// the case there: who reads that mailbox sees here nothing that she could not see before.
//
// Thread safety: all within the caller's transaction.
#pragma once
#include <string>
#include <vector>

#include "casework/cases.h"
#include "json/json.h"
#include "ticket/api.h"

namespace revier::casework {

[[nodiscard]] Result<bool> has_cases(records::Session& session, const std::string& mail_key);
// Newest first, drafts too.
[[nodiscard]] Result<std::vector<ticket::PersonThing>> person_things(const Cases& cases,
                                                                     records::Session& session,
                                                                     const std::string& mail_key,
                                                                     web::Language language);
// Member "cases": all that is stored of them but the content of files, which their links give.
[[nodiscard]] Result<> write_person(const Cases& cases, records::Session& session,
                                    const std::string& mail_key, json::Writer& out);
// Erases drafts and what was withdrawn. A case that an office works on or has decided stays until
// its delete_after, since the office has to account for it (GDPR, article 17(3)(b)).
[[nodiscard]] Result<> erase_person(records::Session& session, const std::string& mail_key,
                                    Instant now);

}  // namespace revier::casework
