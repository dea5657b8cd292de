// SPDX-License-Identifier: EUPL-1.2
// `revier import` and `revier export`: entities in files, through a server's public interface.
#pragma once
#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// Errors: kUnprocessable where something was refused, with the file that lists it; those of
// transfer/transfer.h, with how to go on.
[[nodiscard]] Result<> run_import_command(const CommandLine& line, const Options& options);
[[nodiscard]] Result<> run_export_command(const CommandLine& line, const Options& options);

}  // namespace revier::app
