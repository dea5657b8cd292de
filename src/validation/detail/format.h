// SPDX-License-Identifier: EUPL-1.2
// The formats of JSON Schema that are asserted.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <string_view>

namespace revier::validation::detail {

enum class Format : std::uint8_t { kNone, kDateTime, kDate, kTime, kEmail, kUri, kUuid, kIpv4 };

// kNone for every other: those are annotations.
[[nodiscard]] Format format_named(std::string_view name);
[[nodiscard]] bool has_format(std::string_view text, Format format);

}  // namespace revier::validation::detail
