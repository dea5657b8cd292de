// SPDX-License-Identifier: EUPL-1.2
#include "event/calendar.h"

#include <libical/ical.h>

#include <algorithm>
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

// What sessions and days have in common.
struct Appearance {
  std::string uid;
  std::string title;
  Instant from;
  Instant to;
  bool cancelled = false;
  std::string place;
  std::string url;
};

icalcomponent* component_of(const Appearance& entry, web::Language language) {
  icalcomponent* const event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  const auto add = [event](icalproperty* property) { icalcomponent_add_property(event, property); };
  add(icalproperty_new_uid(entry.uid.c_str()));
  add(icalproperty_new_dtstart(utc(entry.from)));
  add(icalproperty_new_dtend(utc(entry.to)));
  add(icalproperty_new_status(entry.cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
  const std::string title =
      entry.cancelled ? web::text(language, texts::kCalendarCancelled, {{"title", entry.title}})
                      : entry.title;
  add(icalproperty_new_summary(printable(title).c_str()));
  if (!entry.place.empty()) add(icalproperty_new_location(printable(entry.place).c_str()));
  add(icalproperty_new_url(entry.url.c_str()));
  return event;
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
  const std::string page =
      web::path(language, standing.removed ? "/aenderungen" : "/programm/" + session.id);
  icalcomponent* const event =
      component_of({.uid = "session-" + session.id + "@revier",
                    .title = session.title.in(language),
                    .from = session.starts_at,
                    .to = session.ends_at,
                    .cancelled = session.cancelled || standing.removed,
                    .place = room_and_place(programme, session.room, language),
                    .url = options.site_url + page},
                   language);
  add_history(event, standing);
  if (!session.abstract.empty()) {
    icalcomponent_add_property(
        event, icalproperty_new_description(printable(session.abstract.in(language)).c_str()));
  }
  return event;
}

// The ledger knows nothing of days: one counts as revised with the programme.
Instant revised_at(const Ledger& ledger, const Day& day) {
  Instant last;
  for (const auto& [id, standing] : ledger.sessions) last = std::max(last, standing.modified_at);
  return last == Instant{} ? day.starts_at : last;
}

icalcomponent* event_of(const Programme& programme, const Ledger& ledger, const Day& day,
                        const CalendarOptions& options) {
  const web::Language language = options.language;
  const std::string& title = day.title.in(language);
  icalcomponent* const event =
      component_of({.uid = "day-" + day.date + "@revier",
                    .title = title.empty() ? options.name : options.name + ": " + title,
                    .from = day.starts_at,
                    .to = day.ends_at,
                    .cancelled = day.cancelled,
                    .place = room_and_place(programme, "", language),
                    .url = options.site_url + web::path(language, "/programm?tag=" + day.date)},
                   language);
  icalcomponent_add_property(event, icalproperty_new_dtstamp(utc(revised_at(ledger, day))));
  return event;
}

}  // namespace

std::string calendar(const Programme& programme, const Ledger& ledger,
                     const CalendarEntries& entries, const CalendarOptions& options) {
  const std::unique_ptr<icalcomponent, Free> all(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  icalcomponent_add_property(all.get(), icalproperty_new_version("2.0"));
  icalcomponent_add_property(all.get(), icalproperty_new_prodid("-//Revier//Programme//DE"));
  add_named(all.get(), "X-WR-CALNAME", options.name);
  add_named(all.get(), "REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
  for (const Day* day : entries.days) {
    icalcomponent_add_component(all.get(), event_of(programme, ledger, *day, options));
  }
  for (const Session* session : entries.sessions) {
    // One that the ledger has not seen yet is about to be; it follows with the next request.
    const Standing* const standing = ledger.standing(session->id);
    if (standing == nullptr) continue;
    icalcomponent_add_component(all.get(), event_of(programme, *session, *standing, options));
  }
  const std::unique_ptr<char, Free> text(icalcomponent_as_ical_string_r(all.get()));
  return text.get();
}

}  // namespace revier::event
