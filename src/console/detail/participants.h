// SPDX-License-Identifier: EUPL-1.2
// What a list of participants says: who has seats in what, how many there are, in which order.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ticket/api.h"
#include "web/i18n.h"

namespace revier::console {

// A list of one day or session (`quota`), or of all (empty).
//
// "Workshop LoRaWAN, 5. Februar 2025, 14:20 bis 15:20 Uhr"; empty for a list of all.
[[nodiscard]] std::string list_heading(const ticket::Registrations& registrations,
                                       std::string_view quota, web::Language language);
// Seats in it; in a list of all the most that a day or session has, which is the size of the party.
[[nodiscard]] std::int64_t seats_in(const ticket::Booking& booking, std::string_view quota);
// "angemeldet", "nur Warteliste", "storniert".
[[nodiscard]] std::string state_in(const ticket::Booking& booking, std::string_view quota,
                                   const ticket::Registrations& registrations,
                                   web::Language language);
// Of one claim: "gebucht", "Warteliste, Platz 3".
[[nodiscard]] std::string claim_state(const ticket::Claim& claim,
                                      const ticket::Registrations& registrations,
                                      web::Language language);

// Those with seats by family name (the last word, or what stands before a comma), then those who
// only wait, then those who cancelled.
void order_by_name(std::vector<ticket::Booking>& bookings, std::string_view quota,
                   web::Language language);
// "12 Anmeldungen mit 17 Plätzen, 3 nur auf der Warteliste".
[[nodiscard]] std::string counts_text(const std::vector<ticket::Booking>& bookings,
                                      std::string_view quota, web::Language language);

}  // namespace revier::console
