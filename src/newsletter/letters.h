// SPDX-License-Identifier: EUPL-1.2
// The letters of the newsletter that are no issues, in the language of the request: plain text,
// without any advertising.
//
// Thread safety: pure functions.
#pragma once
#include "mail/outbox.h"
#include "newsletter/newsletter.h"

namespace revier::newsletter {

// Asks whether the owner of the address wants it.
[[nodiscard]] mail::Message write_question(const Newsletter::Needs& needs,
                                           const PendingSignUp& request,
                                           const std::vector<Topic>& topics);
// To a subscriber who has typed her address again: her links. `key` makes it one letter.
[[nodiscard]] mail::Message write_known(const Newsletter::Needs& needs,
                                        const PendingSignUp& request);

}  // namespace revier::newsletter
