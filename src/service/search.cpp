// SPDX-License-Identifier: EUPL-1.2
#include "service/search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "service/detail/everyday_words.h"

namespace revier::service {
namespace {

using web::Language;

// BM25F: saturation of a term, and per field its weight and how far length counts.
constexpr double kSaturation = 1.2;
struct FieldWeight {
  double weight;
  double length;  // b: 0 is not at all, 1 fully
};
enum IndexField : std::uint8_t { kNameField, kWordsField, kSummaryField, kOtherField, kFields };
constexpr std::array<FieldWeight, kFields> kWeights = {
    {{3.0, 0.3}, {3.0, 0.1}, {1.0, 0.5}, {0.4, 0.5}}};

// How much less than the word itself.
constexpr double kPartWeight = 0.6;
constexpr double kPrefixWeight = 0.5;
constexpr double kSlipWeight = 0.75;  // for each step of the distance
constexpr double kPhraseWeight = 0.5;

// What is worse than this part of the best is left out.
constexpr double kTail = 0.2;

constexpr std::size_t kWordsOfFieldMax = 500;
constexpr std::size_t kLettersForPrefix = 4;

std::size_t slips_allowed(std::size_t letters) {
  if (letters < 4) return 0;
  return letters < 8 ? 1 : 2;
}

std::uint64_t letters_of(std::string_view text) {
  std::uint64_t letters = 0;
  for (const char c : text) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  return letters;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + " . ";
  return all;
}

// The texts of a service by field.
std::array<std::string, kFields> texts_of(const Service& service, Language language) {
  const bool german = language == Language::kDe;
  std::string other = service.office + " . " + joined(german ? service.needs_de : service.needs_en);
  for (const std::string& key : service.situations) {
    if (const Situation* const situation = find_situation(key)) {
      other += " . " + std::string(web::text(language, situation->label));
    }
  }
  return {service.name.in(language), joined(german ? service.words_de : service.words_en),
          service.summary.in(language), std::move(other)};
}

}  // namespace

// Weighted counts of a term in a service, field by field.
struct SearchIndex::Frequencies {
  std::array<double, kFields> of{};
};

class SearchIndex::Builder {
 public:
  Builder(SearchIndex& index, std::span<const Service> services)
      : index_(index), services_(services), stemmer_(index.language_) {}

  void build() {
    if (index_.language_ == Language::kDe) fill_lexicon();
    counts_.resize(services_.size());
    lengths_.resize(services_.size());
    for (std::size_t n = 0; n < services_.size(); ++n) count(n);
    score();
    for (Term& term : index_.terms_) term.letters = letters_of(term.text);
    for (std::size_t n = 0; n < services_.size(); ++n) add_phrases_of(n);
  }

