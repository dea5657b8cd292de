// SPDX-License-Identifier: EUPL-1.2
// `revier status`: asks the running server of a data folder how it is.
#pragma once
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// Errors: kResourceNotFound when none runs; kUnavailable when it is not well, after the report.
[[nodiscard]] Result<> run_status_command(const Options& options);

}  // namespace revier::app
