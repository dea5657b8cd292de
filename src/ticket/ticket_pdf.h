// SPDX-License-Identifier: EUPL-1.2
// The ticket on paper. Blocking: call it on the pool. Pure but for fonts.
#pragma once
#include <string>

#include "base/result.h"
#include "ticket/letters.h"
#include "ticket/signed_ticket.h"

namespace revier::ticket {

// What the QR code of a registration says: its signed ticket, for the days that it has seats for.
[[nodiscard]] std::string qr_text(const Booking& booking, const Registrations& registrations,
                                  const TicketKeys& keys);

// `qr` is what qr_text() gave.
[[nodiscard]] Result<std::string> draw_ticket(const Booking& booking, const Occasion& occasion,
                                              const Registrations& registrations,
                                              web::Language language, std::string_view qr);

}  // namespace revier::ticket
