// SPDX-License-Identifier: EUPL-1.2
// Reads a SQLite file that nobody has open.
//
// Thread safety: function without state; takes as long as reading the file.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"

namespace revier::records {

// The number of rows of each table, after the file's integrity and its foreign keys were checked.
// Changes no file. Errors: kCorrupt, kUnavailable.
[[nodiscard]] Result<std::map<std::string, std::uint64_t>> inspect(const std::string& file);

}  // namespace revier::records
