// SPDX-License-Identifier: EUPL-1.2
// Letters to contacts, in their language, as plain text.
//
// Thread safety: pure functions.
#pragma once
#include <vector>

#include "fibre/contacts.h"
#include "mail/outbox.h"

namespace revier::fibre {

inline constexpr std::string_view kLetterPurpose = "fibre";

// Asks whether the owner of the address wants it.
[[nodiscard]] mail::Message write_question(const Contacts::Needs& needs, const Contact& contact);
// What a list says otherwise; `told` is not empty.
[[nodiscard]] mail::Message write_news(const Contacts::Needs& needs, const Contact& contact,
                                       const ListHead& list,
                                       const std::vector<AddressChange>& told);

}  // namespace revier::fibre
