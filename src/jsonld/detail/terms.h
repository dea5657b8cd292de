// SPDX-License-Identifier: EUPL-1.2
// The terms of one context and the indexes over them.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jsonld/context.h"
#include "jsonld/detail/iri.h"

namespace revier::jsonld::detail {

using TermMap = std::map<std::string, Term, std::less<>>;
using TermEntry = TermMap::value_type;

// Finds entries by a text. Filled once; the hash has a seed that no client knows.
class NameIndex {
 public:
  // `count` is the most that is ever put in.
  void reserve(std::size_t count);
  // Keeps the first of two with the same name. `name` must outlive the index.
  void put(std::string_view name, const TermEntry* entry);
  [[nodiscard]] const TermEntry* find(std::string_view name) const;

 private:
  struct Slot {
    std::string_view name;
    const TermEntry* entry = nullptr;
  };
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;
  std::vector<Slot> slots_;
};

struct Terms {
  TermMap map;
  std::optional<std::string> vocab;
  std::optional<std::string> base;

  NameIndex by_name;
  NameIndex by_iri;  // the term that is written for an IRI
  std::vector<const TermEntry*> prefixes;

  // Builds the indexes; nothing is changed after it.
  void finish();
  [[nodiscard]] std::size_t bytes() const;
};

// True if `a` is written rather than `b`, both terms of one IRI: as JSON-LD selects for a node,
// then the shorter one, then the one first by code.
[[nodiscard]] bool is_preferred(const TermEntry& a, const TermEntry& b);

// The IRI of "prefix:suffix", given how a prefix is found; the name itself if it is absolute;
// nullopt where it is neither. `find` takes the prefix and gives const Term* or null.
template <class Find>
[[nodiscard]] std::optional<std::string> expand_prefixed(std::string_view name, Find&& find) {
  const std::size_t colon = name.find(':');
  if (colon == name.npos || colon == 0) return std::nullopt;
  const std::string_view prefix = name.substr(0, colon);
  const std::string_view suffix = name.substr(colon + 1);
  if (prefix == "_" || suffix.starts_with("//")) return std::string(name);
  const Term* term = find(prefix);
  if (term != nullptr && term->is_prefix) return std::string(term->iri).append(suffix);
  return is_absolute(name) ? std::optional(std::string(name)) : std::nullopt;
}

}  // namespace revier::jsonld::detail
