// SPDX-License-Identifier: EUPL-1.2
// `revier user ...` and `revier tenant ...`. They write to the records directly, also while a
// server runs, which takes the changes over within seconds.
#pragma once
#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

[[nodiscard]] Result<> run_accounts_command(const CommandLine& line, const Options& options);

}  // namespace revier::app
