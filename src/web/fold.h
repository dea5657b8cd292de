// SPDX-License-Identifier: EUPL-1.2
// Text made comparable: case, umlauts and accents do not matter (Unicode case folding, NFKD, marks
// removed; ICU). "Bürger" is "burger", "STRASSE" and "Straße" are "strasse".
//
// Thread safety: pure.
#pragma once
#include <string>
#include <string_view>

namespace revier::web {

[[nodiscard]] std::string fold_text(std::string_view utf8);

}  // namespace revier::web
