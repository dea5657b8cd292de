// SPDX-License-Identifier: EUPL-1.2
#include "service/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "service/compound.h"
#include "service/detail/everyday_words.h"

namespace revier::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using web::Language;

TEST(Words, OneFormForEveryWayToTypeAnUmlaut) {
  EXPECT_THAT(words_of("Führung FUEHRUNG fuhrung", 9),
              ElementsAre("fuhrung", "fuhrung", "fuhrung"));
  EXPECT_THAT(words_of("Straße/STRASSE", 9), ElementsAre("strasse", "strasse"));
  EXPECT_THAT(words_of("Größe GROESSE", 9), ElementsAre("grosse", "grosse"));
  EXPECT_THAT(words_of("neue Steuer bauen Quelle", 9),
              ElementsAre("neue", "steuer", "bauen", "quelle"));
  EXPECT_THAT(words_of("eins zwei drei", 2), ElementsAre("eins", "zwei"));
  EXPECT_THAT(words_of(" -- ", 2), IsEmpty());
}

TEST(Words, StemsJoinForms) {
  const Stemmer german(Language::kDe);
  EXPECT_EQ(german.stem("anmelden"), german.stem("anmeldung"));
  EXPECT_EQ(german.stem("hunde"), german.stem("hund"));
  const Stemmer english(Language::kEn);
  EXPECT_EQ(english.stem("moving"), english.stem("move"));
}

// The plain matrix, without band and without bytes.
std::size_t whole_matrix(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

rc::Gen<std::string> small_words() {
  return rc::gen::resize(12, rc::gen::container<std::string>(rc::gen::inRange('a', 'e')));
}

TEST(EditDistance, CountsWhatAHandDoes) {
  EXPECT_EQ(edit_distance("ausweis", "auswies", 2), 1U);
  EXPECT_EQ(edit_distance("hund", "hand", 2), 1U);
  EXPECT_EQ(edit_distance("hund", "hunde", 0), 1U);
  EXPECT_EQ(edit_distance("", "", 0), 0U);
  EXPECT_EQ(edit_distance("", "abc", 2), 3U);
}

RC_GTEST_PROP(EditDistance, IsThatOfTheWholeMatrixUpToItsBound, ()) {
  const std::string a = *small_words();
  const std::string b = *small_words();
  const auto max = *rc::gen::inRange<std::size_t>(0, 5);
  RC_ASSERT(edit_distance(a, b, max) == std::min(whole_matrix(a, b), max + 1));
  RC_ASSERT(edit_distance(a, b, max) == edit_distance(b, a, max));
  RC_ASSERT(edit_distance(a, a, max) == 0U);
}

CompoundLexicon everyday() {
  CompoundLexicon lexicon;
  for (const std::string& word : words_of(detail::kEverydayWords, 2'000)) lexicon.add(word);
  return lexicon;
}

std::vector<std::string> split(const CompoundLexicon& lexicon, std::string_view word) {
  const Stemmer stemmer(Language::kDe);
  return lexicon.split(word, [&](std::string_view part) { return stemmer.stem(part); });
}

TEST(Compound, IsCutIntoKnownWords) {
  const CompoundLexicon lexicon = everyday();
  EXPECT_THAT(split(lexicon, "hundesteuer"), ElementsAre("hund", "steuer"));
  EXPECT_THAT(split(lexicon, "wohnungsgeldantrag"), ElementsAre("wohnung", "geld", "antrag"));
  EXPECT_THAT(split(lexicon, "umzugswagen"), ElementsAre("umzug", "wagen"));
  EXPECT_THAT(split(lexicon, "kinderausweise"), ElementsAre("kind", "ausweise"));
  EXPECT_THAT(split(lexicon, "steuer"), IsEmpty());
  EXPECT_THAT(split(lexicon, "hundexyz"), IsEmpty());
  EXPECT_THAT(split(lexicon, ""), IsEmpty());
}

// Words that were joined come apart, and what comes apart gives the word again.
RC_GTEST_PROP(Compound, PartsAreKnownAndMakeTheWord, ()) {
  static const CompoundLexicon lexicon = everyday();
  static const std::vector<std::string> words = words_of(detail::kEverydayWords, 2'000);
  const auto count = *rc::gen::inRange<std::size_t>(2, 4);
  std::string word;
  for (std::size_t n = 0; n < count; ++n) {
    word += *rc::gen::elementOf(words);
    if (n + 1 < count) word += *rc::gen::element<std::string>("", "s", "es", "n", "en", "er", "e");
  }
  RC_PRE(word.size() <= kWordBytesMax);
  const auto parts = split(lexicon, word);
  RC_ASSERT(parts.size() >= 2U);
  RC_ASSERT(parts.size() <= count);
  std::size_t at = 0;
  for (const std::string& part : parts) {
    const std::size_t found = word.find(part, at);
    RC_ASSERT(found != std::string::npos && found - at <= 2U);
    at = found + part.size();
  }
  RC_ASSERT(at == word.size());
}

RC_GTEST_PROP(Compound, AnyWordIsTaken, (const std::string& text)) {
  static const CompoundLexicon lexicon = everyday();
  (void)split(lexicon, text);
}

}  // namespace
}  // namespace revier::service
