// SPDX-License-Identifier: EUPL-1.2
// What lies in a backup's store and records, and the rows of the list.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backup/backup.h"

namespace revier::backup::detail {

// Reads every row; changes no file. Errors: kCorrupt.
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> count_contents(const std::string& folder,
                                                                          bool records);
// Puts a backup on the list, or tells more of one that is on it.
[[nodiscard]] Result<> note(records::Database& database, const Entry& entry);
// Removes from `parent` what is on the list and not whole: what was cut short while it was made or
// removed. Not while one is made there. Returns what is gone.
[[nodiscard]] Result<std::vector<std::string>> remove_unfinished(records::Database& database,
                                                                 const std::string& parent);

}  // namespace revier::backup::detail
