// SPDX-License-Identifier: EUPL-1.2
// `revier check`: reads everything in a data folder and holds it against its checksums.
#pragma once
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// Prints what was checked. Errors: kConflict while a server uses the folder; kCorrupt.
[[nodiscard]] Result<> run_check_command(const Options& options);

}  // namespace revier::app
