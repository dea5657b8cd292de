// SPDX-License-Identifier: EUPL-1.2
// Lists of ids in one column: they hold no blanks.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace revier::newsletter::detail {

[[nodiscard]] inline std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

[[nodiscard]] inline std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace revier::newsletter::detail
