// SPDX-License-Identifier: EUPL-1.2
// Where and why a text that was refused is no JSON. Only for texts that were refused: slower than
// reading, in time linear to the text.
#pragma once
#include <string>
#include <string_view>

namespace revier::json::detail {

// "line 2, column 7: expected a value" (columns in bytes); empty where no fault is found.
[[nodiscard]] std::string explain(std::string_view text);

}  // namespace revier::json::detail
