// SPDX-License-Identifier: EUPL-1.2
#include "event/calendar.h"

#include <libical/ical.h>

#include <memory>

#include "event/place_text.h"
#include "event/texts.h"
#include "event/xml_writer.h"
#include "web/i18n.h"
#include "web/language.h"

namespace revier::event {
namespace {

struct Free {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
  void operator()(char* text) const { icalmemory_free_buffer(text); }
};

icaltimetype utc(Instant instant) {
  return icaltime_from_timet_with_zone(instant.us / 1'000'000, 0, icaltimezone_get_utc_timezone());
}

void add_named(icalcomponent* component, const char* name, const std::string& value) {
  icalproperty* property = icalproperty_new_x(value.c_str());
  icalproperty_set_x_name(property, name);
  icalcomponent_add_property(component, property);
}

std::string title_of(const Session& session, bool cancelled, web::Language language) {
  const std::string& title = session.title.in(language);
  if (!cancelled) return title;
  return web::text(language, texts::kCalendarCancelled, {{"title", title}});
}

// What the ledger knows of a session's past.
void add_history(icalcomponent* event, const Standing& standing) {
  icalcomponent_add_property(event, icalproperty_new_dtstamp(utc(standing.modified_at)));
  icalcomponent_add_property(event, icalproperty_new_created(utc(standing.created_at)));
  icalcomponent_add_property(event, icalproperty_new_lastmodified(utc(standing.modified_at)));
  icalcomponent_add_property(event, icalproperty_new_sequence(static_cast<int>(standing.sequence)));
}

icalcomponent* event_of(const Programme& programme, const Session& session,
                        const Standing& standing, const CalendarOptions& options) {
  const web::Language language = options.language;
  const bool cancelled = session.cancelled || standing.removed;
  icalcomponent* const event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  const auto add = [event](icalproperty* property) { icalcomponent_add_property(event, property); };
  add(icalproperty_new_uid(("session-" + session.id + "@revier").c_str()));
  add_history(event, standing);
  add(icalproperty_new_dtstart(utc(session.starts_at)));
  add(icalproperty_new_dtend(utc(session.ends_at)));
  add(icalproperty_new_status(cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
  add(icalproperty_new_summary(printable(title_of(session, cancelled, language)).c_str()));
  if (!session.abstract.empty()) {
    add(icalproperty_new_description(printable(session.abstract.in(language)).c_str()));
  }
  if (const std::string place = room_and_place(programme, session.room, language); !place.empty()) {
    add(icalproperty_new_location(printable(place).c_str()));
  }
  const std::string page =
      web::path(language, standing.removed ? "/aenderungen" : "/programm/" + session.id);
  add(icalproperty_new_url((options.site_url + page).c_str()));
  return event;
}

}  // namespace

std::string calendar(const Programme& programme, const Ledger& ledger,
                     const std::vector<const Session*>& sessions, const CalendarOptions& options) {
  const std::unique_ptr<icalcomponent, Free> all(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  icalcomponent_add_property(all.get(), icalproperty_new_version("2.0"));
  icalcomponent_add_property(all.get(), icalproperty_new_prodid("-//Revier//Programme//DE"));
  add_named(all.get(), "X-WR-CALNAME", options.name);
  add_named(all.get(), "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
  for (const Session* session : sessions) {
    // One that the ledger has not seen yet is about to be; it follows with the next request.
    const Standing* const standing = ledger.standing(session->id);
    if (standing == nullptr) continue;
    icalcomponent_add_component(all.get(), event_of(programme, *session, *standing, options));
  }
  const std::unique_ptr<char, Free> text(icalcomponent_as_ical_string_r(all.get()));
  return text.get();
}

}  // namespace revier::event
