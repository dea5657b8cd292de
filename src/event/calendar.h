// SPDX-License-Identifier: EUPL-1.2
// The programme as iCalendar (RFC 5545, RFC 7986): stable UID, UTC times, CRLF, folded lines.
//
// Thread safety: pure function.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "event/programme.h"

namespace revier::event {

struct CalendarOptions {
  std::string site_url;  // "https://event.example"
  web::Language language = web::Language::kDe;
  Instant stamp;     // DTSTAMP: civil time
  std::string name;  // of the calendar
};

[[nodiscard]] std::string calendar(const Programme& programme,
                                   const std::vector<const Session*>& sessions,
                                   const CalendarOptions& options);

}  // namespace revier::event
