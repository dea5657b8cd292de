// SPDX-License-Identifier: EUPL-1.2
// Cuts German compounds into the words they are made of: "Hundesteuer" is "hund" and "steuer".
//
// A word is cut where all its parts are words that are known, with one of German's linking elements
// between them (-e-, -s-, -es-, -n-, -en-, -er-); of several ways the one with the fewest parts is
// taken, then the one whose shortest part is longest. That is the dictionary method of P. Koehn and
// K. Knight, "Empirical methods for compound splitting" (EACL 2003), without their frequencies: a
// catalogue is too small to count in. What is known comes from the catalogue itself and from a
// small list of words of everyday and of administrations (detail/everyday_words.h).
//
// Thread safety: constant after the last add().
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace revier::service {

inline constexpr std::size_t kPartBytesMin = 3;
inline constexpr std::size_t kPartsMax = 4;

class CompoundLexicon {
 public:
  // A folded word (words.h) or a stem. One that is too short for a part is not kept.
  void add(std::string_view word);
  [[nodiscard]] bool knows(std::string_view word) const;

  // The parts in order, without linking elements; the last one keeps its ending. Empty where the
  // word is no compound of known words. `word` is folded; `stem` takes the ending off the last part
  // before it is looked up.
  using Stem = std::function<std::string(std::string_view)>;
  [[nodiscard]] std::vector<std::string> split(std::string_view word, const Stem& stem) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  // Length of the known word that `part` is, a linking element taken off; 0 where it is none.
  [[nodiscard]] std::size_t known_length(std::string_view part) const;

  std::unordered_set<std::string, Hash, std::equal_to<>> words_;
};

}  // namespace revier::service
