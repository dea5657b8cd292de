// SPDX-License-Identifier: EUPL-1.2
// Percent-encoding of RFC 3986, 2.1.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

namespace revier {

// For one part of a path or query: what is neither unreserved (2.3) nor one of `also_plain` becomes
// %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view also_plain = {});

// The bytes meant; a '%' without two hexadecimal digits stands for itself. What comes of it may be
// no UTF-8.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace revier
