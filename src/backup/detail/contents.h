// SPDX-License-Identifier: EUPL-1.2
// What lies in a backup's store and records, and the rows of the list.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "backup/backup.h"

namespace revier::backup::detail {

// Reads every row; changes no file. Errors: kCorrupt.
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> count_contents(const std::string& folder,
                                                                          bool records);
[[nodiscard]] Result<> note(records::Database& database, const Entry& entry);

}  // namespace revier::backup::detail
