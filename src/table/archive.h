// SPDX-License-Identifier: EUPL-1.2
// ZIP archives in memory.
//
// Thread safety: function without state.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::table {

using Files = std::map<std::string, std::string, std::less<>>;

// Unpacks what `wanted` says yes to. `bytes_max` bounds all of it together, whatever the archive
// says of itself. Errors: kUnprocessable (no ZIP, damaged, encrypted), kTooLarge.
[[nodiscard]] Result<Files> unpack(std::string_view archive, std::size_t bytes_max,
                                   const std::function<bool(std::string_view)>& wanted);

// A ZIP of files, compressed. Errors: kInternalError.
[[nodiscard]] Result<std::string> pack(const Files& files);

}  // namespace revier::table
