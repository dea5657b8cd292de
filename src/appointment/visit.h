// SPDX-License-Identifier: EUPL-1.2
// An appointment in words: for pages, letters, calendars and desks.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/programme.h"
#include "ticket/registrations.h"

namespace revier::appointment {

struct Visit {
  std::string counter;  // id; empty where the appointment has no time (any more)
  std::string what;     // name of the offer
  std::string where;    // counter, place and address in one line
  std::string when;     // "Donnerstag, 6. Februar 2025, 9:30–9:45 Uhr"
  std::vector<std::string> needs;
  std::string phone;       // of the counter, may be empty
  bool eid_check = false;  // the check of the online ID is of use before
  Instant from;
  Instant to;
};
[[nodiscard]] Visit describe(const ticket::Booking& booking, const event::Programme& programme,
                             const ticket::Registrations& registrations, web::Language language);

// What is called and shown: the first part of the booking's code, "K7M3".
[[nodiscard]] std::string call_number(const ticket::Booking& booking);

[[nodiscard]] std::string where_text(const event::Counter& counter,
                                     const event::Programme& programme, web::Language language);
[[nodiscard]] std::string when_text(Instant from, Instant to, web::Language language);

// iCalendar (RFC 5545) of one appointment; a cancelled one is STATUS:CANCELLED. `page` is its
// address. The UID stays the same when it is moved.
[[nodiscard]] std::string calendar_file(const ticket::Booking& booking, const Visit& visit,
                                        std::string_view page, Instant now);

}  // namespace revier::appointment
