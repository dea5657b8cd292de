// SPDX-License-Identifier: EUPL-1.2
// Rooms and places in one line.
#pragma once
#include <string>
#include <string_view>

#include "event/programme.h"

namespace revier::event {

// "Kaminzimmer, Mulvany-Villa, Shamrockpark, Shamrockring 3, 44623 Herne"; without a room the venue
// of the event; "" where nothing is known.
[[nodiscard]] std::string room_and_place(const Programme& programme, std::string_view room,
                                         web::Language language);
[[nodiscard]] std::string place_text(const Programme& programme, std::string_view place,
                                     web::Language language);

}  // namespace revier::event
