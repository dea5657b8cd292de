// SPDX-License-Identifier: EUPL-1.2
#include "demo/files.h"

#include <array>

#define DEMO_FILE(name) extern const char revier_demo_##name[], revier_demo_##name##_end[]
#define DEMO_BYTES(name) std::string_view(revier_demo_##name, revier_demo_##name##_end)

extern "C" {
DEMO_FILE(places);
DEMO_FILE(events);
DEMO_FILE(rooms);
DEMO_FILE(speakers);
DEMO_FILE(sessions);
DEMO_FILE(exhibits);
DEMO_FILE(best_practices);
DEMO_FILE(offers);
DEMO_FILE(counters);
DEMO_FILE(services);
DEMO_FILE(forms);
DEMO_FILE(city_facts);
DEMO_FILE(city);
DEMO_FILE(municipalities);
}

namespace revier::demo {

std::span<const Collection> programme() {
  static const std::array collections = {Collection{"places", DEMO_BYTES(places)},
                                         Collection{"events", DEMO_BYTES(events)},
                                         Collection{"rooms", DEMO_BYTES(rooms)},
                                         Collection{"speakers", DEMO_BYTES(speakers)},
                                         Collection{"sessions", DEMO_BYTES(sessions)},
                                         Collection{"exhibits", DEMO_BYTES(exhibits)},
                                         Collection{"best-practices", DEMO_BYTES(best_practices)},
                                         Collection{"offers", DEMO_BYTES(offers)},
                                         Collection{"counters", DEMO_BYTES(counters)},
                                         Collection{"services", DEMO_BYTES(services)},
                                         Collection{"forms", DEMO_BYTES(forms)},
                                         Collection{"city-facts", DEMO_BYTES(city_facts)}};
  return collections;
}

std::string_view city() { return DEMO_BYTES(city); }
std::string_view municipalities() { return DEMO_BYTES(municipalities); }

}  // namespace revier::demo
