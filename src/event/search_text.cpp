// SPDX-License-Identifier: EUPL-1.2
#include "event/search_text.h"

#include <algorithm>

#include "web/fold.h"

namespace revier::event {
namespace {
constexpr std::size_t kWordsMax = 10;
}

std::vector<std::string> fold_words(std::string_view utf8) {
  const std::string folded = web::fold_text(utf8);
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < folded.size() && words.size() < kWordsMax) {
    const std::size_t end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace revier::event
