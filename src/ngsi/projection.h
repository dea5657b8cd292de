// SPDX-License-Identifier: EUPL-1.2
// Which members of an entity are shown: the projection language of pick and omit (4.21), attrs,
// and datasetId (4.5.5).
//
// Thread safety: plain values and pure functions; a Projection is read by any number of threads.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/names.h"

namespace revier::ngsi {

// "observation{temperature,humidity}": a member, and what is meant of the entities it links to.
struct ProjectionTerm {
  std::string name;
  std::vector<ProjectionTerm> linked;  // empty: no braces

  friend bool operator==(const ProjectionTerm&, const ProjectionTerm&) = default;
};
using ProjectionTerms = std::vector<ProjectionTerm>;

// `field` is the parameter's name. A text in quotes is taken as a name. Bounds: 8,192 bytes, 1,000
// terms, braces 10 deep. Errors: kBadRequestData with position and what was expected.
[[nodiscard]] Result<ProjectionTerms> parse_projection(std::string_view text,
                                                       std::string_view field);
// A text that parses to equal terms.
[[nodiscard]] std::string print_projection(const ProjectionTerms& terms);
// Entities behind one another that the terms speak of: 0 without braces.
[[nodiscard]] std::size_t depth_of(const ProjectionTerms& terms);

class Projection {
 public:
  // Names as the client wrote them; "id", "type" and "scope" too, but not in `attrs`: there these
  // members are always shown.
  // Errors: kBadRequestData: a name that is none, attrs beside pick or omit, a member in both.
  struct Lists {
    std::vector<std::string> attrs;
    ProjectionTerms pick;
    ProjectionTerms omit;
    std::vector<std::string> dataset_ids;  // "@none": the default instances
  };
  [[nodiscard]] static Result<Projection> make(const Names& names, const jsonld::Context& context,
                                               const Lists& lists);

  [[nodiscard]] bool shows(NameId attribute) const;
  [[nodiscard]] bool shows_instance(std::string_view dataset_id) const;
  [[nodiscard]] bool shows_id() const { return id_; }
  [[nodiscard]] bool shows_type() const { return type_; }
  [[nodiscard]] bool shows_scope() const { return scope_; }
  // False where nothing is left of the entity.
  [[nodiscard]] bool shows_any(const Entity& entity) const;

  // What is shown of the entities behind a relationship; nullptr: everything.
  [[nodiscard]] const Projection* linked(NameId relationship) const;

 private:
  [[nodiscard]] Result<> add_linked(const Names& names, const jsonld::Context& context,
                                    const Lists& lists);

  bool only_ = false;            // only_: shown are names_; else all but names_
  std::vector<NameId> names_;    // sorted
  std::vector<NameId> omitted_;  // sorted
  std::vector<std::string> dataset_ids_;
  std::vector<std::pair<NameId, std::shared_ptr<const Projection>>> linked_;
  bool id_ = true, type_ = true, scope_ = true;
};

}  // namespace revier::ngsi
