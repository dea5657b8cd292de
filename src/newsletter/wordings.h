// SPDX-License-Identifier: EUPL-1.2
// What a subscriber agrees to, word for word. A changed text is a new version.
#pragma once
#include <string_view>

#include "base/result.h"
#include "records/records.h"
#include "web/language.h"

namespace revier::newsletter {

inline constexpr std::string_view kWordingKind = "newsletter";
inline constexpr std::int64_t kWordingVersion = 1;  // the one that is shown now

[[nodiscard]] std::string_view wording(web::Language language);
// Stores it in the ledger; to be called at every start.
[[nodiscard]] Result<> store_wordings(records::Session& session);

}  // namespace revier::newsletter
