// SPDX-License-Identifier: EUPL-1.2
// Names of operations and of groups of them (clause 4.20).
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string_view>

#include "federation/types.h"

namespace revier::federation::detail {

// The operations of a name that sources are asked for here; 0 for those that are not; nullopt for
// an unknown name.
[[nodiscard]] std::optional<Operations> operations_named(std::string_view name);
// 5.9.2.4: what an auxiliary source may offer.
[[nodiscard]] bool is_for_auxiliary(std::string_view name);

}  // namespace revier::federation::detail
