// SPDX-License-Identifier: EUPL-1.2
#include "service/compound.h"

#include <algorithm>
#include <optional>

#include "service/words.h"

namespace revier::service {
namespace {

// The best way to cut the word up to one place.
struct Cut {
  std::size_t parts = 0;
  std::size_t shortest = 0;  // bytes of the shortest part
  std::size_t from = 0;      // where the last part begins
  std::size_t known = 0;     // bytes of the last part without its linking element
  [[nodiscard]] bool better_than(const Cut& other) const {
    return parts != other.parts ? parts < other.parts : shortest > other.shortest;
  }
};

constexpr std::string_view kLinks[] = {"", "e", "s", "n", "es", "en", "er"};

}  // namespace

void CompoundLexicon::add(std::string_view word) {
  if (word.size() >= kPartBytesMin && word.size() <= kWordBytesMax) words_.emplace(word);
}

bool CompoundLexicon::knows(std::string_view word) const { return words_.contains(word); }

std::size_t CompoundLexicon::known_length(std::string_view part) const {
  for (const std::string_view link : kLinks) {
    if (part.size() < link.size() + kPartBytesMin || !part.ends_with(link)) continue;
    const std::size_t length = part.size() - link.size();
    if (knows(part.substr(0, length))) return length;
  }
  return 0;
}

std::vector<std::string> CompoundLexicon::split(std::string_view word, const Stem& stem) const {
  if (word.size() < 2 * kPartBytesMin || word.size() > kWordBytesMax) return {};
  std::vector<std::optional<Cut>> best(word.size() + 1);
  best[0] = Cut{.parts = 0, .shortest = word.size(), .from = 0, .known = 0};
  for (std::size_t end = kPartBytesMin; end <= word.size(); ++end) {
    const bool is_last = end == word.size();
    for (std::size_t from = 0; from + kPartBytesMin <= end; ++from) {
      if (!best[from] || best[from]->parts == kPartsMax || (is_last && from == 0)) continue;
      const std::string_view part = word.substr(from, end - from);
      std::size_t known = is_last ? 0 : known_length(part);
      if (is_last && (knows(part) || knows(stem(part)))) known = part.size();
      if (known == 0) continue;
      const Cut cut{.parts = best[from]->parts + 1,
                    .shortest = std::min(best[from]->shortest, known),
                    .from = from,
                    .known = known};
      if (!best[end] || cut.better_than(*best[end])) best[end] = cut;
    }
  }
  std::vector<std::string> parts;
  for (std::size_t end = word.size(); end > 0 && best[end]; end = best[end]->from) {
    parts.emplace_back(word.substr(best[end]->from, best[end]->known));
  }
  std::ranges::reverse(parts);
  return parts;
}

}  // namespace revier::service
