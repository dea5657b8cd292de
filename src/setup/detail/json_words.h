// SPDX-License-Identifier: EUPL-1.2
// Texts as JSON, for the items of a programme.
#pragma once
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "json/json.h"

namespace revier::setup {

inline std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

// In both languages; the German one where there is no English one.
inline std::string localised(std::string_view de, std::string_view en) {
  return fmt::format(R"({{"de":{},"en":{}}})", quoted(de), quoted(en.empty() ? de : en));
}

}  // namespace revier::setup
