// SPDX-License-Identifier: EUPL-1.2
// JSON Schema: what drafts 4, 6, 7, 2019-09 and 2020-12 have in common and the Smart Data Models
// use, compiled once and asked often.
//
//   RV_ASSIGN(const JsonSchemaPtr schema, JsonSchema::compile(document, documents));
//   const Report report = schema->check(entity.root());
//
// All keywords that assert are kept: $ref, type, enum, const, those of objects, arrays, texts and
// numbers, allOf, anyOf, oneOf, not, if. Of formats date-time, date, time, email, uri, uuid, ipv4.
// A keyword that is none is an annotation. Refused, with its place: $dynamicRef, $recursiveRef,
// unevaluatedProperties, unevaluatedItems, and an $id below the root.
//
// Schemas are hostile input. Bounded: kNodesMax subschemas, the length of their places
// (kPointerBytesMax, kPointersBytesMax together), no chain of references that comes back
// to itself without going into the value, kStepsMax steps a check, a few slow regular expressions
// (ngsi/pattern.h). A check that would need more ends as violation of the rule "limit"; checks that
// belong together share one Budget.
//
// Thread safety: a JsonSchema never changes; any number of threads use it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace revier::validation {

inline constexpr std::size_t kNodesMax = 20'000;
inline constexpr std::size_t kPointerBytesMax = 1'000;
inline constexpr std::size_t kPointersBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kStepsMax = 200'000;  // a step: a fraction of a microsecond
inline constexpr int kSlowMax = 5;                 // patterns that took too long, in one check
inline constexpr std::size_t kViolationsMax = 10;  // a report names so many
inline constexpr std::size_t kDepthMax = 64;       // of a schema's JSON
inline constexpr std::size_t kToldBytesMax = 300;  // of each text of a violation

using DocumentPtr = std::shared_ptr<const json::Document>;
// A document by its URL, without fragment; nullptr where there is none. Nothing is downloaded.
using Documents = std::function<DocumentPtr(const std::string& url)>;

// Names of a hostile value are as long as they like: each text is cut to kToldBytesMax, with "..."
// at its end then.
struct Violation {
  std::string attribute;   // the member of the root that it is about; empty: the whole
  std::string rule;        // keyword: "minimum"
  std::string place;       // JSON Pointer into the value: "/location/coordinates/0"
  std::string rule_place;  // JSON Pointer into the schema, its URL before it where it is another
  std::string message;     // English; a value in it is cut shorter
};

// What checks may cost still.
struct Budget {
  std::size_t steps = kStepsMax;
  int slow = kSlowMax;

  // False, and nothing left, where that is more than is left.
  bool spend(std::size_t more) {
    const bool enough = more <= steps;
    steps = enough ? steps - more : 0;
    return enough;
  }
};

struct Report {
  std::vector<Violation> violations;
  [[nodiscard]] bool ok() const { return violations.empty(); }
};
// Of a check that would need more than its budget.
[[nodiscard]] Report beyond_budget();

namespace detail {
struct Rules;  // detail/rules.h
}

class JsonSchema;
using JsonSchemaPtr = std::shared_ptr<const JsonSchema>;

class JsonSchema {
 public:
  // Errors: kBadRequestData, the place in `field`: a keyword that is not well formed, a reference
  // to what is not there; kTooLarge.
  [[nodiscard]] static Result<JsonSchemaPtr> compile(const DocumentPtr& schema,
                                                     const Documents& documents);
  ~JsonSchema();
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;

  [[nodiscard]] Report check(const json::Value& value) const;
  // Takes what it costs off `budget`.
  [[nodiscard]] Report check(const json::Value& value, Budget& budget) const;
  // URLs of the documents that it refers to.
  [[nodiscard]] const std::vector<std::string>& documents() const;

 private:
  explicit JsonSchema(std::unique_ptr<const detail::Rules> rules);
  const std::unique_ptr<const detail::Rules> rules_;
};

}  // namespace revier::validation
