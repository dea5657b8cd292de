// SPDX-License-Identifier: EUPL-1.2
// Reads a store, or a checkpoint of one, that nobody has open.
//
// Thread safety: function without state; takes as long as reading all files.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace revier::store {

// The number of entity rows of a checkpoint, after every block and every row was read and held
// against its checksum. Changes no file. Errors: kCorrupt, kUnavailable.
[[nodiscard]] Result<std::uint64_t> inspect(const std::string& directory);

}  // namespace revier::store
