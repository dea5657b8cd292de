// SPDX-License-Identifier: EUPL-1.2
// The secrets that the first start hands out.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "identity/identity.h"

namespace revier::app {

// The key of the links that only their owner knows and of the sealed second factors: DIR/link-key,
// made at the first start. Whoever loses it makes every ticket's link and every authenticator app
// void. Errors: kCorrupt for a file that is none.
[[nodiscard]] Result<std::array<std::uint8_t, 32>> link_key(const std::string& folder,
                                                            Random& random);

// A token that reads and writes the default tenant's data and edits the programme, in
// DIR/demo-token (0600); the one that is there is used again while it holds.
[[nodiscard]] Result<std::string> demo_token(const std::string& folder,
                                             identity::Identity& identity);

}  // namespace revier::app
