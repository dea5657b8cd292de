// SPDX-License-Identifier: EUPL-1.2
// Versions and instances of one tenant under the numbers of another: entities hold names as numbers
// (names.h), which differ from tenant to tenant.
//
// Errors, all: kInsufficientStorage: the other tenant has its names_max; kCorrupt: a number without
// a name; kTooLarge.
// Thread safety: used on the writer thread, for it interns names; `from` and `to` outlive it.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "ngsi/entity.h"
#include "ngsi/names.h"
#include "ngsi/projection.h"

namespace revier::ngsi {

class Translation {
 public:
  Translation(const Names& from, Names& to) : from_(from), to_(to) {}

  [[nodiscard]] Result<NameId> name(NameId of_from);
  // What `shown` leaves of a version. Of `before`, a version of the other tenant or nullptr, those
  // instances stay that this one lacks.
  [[nodiscard]] Result<EntityPtr> entity(const Entity& version, const Projection& shown,
                                         const EntityPtr& before);
  // An instance as history keeps it (instance.h).
  [[nodiscard]] Result<std::string> instance(std::string_view form);

 private:
  const Names& from_;
  Names& to_;
  std::unordered_map<NameId, NameId> known_;
};

}  // namespace revier::ngsi
