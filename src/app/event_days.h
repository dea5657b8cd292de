// SPDX-License-Identifier: EUPL-1.2
// Keeping the entities of days (app/quotas.h) what the programme says.
//
// Thread safety: a pure function.
#pragma once
#include <string>
#include <vector>

#include "event/programme.h"
#include "event/programme_keeper.h"

namespace revier::app {

// What is to be written: days that are new or have other times now, and the end of those that the
// event had. `known`: the entities of days that are there, as event::Entities::all() has them. One
// whose times are the same is left alone, so that it keeps the count it shows. Without an event in
// the programme nothing ends.
[[nodiscard]] std::vector<event::Entities::Write> changed_days(
    const event::Programme& programme, const std::vector<std::string>& known);

}  // namespace revier::app
