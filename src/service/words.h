// SPDX-License-Identifier: EUPL-1.2
// Words made comparable for searching: folding, cutting, stems, distances.
//
// Folding: case, umlauts and accents do not matter, and neither does which way an umlaut is typed:
// "Führung", "FUEHRUNG" and "fuhrung" are one, "Straße" is "Strasse".
// Stems: Snowball's for German and English (M. F. Porter, snowballstem.org).
//
// Thread safety: pure functions; a Stemmer by one thread at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/language.h"

namespace revier::service {

inline constexpr std::size_t kWordBytesMax = 64;

// Folded words of a text in order, cut at whatever is no letter or digit; longer ones end after
// kWordBytesMax bytes. At most `words_max`, the rest is dropped.
[[nodiscard]] std::vector<std::string> words_of(std::string_view utf8, std::size_t words_max);

// Says nothing about what a text is about ("ich", "muss", "the"). `word` is folded.
[[nodiscard]] bool is_stop_word(web::Language language, std::string_view word);

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours that lead
// from a to b (F. J. Damerau, CACM 7(3), 1964), bytes being the letters. `max` + 1 stands for every
// distance beyond `max`; only a band of width 2 max + 1 is computed (E. Ukkonen, 1985).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t max);

class Stemmer {
 public:
  explicit Stemmer(web::Language language);
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;
  // Of a folded word.
  [[nodiscard]] std::string stem(std::string_view word) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace revier::service
