// SPDX-License-Identifier: EUPL-1.2
#include "appointment/visit.h"

#include <libical/ical.h>

#include <memory>

#include "appointment/slots.h"
#include "appointment/texts.h"
#include "event/place_text.h"
#include "ticket/letters.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

struct Free {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
  void operator()(char* text) const { icalmemory_free_buffer(text); }
};

icaltimetype utc(Instant instant) {
  return icaltime_from_timet_with_zone(instant.us / 1'000'000, 0, icaltimezone_get_utc_timezone());
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

}  // namespace

std::string where_text(const event::Counter& counter, const event::Programme& programme,
                       web::Language language) {
  const std::string place = event::place_text(programme, counter.place, language);
  return place.empty() ? counter.name.in(language) : counter.name.in(language) + ", " + place;
}

std::string when_text(Instant from, Instant to, web::Language language) {
  return web::date(language, from, web::DateStyle::kFull) + ", " +
         web::time_range(language, from, to);
}

Visit describe(const ticket::Booking& booking, const event::Programme& programme,
               const ticket::Registrations& registrations, web::Language language) {
  Visit visit;
  if (const event::Offer* const offer = programme.offer(booking.subject)) {
    visit.what = offer->name.in(language);
    visit.eid_check = offer->eid_check;
    visit.needs = language == web::Language::kDe ? offer->needs_de : offer->needs_en;
  } else {
    visit.what = std::string(web::text(language, texts::kVisitUnknown));
  }
  const auto time = ticket::visit_of(booking, registrations);
  if (!time) return visit;
  visit.counter = std::string(counter_of(booking.claims.front().quota));
  visit.from = time->starts_at;
  visit.to = time->ends_at;
  visit.when = when_text(visit.from, visit.to, language);
  visit.where = ticket::title_in(*time, language);
  if (const event::Counter* const counter = programme.counter(visit.counter)) {
    visit.where = where_text(*counter, programme, language);
    visit.phone = counter->phone;
  }
  return visit;
}

std::string call_number(const ticket::Booking& booking) {
  return booking.code.substr(0, booking.code.find('-'));
}

std::string calendar_file(const ticket::Booking& booking, const Visit& visit, std::string_view page,
                          Instant now) {
  const web::Language language = ticket::language_of(booking);
  const std::unique_ptr<icalcomponent, Free> all(icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  icalcomponent_add_property(all.get(), icalproperty_new_version("2.0"));
  icalcomponent_add_property(all.get(), icalproperty_new_prodid("-//Revier//Appointment//DE"));
  icalcomponent* const event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  const auto add = [event](icalproperty* property) { icalcomponent_add_property(event, property); };
  add(icalproperty_new_uid(("appointment-" + booking.id + "@revier").c_str()));
  add(icalproperty_new_dtstamp(utc(now)));
  // Minutes since it was booked: grows with every change.
  const Instant first = booking.registered_at.value_or(now);
  add(icalproperty_new_sequence(static_cast<int>((now - first).us / 60'000'000)));
  add(icalproperty_new_dtstart(utc(visit.from)));
  add(icalproperty_new_dtend(utc(visit.to)));
  add(icalproperty_new_status(booking.cancelled_at ? ICAL_STATUS_CANCELLED
                                                   : ICAL_STATUS_CONFIRMED));
  add(icalproperty_new_summary(visit.what.c_str()));
  add(icalproperty_new_location(visit.where.c_str()));
  std::string note = web::text(language, texts::kVisitNumber, {{"number", call_number(booking)}});
  if (!visit.needs.empty()) {
    note += "\n" + web::text(language, texts::kVisitBring, {{"things", joined(visit.needs)}});
  }
  add(icalproperty_new_description(note.c_str()));
  add(icalproperty_new_url(std::string(page).c_str()));
  icalcomponent_add_component(all.get(), event);
  const std::unique_ptr<char, Free> text(icalcomponent_as_ical_string_r(all.get()));
  return text.get();
}

}  // namespace revier::appointment