 private:
  void fill_lexicon() {
    const auto add = [&](const std::string& word) {
      if (is_stop_word(Language::kDe, word)) return;
      index_.lexicon_.add(word);
      index_.lexicon_.add(stemmer_.stem(word));
    };
    for (const std::string& word : words_of(detail::kEverydayWords, 2'000)) add(word);
    for (const Service& service : services_) {
      const auto texts = texts_of(service, Language::kDe);
      for (const IndexField field : {kNameField, kWordsField}) {
        for (const std::string& word : words_of(texts[field], kWordsOfFieldMax)) add(word);
      }
    }
  }

  TermId term_of(const std::string& text) {
    const auto [found, is_new] =
        index_.term_ids_.emplace(text, static_cast<TermId>(index_.terms_.size()));
    if (is_new) index_.terms_.push_back({.text = text, .letters = 0, .idf = 0, .postings = {}});
    return found->second;
  }

  void count(std::size_t n) {
    const auto texts = texts_of(services_[n], index_.language_);
    for (std::size_t field = 0; field < kFields; ++field) {
      for (const std::string& word : words_of(texts[field], kWordsOfFieldMax)) {
        if (is_stop_word(index_.language_, word)) continue;
        lengths_[n].of[field] += 1;
        counts_[n][term_of(stemmer_.stem(word))].of[field] += 1;
        for (const std::string& part : index_.lexicon_.split(word, stem_)) {
          counts_[n][term_of(stemmer_.stem(part))].of[field] += kPartWeight;
        }
      }
    }
  }

  void score() {
    Frequencies average;
    for (const Frequencies& length : lengths_) {
      for (std::size_t f = 0; f < kFields; ++f) average.of[f] += length.of[f];
    }
    const double all = std::max<double>(1, static_cast<double>(services_.size()));
    for (double& length : average.of) length = std::max(1.0, length / all);
    std::vector<double> having(index_.terms_.size());
    for (const auto& terms : counts_) {
      for (const auto& [term, frequencies] : terms) having[term] += 1;
    }
    for (std::size_t t = 0; t < having.size(); ++t) {
      index_.terms_[t].idf = std::log(1 + (all - having[t] + 0.5) / (having[t] + 0.5));
    }
    for (std::size_t n = 0; n < counts_.size(); ++n) {
      for (const auto& [term, frequencies] : counts_[n]) {
        double sum = 0;
        for (std::size_t f = 0; f < kFields; ++f) {
          const double b = kWeights[f].length;
          const double norm = 1 - b + b * lengths_[n].of[f] / average.of[f];
          sum += kWeights[f].weight * frequencies.of[f] / norm;
        }
        const double score = index_.terms_[term].idf * sum / (kSaturation + sum);
        index_.terms_[term].postings.push_back(
            {static_cast<std::uint32_t>(n), static_cast<float>(score)});
      }
    }
  }

  void add_phrases_of(std::size_t n) {
    const Service& service = services_[n];
    const bool german = index_.language_ == Language::kDe;
    add_phrase(n, service.name.in(index_.language_));
    for (const std::string& text : german ? service.words_de : service.words_en) {
      add_phrase(n, text);
    }
  }

  void add_phrase(std::size_t n, std::string_view text) {
    Phrase phrase{.service = static_cast<std::uint32_t>(n), .terms = {}};
    for (const std::string& word : words_of(text, kQueryWordsMax)) {
      if (is_stop_word(index_.language_, word)) continue;
      const auto found = index_.term_ids_.find(stemmer_.stem(word));
      if (found != index_.term_ids_.end()) phrase.terms.push_back(found->second);
    }
    if (phrase.terms.size() >= 2) index_.phrases_.push_back(std::move(phrase));
  }

  SearchIndex& index_;
  const std::span<const Service> services_;
  const Stemmer stemmer_;
  const CompoundLexicon::Stem stem_ = [this](std::string_view word) { return stemmer_.stem(word); };
  std::vector<std::unordered_map<TermId, Frequencies>> counts_;  // by service
  std::vector<Frequencies> lengths_;                             // words of a service by field
};

SearchIndex::SearchIndex(std::span<const Service> services, Language language)
    : language_(language), services_(services.size()) {
  Builder(*this, services).build();
}

void SearchIndex::add_parts(std::vector<Stand>& stands, std::string_view word,
                            const Stemmer& stemmer) const {
  const auto parts =
      lexicon_.split(word, [&](std::string_view part) { return stemmer.stem(part); });
  for (const std::string& part : parts) {
    const auto found = term_ids_.find(stemmer.stem(part));
    if (found != term_ids_.end()) stands.push_back({found->second, kPartWeight});
  }
}

void SearchIndex::add_similar(std::vector<Stand>& stands, std::string_view word) const {
  const std::size_t slips = slips_allowed(word.size());
  const std::uint64_t letters = letters_of(word);
  for (TermId id = 0; id < terms_.size(); ++id) {
    const Term& term = terms_[id];
    if (word.size() >= kLettersForPrefix && term.text.starts_with(word)) {
      stands.push_back({id, kPrefixWeight});
      continue;
    }
    // A slip changes at most one letter that only one of the words has, on each side.
    if (std::popcount(letters & ~term.letters) > static_cast<int>(slips) ||
        std::popcount(term.letters & ~letters) > static_cast<int>(slips)) {
      continue;
    }
    const std::size_t distance = edit_distance(word, term.text, slips);
    if (distance > slips || distance == 0) continue;
    stands.push_back({id, std::pow(kSlipWeight, static_cast<double>(distance))});
  }
}

std::vector<SearchIndex::Stand> SearchIndex::stands_for(std::string_view word,
                                                        const Stemmer& stemmer) const {
  std::vector<Stand> stands;
  const std::string stem = stemmer.stem(word);
  const auto known = term_ids_.find(stem);
  if (known != term_ids_.end()) stands.push_back({known->second, 1.0});
  add_parts(stands, word, stemmer);
  if (known == term_ids_.end()) add_similar(stands, stem);
  return stands;
}

void SearchIndex::add_phrases(std::vector<double>& scores, const std::vector<bool>& asked) const {
  for (const Phrase& phrase : phrases_) {
    double bonus = 0;
    for (const TermId term : phrase.terms) {
      if (!asked[term]) {
        bonus = 0;
        break;
      }
      bonus += kPhraseWeight * terms_[term].idf;
    }
    scores[phrase.service] += bonus;
  }
}

std::vector<SearchIndex::Hit> SearchIndex::find(std::string_view query) const {
  const Stemmer stemmer(language_);
  std::vector<double> scores(services_);
  std::vector<bool> asked(terms_.size());
  std::vector<double> of_word(services_);
  for (const std::string& word : words_of(query.substr(0, kQueryBytesMax), kQueryWordsMax)) {
    if (is_stop_word(language_, word)) continue;
    std::ranges::fill(of_word, 0.0);
    for (const Stand& stand : stands_for(word, stemmer)) {
      if (stand.weight >= kSlipWeight) asked[stand.term] = true;
      for (const Posting& posting : terms_[stand.term].postings) {
        double& score = of_word[posting.service];
        score = std::max(score, stand.weight * static_cast<double>(posting.score));
      }
    }
    for (std::size_t n = 0; n < services_; ++n) scores[n] += of_word[n];
  }
  add_phrases(scores, asked);
  std::vector<Hit> hits;
  const double best = services_ == 0 ? 0 : *std::ranges::max_element(scores);
  for (std::size_t n = 0; n < services_; ++n) {
    if (scores[n] > 0 && scores[n] >= kTail * best) hits.push_back({n, scores[n]});
  }
  std::ranges::sort(hits, [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.service < b.service;
  });
  return hits;
}

}  // namespace revier::service
