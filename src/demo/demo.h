// SPDX-License-Identifier: EUPL-1.2
// The demo city: loads itself into a running server and simulates the city's sensors.
//
// A process of its own (`revier demo`), which knows the server by its public interfaces only: the
// programme by /api/v1, the city by /ngsi-ld/v1, the civil time by GET /api/v1/clock. What is there
// already is left as it is, so a second start changes nothing but sensor values.
#pragma once
#include <functional>
#include <string>

#include "base/random.h"
#include "base/result.h"

namespace revier::demo {

struct Options {
  std::string address;  // "http://127.0.0.1:8080"
  std::string token;
  std::int64_t interval_s = 5;
};

// Loads, then writes values every interval_s until `wait(seconds)` says true: it is to end.
// Errors: kUnavailable while the server cannot be reached at the start (tried for 30 s); what the
// server answered when loading fails, or 20 times in a row later. Fewer failures are logged.
[[nodiscard]] Result<> run(const Options& options, Random& random,
                           const std::function<bool(std::int64_t)>& wait);

}  // namespace revier::demo
