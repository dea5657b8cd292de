// SPDX-License-Identifier: EUPL-1.2
// Whether a registration fits what is looked for (clauses 5.12, 5.10.2.4), by the same predicate
// that entities are looked for with.
//
// Thread safety: Prepared never changes; matching from any thread.
#pragma once
#include <memory>
#include <vector>

#include "federation/registrations.h"
#include "ngsi/entity.h"
#include "ngsi/names.h"

namespace revier::federation::detail {

// A registration made ready: its properties and each of its entities as entities.
struct Prepared {
  RegistrationPtr registration;
  ngsi::EntityPtr source;  // properties, geometries, scopes
  struct Entity {
    ngsi::EntityPtr typed;  // of its types, and its id where it has one
    bool has_id = false;
    bool has_pattern = false;
    ngsi::Predicate pattern;  // where it has one
  };
  std::vector<std::vector<Entity>> entities;  // by element of `information`
};

// Errors: kCorrupt, kInsufficientStorage (names).
[[nodiscard]] Result<Prepared> prepare(RegistrationPtr registration, ngsi::Names& names,
                                       const jsonld::Context& core);

// What is looked for, made ready once for all registrations.
class Matching {
 public:
  // Errors: kBadRequestData.
  [[nodiscard]] static Result<Matching> make(const Wanted& wanted, ngsi::Names& names,
                                             const jsonld::Context& context);

  // nullopt where it does not fit.
  [[nodiscard]] std::optional<Match> match(const Prepared& prepared) const;

 private:
  explicit Matching(const Wanted& wanted) : wanted_(wanted) {}
  [[nodiscard]] bool fits_entity(const Prepared::Entity& entity) const;
  [[nodiscard]] bool fits_ids(const Prepared::Entity& entity) const;
  [[nodiscard]] bool fits_attributes(const Information& information) const;
  [[nodiscard]] bool fits_times(const Registration& registration) const;
  [[nodiscard]] bool fits_datasets(const Registration& registration) const;

  const Wanted& wanted_;
  ngsi::Predicate types_;
  ngsi::Predicate id_pattern_;
  bool has_types_ = false;
  ngsi::Predicate source_;
  std::vector<ngsi::EntityPtr> ids_;  // entities of the ids that are asked for
};

}  // namespace revier::federation::detail
