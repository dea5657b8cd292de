// SPDX-License-Identifier: EUPL-1.2
// A street as the text of its row, and back.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "fibre/types.h"

namespace revier::fibre::detail {

[[nodiscard]] std::string text_of(const Street& street);
// Errors: kCorrupt.
[[nodiscard]] Result<Street> street_of(std::string_view text);

}  // namespace revier::fibre::detail
