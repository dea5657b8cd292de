// SPDX-License-Identifier: EUPL-1.2
// Characters of UTF-8 texts. Of a text that is none the answers are of no use, but do no harm.
//
// Thread safety: pure functions.
#pragma once
#include <cstddef>
#include <string_view>

namespace revier {

// How many code points it has: what people and JSON Schema call its length.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

// The longest beginning of at most `bytes_max` bytes that ends with a whole code point.
[[nodiscard]] std::string_view cut_to_bytes(std::string_view text, std::size_t bytes_max);

}  // namespace revier
