// SPDX-License-Identifier: EUPL-1.2
// The ticket on paper. Blocking: call it on the pool. Pure but for fonts.
#pragma once
#include <string>

#include "base/result.h"
#include "ticket/letters.h"

namespace revier::ticket {

[[nodiscard]] Result<std::string> draw_ticket(const Booking& booking, const Occasion& occasion,
                                              const Registrations& registrations,
                                              web::Language language);

}  // namespace revier::ticket
