// SPDX-License-Identifier: EUPL-1.2
// `revier import-services`: a file of services into a running server, or what it would do.
#pragma once
#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// Prints a line for each row that is refused and the sum. Errors: kUnprocessable where a row was
// refused, or the file as a whole; those of connect().
[[nodiscard]] Result<> run_services_command(const CommandLine& line, const Options& options);

}  // namespace revier::app
