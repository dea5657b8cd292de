// SPDX-License-Identifier: EUPL-1.2
// A compiled JSON Schema: nodes, each with the rules that its keywords make.
//
// Thread safety: written by the compiler, then never changed.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "json/json.h"
#include "ngsi/pattern.h"
#include "validation/detail/format.h"
#include "validation/json_schema.h"

namespace revier::validation::detail {

using NodeId = std::uint32_t;
inline constexpr NodeId kAnything = 0;  // the schema true
inline constexpr NodeId kNothing = 1;   // the schema false

enum class Word : std::uint8_t {
  kType,
  kEnum,
  kProperties,  // with patternProperties and additionalProperties
  kPropertyNames,
  kRequired,
  kMinProperties,
  kMaxProperties,
  kDependents,
  kDependentSchemas,
  kItems,  // with prefixItems and additionalItems
  kContains,
  kMinItems,
  kMaxItems,
  kUniqueItems,
  kMinLength,
  kMaxLength,
  kPattern,
  kFormat,
  kMinimum,
  kMaximum,
  kExclusiveMinimum,
  kExclusiveMaximum,
  kMultipleOf,
  kAllOf,
  kAnyOf,
  kOneOf,
  kNot,
  kIf,
  kRef,
};

// Kinds of JSON as bits. An integer is a number too.
inline constexpr unsigned kNullBit = 1;
inline constexpr unsigned kBoolBit = 2;
inline constexpr unsigned kIntegerBit = 4;
inline constexpr unsigned kNumberBit = 8;
inline constexpr unsigned kStringBit = 16;
inline constexpr unsigned kArrayBit = 32;
inline constexpr unsigned kObjectBit = 64;

struct Rule {
  Word word = Word::kType;
  std::string_view keyword;             // as it is written
  unsigned types = 0;                   // kType
  double number = 0;                    // limits; of kContains the least
  double most = 0;                      // of kContains
  Format format = Format::kNone;        // kFormat
  std::string shown;                    // what is allowed, for messages
  std::unordered_set<std::string> any;  // kEnum: canonical texts
  std::vector<std::string> names;       // kRequired
  std::vector<ngsi::Pattern> patterns;  // kPattern (one), kProperties
  // kProperties: a node for each of `patterns`; kItems: of the first elements; kAllOf ... : all;
  // kIf: if, then, else.
  std::vector<NodeId> nodes;
  NodeId rest = kAnything;                                 // of what nothing else is for
  std::map<std::string, NodeId, std::less<>> members;      // kProperties, kDependentSchemas
  std::map<std::string, std::vector<std::string>> others;  // kDependents
};

struct Node {
  std::vector<Rule> rules;
  std::size_t source = 0;
  std::string pointer;
};

struct Rules {
  std::deque<Node> nodes;  // which stay where they are
  NodeId root = kAnything;
  std::vector<DocumentPtr> sources;
  // What stands before a pointer into each of the sources: empty for the schema itself, of which
  // the first one is made.
  std::vector<std::string> bases;
  std::vector<std::string> urls;

  [[nodiscard]] std::string place_of(std::size_t source, std::string_view pointer) const {
    const std::string& base = bases[source];
    return base.empty() && pointer.empty() ? "/" : base + std::string(pointer);
  }
  [[nodiscard]] std::string place_of(NodeId id) const {
    return place_of(nodes[id].source, nodes[id].pointer);
  }
};

[[nodiscard]] tl::unexpected<Error> schema_fault(const std::string& place, std::string_view what);

// Errors: as JsonSchema::compile(), for a chain of references that never goes into the value.
[[nodiscard]] Result<> check_loops(const Rules& rules);

// The same text for equal values, whatever the order of members and the way of writing numbers.
void append_canonical(std::string& out, const json::Value& value);

// At most `bytes_max` (over 3) bytes of the text: a longer one ends with "...", at a character.
[[nodiscard]] std::string cut_text(std::string_view text, std::size_t bytes_max);

// `token` as one more reference token of a JSON Pointer.
void append_token(std::string& pointer, std::string_view token);

// The value a JSON Pointer names. nullopt where there is none.
[[nodiscard]] std::optional<json::Value> value_at(const json::Value& root,
                                                  std::string_view pointer);

}  // namespace revier::validation::detail
