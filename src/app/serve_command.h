// SPDX-License-Identifier: EUPL-1.2
// `revier serve`: opens the site, says where it is, serves until SIGTERM or SIGINT.
#pragma once
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

[[nodiscard]] Result<> run_serve_command(const Options& options);

}  // namespace revier::app
