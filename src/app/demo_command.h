// SPDX-License-Identifier: EUPL-1.2
// `revier demo`: loads the demo city into a running server and simulates its sensors.
#pragma once
#include <string>

#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// Uses the token in DIR/demo-token.
[[nodiscard]] Result<> run_demo_command(const std::string& address, const Options& options);

}  // namespace revier::app
