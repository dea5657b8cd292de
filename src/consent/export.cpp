// SPDX-License-Identifier: EUPL-1.2
#include "consent/export.h"

#include "consent/consent.h"

namespace revier::consent {

Result<> write_entries(records::Session& session, std::string_view subject, json::Writer& out) {
  RV_ASSIGN(const std::vector<Entry> list, entries(session, subject));
  out.key("consents").begin_array();
  for (const Entry& entry : list) {
    RV_ASSIGN(const Wording shown,
              wording(session, entry.wording_kind, entry.wording_version, entry.wording_language));
    out.begin_object()
        .member("purpose", entry.purpose)
        .member("given", entry.given)
        .member("at", to_iso8601(entry.at))
        .member("channel", entry.channel)
        .member("wording", shown.text)
        .member("wording_version", entry.wording_version)
        .member("delete_after", to_iso8601(entry.retain_until))
        .end_object();
  }
  out.end_array();
  return {};
}

}  // namespace revier::consent
