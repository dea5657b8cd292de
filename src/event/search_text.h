// SPDX-License-Identifier: EUPL-1.2
// The words of a search, made comparable (web/fold.h).
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace revier::event {

// The folded words of a query: at most 10, the rest is dropped.
[[nodiscard]] std::vector<std::string> fold_words(std::string_view utf8);

}  // namespace revier::event
