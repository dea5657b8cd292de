// SPDX-License-Identifier: EUPL-1.2
// `revier fibre-list`: a list of addresses and the fibre roll-out, through a server's public
// interface.
#pragma once
#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"

namespace revier::app {

// A file whose name ends with .shp is sent with the files beside it. Errors: kUnprocessable where
// rows were refused, with the file that lists them; what the server answers, with the next step.
[[nodiscard]] Result<> run_fibre_command(const CommandLine& line, const Options& options);

}  // namespace revier::app
