// SPDX-License-Identifier: EUPL-1.2
// Where the civil clock of a data folder stands (ARCHITECTURE.md, "Two clocks").
//
// The difference to the real clock is chosen at the folder's first start, kept in DIR/civil-clock
// and never made smaller, so that civil time never goes back.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace revier::app {

// The civil time at which the demo city opens: 2025-01-20 09:00 in Berlin.
inline constexpr Instant kDemoStart{1'737'360'000'000'000};

// The difference to use from now on, stored in `folder`. `wanted` is where the clock shall stand
// now; without it a new folder starts at `first_start` (or at the real time) and a known one goes
// on. Errors: kConflict for a wanted instant before the folder's civil time; kCorrupt for a file
// that is not ours; kUnavailable.
[[nodiscard]] Result<Duration> civil_difference(const std::string& folder, Instant real_now,
                                                std::optional<Instant> wanted,
                                                std::optional<Instant> first_start);

// The difference that a folder has; none before its first start.
[[nodiscard]] Result<Duration> stored_civil_difference(const std::string& folder);

}  // namespace revier::app
