// SPDX-License-Identifier: EUPL-1.2
// What somebody may do with entities: rules by operation, type, attribute, scope, id and area.
//
//   [{"operations": ["read"], "types": ["ParkingSite"], "attributes": ["name", "free"]},
//    {"operations": ["update"], "idPattern": "^urn:ngsi-ld:ParkingSite:north", "attributes":
//    ["free"]}]
//
// A rule holds for the entities that all of its conditions fit: one of `types`, `idPattern`,
// `scopeQ` (4.19), and `area`, a GeoJSON geometry that has the entity's location within it.
// `operations` are read, create, update (of attributes, their deletion too), delete (of the whole
// entity), and write for the last three. `attributes` are all that the rule is about, `except` are
// those that it is not. Names are IRIs, or short for those of the core @context.
//
// Reading: an entity that no rule for reading fits is not there; of others the attributes are there
// that one of these rules is about. What is asked (q, geoQ, orderBy, counts) is asked of what is
// there in this sense. Writing: each attribute that changes needs a rule that is about it, has the
// operation, and fits the entity before and after.
//
// Thread safety: immutable; any number of threads use one.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/mutate.h"
#include "ngsi/names.h"
#include "ngsi/predicate.h"

namespace revier::ngsi {

enum class Operation : std::uint8_t { kRead = 1, kCreate = 2, kUpdate = 4, kDelete = 8 };

// A rule as it is written, names expanded.
struct RightsRule {
  std::uint8_t operations = 0;  // bits of Operation
  Selection selection;          // type, id_pattern, scope_q, the geo-query
  std::vector<std::string> attributes;
  enum class About : std::uint8_t { kAll, kThese, kOthers } about = About::kAll;

  [[nodiscard]] bool has(Operation operation) const {
    return (operations & static_cast<std::uint8_t>(operation)) != 0;
  }
  [[nodiscard]] bool is_about(std::string_view attribute) const;
};

// Rules over the names of one tenant as they are now: good until names.next_id() changes.
class Sight {
 public:
  // The entity as it may be read: itself, a copy with fewer attributes, or nullptr. createdAt and
  // modifiedAt are those of the whole.
  [[nodiscard]] EntityPtr seen(const EntityPtr& entity) const;
  // What seen() shows of the entity, asked for one name: of an attribute that it had, too.
  [[nodiscard]] bool shows(const Entity& entity, NameId attribute) const;
  // A rule fits, whatever its operations.
  [[nodiscard]] bool knows(const Entity& entity) const;
  // Errors: kForbidden, saying what is not covered.
  [[nodiscard]] Result<> check(const Mutated& what) const;
  // What can be read has one of these types; empty: any.
  [[nodiscard]] const std::vector<NameId>& types() const { return types_; }

 private:
  friend class Rights;
  struct Rule {
    Predicate predicate;
    std::uint8_t operations = 0;
    RightsRule::About about = RightsRule::About::kAll;
    std::vector<NameId> attributes;  // sorted
    // Names from here on are younger than the rule: it is not about them, since they may be those
    // that it excepts.
    NameId unknown_from = kNoName;

    [[nodiscard]] bool is_about(NameId attribute) const;
    [[nodiscard]] bool covers(Operation operation, const Mutated& what) const;
  };
  [[nodiscard]] Result<> check_members(const Mutated& what, Operation operation) const;

  std::vector<Rule> rules_;
  std::vector<NameId> types_;
};

class Rights {
 public:
  static constexpr std::size_t kRulesMax = 64;
  static constexpr std::size_t kBytesMax = 65'536;

  // `core` is the core @context. Errors: kBadRequestData, saying which rule and what was expected.
  [[nodiscard]] static Result<Rights> parse(std::string_view json, jsonld::ContextPtr core);

  [[nodiscard]] bool allow(Operation operation) const;
  [[nodiscard]] bool allow_writing() const;
  // Some rule with one of these operations (bits of Operation) is about the attribute: what is not
  // is refused before anything is looked at, so that the answer tells nothing.
  [[nodiscard]] bool are_about(std::uint8_t operations, std::string_view attribute) const;
  [[nodiscard]] std::shared_ptr<const Sight> over(const Names& names) const;

 private:
  std::vector<RightsRule> rules_;
  jsonld::ContextPtr core_;
};

}  // namespace revier::ngsi
