// SPDX-License-Identifier: EUPL-1.2
// The query language as a tree (ETSI GS CIM 009 V1.9.1, clause 4.9). Predicate compiles it.
//
// Beyond the grammar: associations nest (16 deep), names may have a prefix, a pattern may stand in
// quotes, a date-time may have an offset. In braces "Type1,Type2:" before a path hints at types.
//
// Thread safety: plain values and pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::ngsi {

// A value that a term compares with.
struct Literal {
  enum class Kind : std::uint8_t {
    kNumber,
    kText,  // in quotes
    kBool,
    kDateTime,  // instant_us: since 1970
    kDate,      // instant_us: its first microsecond
    kTime,      // instant_us: since midnight
    kWord       // a URI or a name, without quotes
  };
  Kind kind = Kind::kNumber;
  double number = 0;
  bool truth = false;
  std::int64_t instant_us = 0;
  std::string text;  // of kText and kWord

  friend bool operator==(const Literal&, const Literal&) = default;
};

enum class Comparator : std::uint8_t {
  kExists,
  kEqual,
  kUnequal,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kPattern,
  kNotPattern
};

// "sensor{Device:": from here on the term is about the entities that the relationship leads to.
struct LinkStep {
  std::string relationship;
  std::vector<std::string> types;  // empty: of any type

  friend bool operator==(const LinkStep&, const LinkStep&) = default;
};

struct QueryTerm {
  std::vector<LinkStep> links;
  std::vector<std::string> path;   // attribute, sub-attributes; short names
  std::vector<std::string> trail;  // [a.b]: members within the value, or a language tag, or "*"
  Comparator comparator = Comparator::kExists;
  std::vector<Literal> values;  // one, or a list for kEqual and kUnequal
  bool range = false;           // values are the two ends, both included
  std::string pattern;          // of kPattern and kNotPattern

  friend bool operator==(const QueryTerm&, const QueryTerm&) = default;
};

struct Query {
  enum class Kind : std::uint8_t { kTerm, kAll, kAny };
  Kind kind = Kind::kTerm;
  QueryTerm term;               // of kTerm
  std::vector<Query> children;  // at least two, of the others

  friend bool operator==(const Query&, const Query&) = default;
};

// Bounds: 8,192 bytes, 256 terms, 256 values in a list, 16 deep, 10 links one after the other.
// Errors: kBadRequestData with position and what was expected.
[[nodiscard]] Result<Query> parse_query(std::string_view text);

// Where parse_query() stops in a text that it does not take: bytes that it could read. nullopt for
// a text that it takes.
[[nodiscard]] std::optional<std::size_t> find_fault(std::string_view text);

// True where a term names an attribute that no system made ("createdAt" is not); false for an empty
// text. Errors: as parse_query().
[[nodiscard]] Result<bool> names_attribute(std::string_view text);

// A text that parses to an equal tree.
[[nodiscard]] std::string print_query(const Query& query);

}  // namespace revier::ngsi
