// SPDX-License-Identifier: EUPL-1.2
// Text made comparable: case, umlauts and accents do not matter (Unicode case folding, NFKD, marks
// removed; ICU). "Bürger" is "burger", "STRASSE" and "Straße" are "strasse".
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace revier::event {

[[nodiscard]] std::string fold_text(std::string_view utf8);
// The folded words of a query: at most 10, the rest is dropped.
[[nodiscard]] std::vector<std::string> fold_words(std::string_view utf8);

}  // namespace revier::event
