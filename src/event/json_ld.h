// SPDX-License-Identifier: EUPL-1.2
// schema.org descriptions for search engines, embedded in pages as JSON-LD.
#pragma once
#include <string>
#include <string_view>

#include "event/changes.h"
#include "event/programme.h"

namespace revier::event {

[[nodiscard]] std::string event_json_ld(const Programme& programme, const Event& event,
                                        std::string_view site_url, web::Language language);
[[nodiscard]] std::string session_json_ld(const Programme& programme, const Ledger& ledger,
                                          const Session& session, std::string_view site_url,
                                          web::Language language);

}  // namespace revier::event
