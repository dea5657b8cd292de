// SPDX-License-Identifier: EUPL-1.2
// The programme for conference apps: the frab schedule as XML and as JSON, from one model, so that
// both say the same (https://c3voc.de/wiki/schedule; XSD of voc/schedule).
//
// Cancelled sessions are left out: apps that know them from the version before show them as
// cancelled. A session's guid and number stay as long as the ledger does.
//
// Thread safety: pure functions.
#pragma once
#include <string>

#include "event/changes.h"
#include "event/programme.h"

namespace revier::event {

struct ScheduleOptions {
  std::string site_url;  // "https://event.example"
  web::Language language = web::Language::kDe;
};

// "" where there is no event with a day: there is no such schedule.
[[nodiscard]] std::string schedule_xml(const Programme& programme, const Ledger& ledger,
                                       const ScheduleOptions& options);
[[nodiscard]] std::string schedule_json(const Programme& programme, const Ledger& ledger,
                                        const ScheduleOptions& options);

// A UUID (RFC 9562, version 8) of a thing of this site, the same at every time: from the first
// change of the ledger, the event, the kind and the id.
[[nodiscard]] std::string stable_uuid(const Ledger& ledger, std::string_view event,
                                      std::string_view kind, std::string_view id);

}  // namespace revier::event
