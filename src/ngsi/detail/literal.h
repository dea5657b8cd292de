// SPDX-License-Identifier: EUPL-1.2
// Words of q and stored texts to numbers, dates and times.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "ngsi/q.h"

namespace revier::ngsi::detail {

// Microseconds of a DateTime, of a Date's first moment, of a Time since midnight; nullopt for
// another text.
[[nodiscard]] std::optional<std::int64_t> parse_instant(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);

// A word without quotes; nullopt where it can be nothing.
[[nodiscard]] std::optional<Literal> parse_literal(std::string_view word);

}  // namespace revier::ngsi::detail
