// SPDX-License-Identifier: EUPL-1.2
// All that is stored about a person, as JSON she can take along (GDPR, articles 15 and 20):
// registrations with their parts, consents with wording and time, letters, and what other domains
// add.
//
// Thread safety: pure but for reading; the Tasks from io threads, the rest on the pool.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "ticket/api.h"

namespace revier::ticket {

// Of one registration. Errors: kResourceNotFound.
[[nodiscard]] Task<Result<std::string>> export_registration(const Domain& domain, std::string id);
// Of everything that is booked with an address.
[[nodiscard]] Task<Result<std::string>> export_person(const Domain& domain, std::string mail_key);

}  // namespace revier::ticket
