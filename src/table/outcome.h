// SPDX-License-Identifier: EUPL-1.2
// What a row of a table would do to what is there already: told before it is done.
#pragma once
#include <cstdint>

namespace revier::table {

enum class Outcome : std::uint8_t { kNew, kChanged, kSame, kRefused };

}  // namespace revier::table
