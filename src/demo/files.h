// SPDX-License-Identifier: EUPL-1.2
// The files of demo/herne/, part of the program.
#pragma once
#include <span>
#include <string_view>

namespace revier::demo {

struct Collection {
  std::string_view path;  // of /api/v1: "sessions"
  std::string_view json;  // an array of items with "id"
};

// In the order in which they refer to each other.
[[nodiscard]] std::span<const Collection> programme();
[[nodiscard]] std::string_view city();
[[nodiscard]] std::string_view municipalities();

}  // namespace revier::demo
