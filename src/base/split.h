// SPDX-License-Identifier: EUPL-1.2
// Lists as people write them: "Energie, Mobilität".
//
// Thread safety: pure.
#pragma once
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace revier {

// The parts between commas, without the spaces around them; empty ones are left out.
[[nodiscard]] inline std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for (const auto each : std::views::split(text, ',')) {
    std::string_view part(each.begin(), each.end());
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

}  // namespace revier
