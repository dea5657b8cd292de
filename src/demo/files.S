/* SPDX-License-Identifier: EUPL-1.2 */
/* The demo city's bytes; files.cpp names them. */
.macro demo_file name, file
.global revier_demo_\name
.global revier_demo_\name\()_end
revier_demo_\name:
.incbin "\file"
revier_demo_\name\()_end:
.byte 0
.endm

.section .rodata
demo_file places, "places.json"
demo_file events, "events.json"
demo_file rooms, "rooms.json"
demo_file speakers, "speakers.json"
demo_file sessions, "sessions.json"
demo_file exhibits, "exhibits.json"
demo_file best_practices, "best-practices.json"
demo_file offers, "offers.json"
demo_file counters, "counters.json"
demo_file services, "services.json"
demo_file forms, "forms.json"
demo_file city_facts, "city-facts.json"
demo_file city, "city.json"
demo_file municipalities, "municipalities.geojson"

.section .note.GNU-stack,"",%progbits
