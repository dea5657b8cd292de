// SPDX-License-Identifier: EUPL-1.2
// One run of the program: command line in, exit status out.
#pragma once
#include <span>
#include <string>

namespace revier::app {

// 0: done; 1: refused, with the reason on standard error; 2: wrong usage.
[[nodiscard]] int run(std::span<const std::string> arguments);

}  // namespace revier::app
