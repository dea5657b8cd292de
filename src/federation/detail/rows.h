// SPDX-License-Identifier: EUPL-1.2
// A registration as a row of the store.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "federation/types.h"

namespace revier::federation::detail {

inline constexpr std::string_view kRegistrationPrefix = "federation.registration/";

[[nodiscard]] std::string registration_key(std::string_view tenant, std::string_view id);
[[nodiscard]] std::string encode(const Registration& registration);
// `rest` is the key behind the prefix. Errors: kCorrupt.
[[nodiscard]] Result<Registration> decode(std::string_view rest, std::string_view row,
                                          const jsonld::Context& core);

}  // namespace revier::federation::detail
