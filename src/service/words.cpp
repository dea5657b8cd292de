// SPDX-License-Identifier: EUPL-1.2
#include "service/words.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <libstemmer.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "web/fold.h"

namespace revier::service {
namespace {

using web::Language;

// Folded.
constexpr std::string_view kGermanStops[] = {
    "aber",     "alle",  "als",     "also",     "am",       "an",     "auch",   "auf",    "aus",
    "bei",      "beim",  "bekomme", "bekommen", "benotige", "bin",    "bis",    "bitte",  "brauche",
    "braucht",  "da",    "darf",    "das",      "dass",     "dein",   "deine",  "dem",    "den",
    "der",      "des",   "die",     "dies",     "diese",    "diesen", "dort",   "du",     "durch",
    "ein",      "eine",  "einem",   "einen",    "einer",    "eines",  "er",     "es",     "etwas",
    "fur",      "gehen", "geht",    "gibt",     "hab",      "habe",   "haben",  "hat",    "hier",
    "ich",      "ihr",   "ihre",    "im",       "in",       "ins",    "ist",    "ja",     "jemand",
    "jemanden", "kann",  "kein",    "keine",    "keinen",   "konnen", "lassen", "machen", "man",
    "mehr",     "mein",  "meine",   "meinem",   "meinen",   "meiner", "mich",   "mir",    "mit",
    "mochte",   "muss",  "mussen",  "nach",     "neben",    "nicht",  "noch",   "nun",    "nur",
    "ob",       "oder",  "ohne",    "schon",    "sein",     "seine",  "sich",   "sie",    "sind",
    "so",       "soll",  "tun",     "um",       "und",      "uns",    "unser",  "unsere", "unter",
    "vom",      "von",   "vor",     "wann",     "war",      "warum",  "was",    "weil",   "welche",
    "wenn",     "wer",   "werden",  "wie",      "will",     "wir",    "wird",   "wo",     "wollen",
    "worden",   "wurde", "zu",      "zum",      "zur"};
constexpr std::string_view kEnglishStops[] = {
    "a",    "about", "am",   "an",   "and", "are",  "at",   "be",    "can",  "do",   "does",
    "for",  "from",  "get",  "had",  "has", "have", "how",  "i",     "in",   "is",   "it",
    "me",   "must",  "my",   "need", "of",  "on",   "or",   "our",   "so",   "that", "the",
    "this", "to",    "want", "was",  "we",  "what", "when", "where", "with", "you",  "your"};

bool is_word_byte(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || is_lower(c) || is_digit(c);
}

bool is_vowel_before_e(char c) { return c == 'a' || c == 'o' || c == 'u'; }

// "ae", "oe" and "ue" are one letter, but for the "ue" of "neue", "bauen" and "Quelle".
std::string join_umlauts(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    out += c;
    if (!is_vowel_before_e(c) || i + 1 >= word.size() || word[i + 1] != 'e') continue;
    const char before = i == 0 ? ' ' : word[i - 1];
    const bool own_e = c == 'u' && (before == 'e' || before == 'a' || before == 'q');
    if (!own_e) ++i;
  }
  return out;
}

}  // namespace

std::vector<std::string> words_of(std::string_view utf8, std::size_t words_max) {
  const std::string folded = web::fold_text(utf8);
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < folded.size() && words.size() < words_max) {
    while (at < folded.size() && !is_word_byte(folded[at])) ++at;
    std::size_t end = at;
    while (end < folded.size() && is_word_byte(folded[end])) ++end;
    if (end > at) {
      words.push_back(
          join_umlauts(cut_to_bytes(std::string_view(folded).substr(at, end - at), kWordBytesMax)));
    }
    at = end;
  }
  return words;
}

bool is_stop_word(Language language, std::string_view word) {
  const auto among = [&](const auto& list) {
    return std::ranges::find(list, word) != std::end(list);
  };
  return language == Language::kDe ? among(kGermanStops) : among(kEnglishStops);
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t max) {
  if (a.size() > b.size()) std::swap(a, b);
  const std::size_t beyond = max + 1;
  if (b.size() - a.size() > max || b.size() > kWordBytesMax) return beyond;
  // Rows of the matrix: the one before the last, the last, this one.
  using Row = std::array<std::size_t, kWordBytesMax + 1>;
  std::array<Row, 3> rows;
  for (Row& row : rows) row.fill(beyond);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = std::min(j, beyond);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const Row& above = rows[(i + 2) % 3];
    const Row& above_that = rows[(i + 1) % 3];
    Row& row = rows[i % 3];
    row.fill(beyond);
    if (i <= max) row[0] = i;
    const std::size_t from = i > max ? i - max : 1;
    const std::size_t to = std::min(b.size(), i + max);
    std::size_t best = row[0];
    for (std::size_t j = from; j <= to; ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      std::size_t least = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) least = std::min(least, above_that[j - 2] + 1);
      row[j] = std::min(least, beyond);
      best = std::min(best, row[j]);
    }
    if (best > max) return beyond;
  }
  return rows[a.size() % 3][b.size()];
}

struct Stemmer::State {
  sb_stemmer* stemmer = nullptr;
};

Stemmer::Stemmer(Language language) : state_(std::make_unique<State>()) {
  state_->stemmer = sb_stemmer_new(language == Language::kDe ? "german" : "english", "UTF_8");
}

Stemmer::~Stemmer() { sb_stemmer_delete(state_->stemmer); }

std::string Stemmer::stem(std::string_view word) const {
  std::string bytes(word);
  if (state_->stemmer == nullptr) return bytes;
  const auto* const in = reinterpret_cast<const sb_symbol*>(bytes.data());
  const sb_symbol* const out = sb_stemmer_stem(state_->stemmer, in, static_cast<int>(bytes.size()));
  if (out == nullptr) return bytes;
  return {reinterpret_cast<const char*>(out),
          static_cast<std::size_t>(sb_stemmer_length(state_->stemmer))};
}

}  // namespace revier::service
