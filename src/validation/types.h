// SPDX-License-Identifier: EUPL-1.2
// The schema of an entity type, and what was found with it.
//
// Thread safety: values; a TypeSchemaPtr never changes.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "jsonld/context.h"
#include "validation/json_schema.h"

namespace revier::validation {

// What happens to a write whose entity would not fit.
enum class Mode : std::uint8_t { kMark, kReject };
[[nodiscard]] std::string_view name_of(Mode mode);  // "mark", "reject"
[[nodiscard]] std::optional<Mode> mode_named(std::string_view name);

struct TypeSchema {
  std::string tenant;
  std::string type;            // IRI
  jsonld::ContextPtr context;  // of the names in the schema; nullptr: cannot be had any more
  std::string schema;          // JSON
  Mode mode = Mode::kMark;
  Instant created_at;
  Instant modified_at;
};
using TypeSchemaPtr = std::shared_ptr<const TypeSchema>;

// Counts of an attribute and a rule that it broke.
struct RuleCount {
  std::string attribute;
  std::string rule;
  std::uint64_t count = 0;
};
struct Example {
  std::string entity;
  Instant at;
  bool taken = true;  // false: the write was refused
  std::vector<Violation> violations;
};

// What was found since the schema was first given, or since the tally was last cleared.
struct Tally {
  static constexpr std::size_t kRulesMax = 100;  // what is beyond is counted in the sums only
  static constexpr std::size_t kExamplesMax = 20;
  std::uint64_t marked = 0;   // writes that were taken
  std::uint64_t refused = 0;  // writes that were not
  std::optional<Instant> last_at;
  std::vector<RuleCount> rules;
  std::deque<Example> latest;  // newest first

  void add(Example example);
};

// What a schema says of the entities that are there.
struct Trial {
  std::uint64_t checked = 0;
  std::uint64_t violating = 0;
  std::vector<RuleCount> rules;
  std::vector<Example> examples;  // the first of them
  std::uint64_t next = 0;         // where it goes on; 0: all were looked at
};

}  // namespace revier::validation
