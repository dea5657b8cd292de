// SPDX-License-Identifier: EUPL-1.2
// The entities that relationships lead to (4.5.23), as rendering and queries ask for them.
#pragma once
#include <string_view>

#include "ngsi/entity.h"

namespace revier::ngsi {

class LinkedEntities {
 public:
  virtual ~LinkedEntities() = default;
  // nullptr: not here, or not to be followed.
  [[nodiscard]] virtual EntityPtr find(std::string_view id) const = 0;
};

}  // namespace revier::ngsi
