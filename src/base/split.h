// SPDX-License-Identifier: EUPL-1.2
// Lists as people write them: "Energie, Mobilität", or one on each line.
//
// Thread safety: pure.
#pragma once
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace revier {

// The parts between `separator`s, without the spaces around them; empty ones are left out.
[[nodiscard]] inline std::vector<std::string> split_list(std::string_view text,
                                                         char separator = ',') {
  std::vector<std::string> parts;
  for (const auto each : std::views::split(text, separator)) {
    std::string_view part(each.begin(), each.end());
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

}  // namespace revier
