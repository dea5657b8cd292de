// SPDX-License-Identifier: EUPL-1.2
// An entity while it is being changed. Instances that stay as they are remain bytes of the version
// before, which must outlive the draft.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ngsi/entity.h"
#include "ngsi/fragment.h"

namespace revier::ngsi::detail {

struct Instance {
  NameId name = kNoName;
  std::string dataset_id;
  std::string_view raw;  // not empty: as it was; the members below are not read then
  bool gone = false;     // to be left out
  Kind kind = Kind::kProperty;
  Instant created_at;
  Instant modified_at;
  std::optional<Instant> observed_at;
  std::optional<Instant> expires_at;
  std::string unit_code;
  std::string value_type;
  std::string value;
  std::vector<Instance> members;
};

struct Draft {
  std::string id;
  Instant created_at;
  Instant modified_at;
  std::optional<Instant> expires_at;
  std::vector<NameId> types;
  std::vector<std::string> scopes;
  std::vector<Instance> instances;  // those of before, in its order
  std::vector<Instance> added;      // others, in any order
};

[[nodiscard]] Draft draft_of(const Entity& entity);
// The fields of an instance, to be changed; its members as they are.
[[nodiscard]] Instance thawed(const AttributeView& view);

// The place in sorted `instances` of one, nullptr where there is none.
[[nodiscard]] Instance* find_instance(std::vector<Instance>& instances, NameId name,
                                      std::string_view dataset_id);

// Errors: kTooLarge.
[[nodiscard]] Result<EntityPtr> freeze(Draft draft);

}  // namespace revier::ngsi::detail
