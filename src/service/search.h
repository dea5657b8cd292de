// SPDX-License-Identifier: EUPL-1.2
// Finds services by everyday words: "Hund anmelden" finds the dog tax.
//
// Method. A service is a document of fields (name, words that people use, summary, office, needs)
// with weights; documents are ranked by BM25F (S. Robertson, H. Zaragoza, "The Probabilistic
// Relevance Framework: BM25 and Beyond", 2009): the frequencies of a term are weighted and
// normalised field by field, added up and saturated once. A term is the Snowball stem of a folded
// word (words.h). A German compound is indexed as itself and, with less weight, as its parts
// (compound.h), and so is one that is asked for. A word that no service has is taken for a slip of
// the hand: terms within a Damerau-Levenshtein distance of 1 (from 4 letters on) or 2 (from 8)
// stand in for it, and terms that it begins. Whole phrases that people use ("Auto verkauft") count
// on top where all their words were asked for.
//
// An index is made anew when a service changes; some hundred services take milliseconds. A search
// takes well under a millisecond. Both languages have an index of their own; English knows no
// compounds.
//
// Thread safety: constant; any number of threads.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "service/compound.h"
#include "service/types.h"
#include "service/words.h"
#include "web/language.h"

namespace revier::service {

inline constexpr std::size_t kQueryBytesMax = 200;  // what follows is not read
inline constexpr std::size_t kQueryWordsMax = 12;

class SearchIndex {
 public:
  struct Hit {
    std::size_t service = 0;  // index into what the index was made from
    double score = 0;         // > 0; comparable within one search only
  };

  SearchIndex(std::span<const Service> services, web::Language language);

  // Best first, without what is far worse than the best; nothing where no word is known. Ties in
  // the order of the services.
  [[nodiscard]] std::vector<Hit> find(std::string_view query) const;

 private:
  using TermId = std::uint32_t;
  struct Posting {
    std::uint32_t service = 0;
    float score = 0;
  };
  struct Term {
    std::string text;
    std::uint64_t letters = 0;  // which bytes occur, one bit each modulo 64
    double idf = 0;
    std::vector<Posting> postings;
  };
  // A term that stands for a word of the query, and how well.
  struct Stand {
    TermId term = 0;
    double weight = 0;
  };
  // What people say for a service, or its name: two terms and more.
  struct Phrase {
    std::uint32_t service = 0;
    std::vector<TermId> terms;
  };
  struct Frequencies;
  class Builder;

  [[nodiscard]] std::vector<Stand> stands_for(std::string_view word, const Stemmer& stemmer) const;
  void add_parts(std::vector<Stand>& stands, std::string_view word, const Stemmer& stemmer) const;
  void add_similar(std::vector<Stand>& stands, std::string_view word) const;
  void add_phrases(std::vector<double>& scores, const std::vector<bool>& asked) const;

  const web::Language language_;
  std::size_t services_ = 0;
  CompoundLexicon lexicon_;
  std::vector<Term> terms_;
  std::unordered_map<std::string, TermId> term_ids_;
  std::vector<Phrase> phrases_;
};

}  // namespace revier::service
