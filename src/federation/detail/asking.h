// SPDX-License-Identifier: EUPL-1.2
// What a request for registrations looks for (5.10.2, 6.8.3.2).
//
// Thread safety: pure functions.
#pragma once
#include "context/binding.h"
#include "federation/registrations.h"

namespace revier::federation::detail {

// A temporal query (4.11), its members as they were given; empty: not.
struct TimesAsked {
  std::string relation;
  std::string at;
  std::string end;
  std::string property;
};
// nullopt where there is none. Errors: kBadRequestData.
[[nodiscard]] Result<std::optional<Wanted::Times>> times_of(const TimesAsked& asked);

// Errors: kBadRequestData, also for what asks for everything.
[[nodiscard]] Result<Wanted> wanted_of(const net::Request& request, const jsonld::Context& context);

}  // namespace revier::federation::detail
