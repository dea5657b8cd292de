// SPDX-License-Identifier: EUPL-1.2
// The consents that registration offers, word for word. A changed text is a new version.
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "records/records.h"
#include "web/language.h"

namespace revier::ticket {

struct OfferedConsent {
  std::string_view kind;
  std::int64_t version;
  std::string_view de;
  std::string_view en;
  [[nodiscard]] std::string_view in(web::Language language) const {
    return language == web::Language::kDe ? de : en;
  }
};

[[nodiscard]] std::span<const OfferedConsent> offered_consents();

// Stores the texts in the ledger; to be called at every start.
[[nodiscard]] Result<> store_wordings(records::Session& session);

}  // namespace revier::ticket
