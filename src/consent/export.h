// SPDX-License-Identifier: EUPL-1.2
// What the ledger says of a subject, for the export of a person's data.
#pragma once
#include <string_view>

#include "base/result.h"
#include "json/json.h"
#include "records/records.h"

namespace revier::consent {

// Member "consents" of the object that is open: entries oldest first, each with its wording.
[[nodiscard]] Result<> write_entries(records::Session& session, std::string_view subject,
                                     json::Writer& out);

}  // namespace revier::consent
