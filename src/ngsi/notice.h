// SPDX-License-Identifier: EUPL-1.2
// What subscribers hear of a change (ETSI GS CIM 009 V1.9.1, clause 5.8.6).
//
// Thread safety: pure functions.
#pragma once
#include <vector>

#include "base/result.h"
#include "ngsi/entity.h"
#include "ngsi/mutate.h"

namespace revier::ngsi {

// The instances that are really not what they were: an update that left value, members and
// sub-attributes as they are is none; of a deleted entity every instance is kDeleted.
[[nodiscard]] std::vector<AttributeChange> real_changes(const Mutated& what);

// The entity as a notification shows it: `after`, in which instances that went stand with the
// NGSI-LD Null as value; where the entity went (`after` is nullptr), `before` with nothing but
// these. `at` becomes their modifiedAt. Not to be stored.
// Errors: kTooLarge.
[[nodiscard]] Result<EntityPtr> with_nulls(const EntityPtr& before, const EntityPtr& after,
                                           const std::vector<AttributeChange>& changes, Instant at);

}  // namespace revier::ngsi
