// SPDX-License-Identifier: EUPL-1.2
// Instances of attributes outside of an entity, as history keeps them (clauses 4.5.6 to 4.5.8).
//
// Form: the instant that its times count from (8 bytes, least first), then the instance as the
// entity form has it (entity.h). Making one of an entity's instances is a copy of its bytes.
//
// The scope of an entity is kept as a Property without name (kNoName) whose value is an array.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ngsi/entity.h"

namespace revier::ngsi {

void append_instance(std::string& out, const AttributeView& view);
// The views live as long as `form`. Errors: kCorrupt: shorter than any instance.
[[nodiscard]] Result<AttributeView> read_instance(std::string_view form);

// "In case the Property is deleted, an instance of the Property is recorded with its value set to
// the URI "urn:ngsi-ld:null"" (4.5.7); created with what it ends, modified `at`.
[[nodiscard]] std::string deletion_of(const AttributeView& before, Instant at);

// The same of another time, for an instance that a client gave as deleted.
struct InstanceTimes {
  Instant created_at;
  Instant modified_at;
  std::optional<Instant> observed_at;
};
[[nodiscard]] std::string deletion_of(NameId name, Kind kind, std::string_view dataset_id,
                                      const InstanceTimes& times);
// The same instance, its own times changed.
[[nodiscard]] std::string with_times(std::string_view form, Instant created_at,
                                     Instant modified_at);
[[nodiscard]] std::string scope_instance(const std::vector<std::string>& scopes,
                                         const InstanceTimes& times);

// The scopes of such a value.
[[nodiscard]] std::vector<std::string> scopes_in(std::string_view value);

// All names in an instance: its own and those of its members, to any depth.
[[nodiscard]] std::vector<NameId> names_in(const AttributeView& view);

// The instances as one entity, for a predicate to look at: all of an attribute stand beside each
// other under datasetIds of their own. Errors: kTooLarge: beyond kEntityBytesMax.
struct Gathered {
  std::string id;
  std::vector<NameId> types;
  std::vector<std::string> scopes;
  std::vector<AttributeView> instances;
};
[[nodiscard]] Result<EntityPtr> gather(const Gathered& parts);

}  // namespace revier::ngsi
