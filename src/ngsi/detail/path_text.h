// SPDX-License-Identifier: EUPL-1.2
// Paths of attribute names as q and orderBy write them (clauses 4.9 and 4.23).
#pragma once
#include <string>
#include <vector>

namespace revier::ngsi::detail {

// "a.b.c"
inline void append_path(std::string& out, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) out.append(i == 0 ? "" : ".").append(names[i]);
}

}  // namespace revier::ngsi::detail
