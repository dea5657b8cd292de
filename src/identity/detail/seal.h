// SPDX-License-Identifier: EUPL-1.2
// Small secrets that must be read again, sealed under the instance's key (XSalsa20-Poly1305).
//
// Thread safety: pure functions.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::identity::detail {

using SealKey = std::array<std::uint8_t, 32>;

// Hexadecimal digits. `purpose` keeps what was sealed for one use from being opened for another.
[[nodiscard]] std::string seal(const SealKey& key, std::string_view purpose,
                               std::string_view content);
// Errors: kCorrupt for what was not sealed so.
[[nodiscard]] Result<std::string> unseal(const SealKey& key, std::string_view purpose,
                                         std::string_view sealed);

}  // namespace revier::identity::detail
