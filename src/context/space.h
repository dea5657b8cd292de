// SPDX-License-Identifier: EUPL-1.2
// A space is a tenant beside the tenants: what a snapshot of a tenant holds (5.5.15). Its name has
// a sign that no client can send in the name of a tenant.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

namespace revier::context {

inline constexpr char kSpaceMark = '~';  // in no tenant's name
[[nodiscard]] std::string space_name(std::string_view tenant, std::string_view snapshot);
// The tenant and the snapshot of a space; of a tenant: itself and "".
[[nodiscard]] std::string_view tenant_of_space(std::string_view space);
[[nodiscard]] std::string_view snapshot_of_space(std::string_view space);

}  // namespace revier::context
