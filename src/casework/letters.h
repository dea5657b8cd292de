// SPDX-License-Identifier: EUPL-1.2
// Letters about a case: that there is news and where it is read, never what it is.
#pragma once
#include "casework/cases.h"
#include "mail/outbox.h"

namespace revier::casework {

enum class LetterKind : std::uint8_t {
  kDraft,     // the link to go on with
  kReceived,  // it was handed in
  kNews,      // the office has written or decided
};

// The same for all letters about a case.
[[nodiscard]] std::string letters_begin(std::string_view case_id);
[[nodiscard]] mail::Message write_letter(const CaseNeeds& needs, LetterKind kind,
                                         const Definition& form, const Case& one);

}  // namespace revier::casework
