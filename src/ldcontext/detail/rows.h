// SPDX-License-Identifier: EUPL-1.2
// A stored @context as a row of the store.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "ldcontext/contexts.h"

namespace revier::ldcontext::detail {

inline constexpr std::string_view kRowPrefix = "ldcontext/";

struct Stored {
  Entry entry;
  std::string text;  // the document
};

[[nodiscard]] std::string row_key(std::string_view id);
[[nodiscard]] std::string encode(const Stored& stored);
// Errors: kCorrupt.
[[nodiscard]] Result<Stored> decode(std::string_view key, std::string_view row);

}  // namespace revier::ldcontext::detail
