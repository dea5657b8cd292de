// SPDX-License-Identifier: EUPL-1.2
// What differs between two versions of an entity, so that a change costs what it changes and not
// what the entity holds.
//
// Thread safety: pure functions.
#pragma once
#include <vector>

#include "ngsi/entity.h"
#include "ngsi/predicate.h"

namespace revier::ngsi {

// Names of the attributes, of both versions, whose instances are not byte for byte the same; all of
// them where the two were not created at the same time. Ascending.
[[nodiscard]] std::vector<NameId> changed_attributes(const Entity& before, const Entity& after);

// Whether both versions hold the same names; may say false where they do. `changed` are all
// attributes that differ.
[[nodiscard]] bool same_names(const Entity& before, const Entity& after,
                              const std::vector<NameId>& changed);

// Whether one of these attributes, or something in it, has an expiresAt (4.22).
[[nodiscard]] bool any_expires(const Entity& entity, const std::vector<NameId>& attributes);

namespace detail {
// All instances as they are stored: the end of the entity's bytes (entity.cpp tells the form).
[[nodiscard]] std::string_view stored_attributes(const Entity& entity);
// The scalars of one instance of a top-level attribute; see for_each_scalar() of an entity.
void for_each_scalar(const AttributeView& instance, TakeScalar take, void* context);
}  // namespace detail

}  // namespace revier::ngsi
