// SPDX-License-Identifier: EUPL-1.2
#include "base/utf8.h"

#include <algorithm>

namespace revier {
namespace {

bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

std::string_view cut_to_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && !begins_code_point(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace revier
