// SPDX-License-Identifier: EUPL-1.2
// The programme as iCalendar (RFC 5545, RFC 7986): stable UID, UTC times, CRLF, folded lines.
// SEQUENCE, DTSTAMP and LAST-MODIFIED come from the ledger, so that the same programme is the same
// file. A cancelled session is STATUS:CANCELLED and says so in its title; one that was taken out
// of the programme goes on as a cancelled one for those who have it in their calendar. A day of the
// event is one entry from its beginning to its end, for those who booked it as a whole.
//
// Thread safety: pure function.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "event/changes.h"
#include "event/programme.h"

namespace revier::event {

struct CalendarEntries {
  std::vector<const Session*> sessions;
  std::vector<const Day*> days;
};

struct CalendarOptions {
  std::string site_url;  // "https://event.example"
  web::Language language = web::Language::kDe;
  std::string name;  // of the calendar
};

[[nodiscard]] std::string calendar(const Programme& programme, const Ledger& ledger,
                                   const CalendarEntries& entries, const CalendarOptions& options);

}  // namespace revier::event
