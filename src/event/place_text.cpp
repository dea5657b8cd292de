// SPDX-License-Identifier: EUPL-1.2
#include "event/place_text.h"

namespace revier::event {

std::string place_text(const Programme& programme, std::string_view id, web::Language language) {
  const Place* const place = programme.place(id);
  if (place == nullptr) return {};
  return place->address.empty() ? place->name.in(language)
                                : place->name.in(language) + ", " + place->address;
}

std::string room_and_place(const Programme& programme, std::string_view id,
                           web::Language language) {
  const Room* const room = programme.room(id);
  if (room == nullptr) {
    const Event* const event = programme.event();
    return event == nullptr ? std::string() : place_text(programme, event->venue, language);
  }
  const std::string place = place_text(programme, room->place, language);
  return place.empty() ? room->name.in(language) : room->name.in(language) + ", " + place;
}

}  // namespace revier::event
