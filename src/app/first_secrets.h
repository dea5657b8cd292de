// SPDX-License-Identifier: EUPL-1.2
// The secrets that the first start hands out.
#pragma once
#include <string>

#include "base/result.h"
#include "identity/identity.h"

namespace revier::app {

// A token that reads and writes the default tenant's data and edits the programme, in
// DIR/demo-token (0600); the one that is there is used again while it holds.
[[nodiscard]] Result<std::string> demo_token(const std::string& folder,
                                             identity::Identity& identity);

}  // namespace revier::app
