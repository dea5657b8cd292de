// SPDX-License-Identifier: EUPL-1.2
#include "event/json_ld.h"

#include "json/json.h"
#include "web/i18n.h"

namespace revier::event {
namespace {

using web::Language;

void write_place(json::Writer& out, const Programme& programme, std::string_view id,
                 Language language) {
  const Place* const place = programme.place(id);
  if (place == nullptr) return;
  out.key("location")
      .begin_object()
      .member("@type", "Place")
      .member("name", place->name.in(language));
  if (!place->address.empty()) out.member("address", place->address);
  if (place->location) {
    out.key("geo")
        .begin_object()
        .member("@type", "GeoCoordinates")
        .key("latitude")
        .number(place->location->latitude)
        .key("longitude")
        .number(place->location->longitude)
        .end_object();
  }
  out.end_object();
}

void write_head(json::Writer& out, std::string_view name, std::string url,
                std::string_view status = "https://schema.org/EventScheduled") {
  out.member("@context", "https://schema.org")
      .member("@type", "Event")
      .member("name", name)
      .member("url", url)
      .member("eventStatus", status)
      .member("eventAttendanceMode", "https://schema.org/OfflineEventAttendanceMode");
}

// The last move of a session; nullptr where it is at its first time.
const Change* last_move(const Ledger& ledger, std::string_view session) {
  for (const ChangePtr& change : ledger.news_of(session)) {
    if (change->has(ChangeKind::kMoved)) return change.get();
  }
  return nullptr;
}

}  // namespace

std::string event_json_ld(const Programme& programme, const Event& event, std::string_view site_url,
                          Language language) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_head(out, event.name.in(language), std::string(site_url) + web::path(language, "/"));
  out.member("startDate", event.starts_on).member("endDate", event.ends_on);
  write_place(out, programme, event.venue, language);
  out.key("organizer").begin_array();
  for (const std::string& organiser : event.organisers) {
    out.begin_object().member("@type", "Organization").member("name", organiser).end_object();
  }
  out.end_array();
  // The offer is an example of the demo where the admission is; then it is not told to machines.
  if (!event.admission.empty() && !event.is_example("admission")) {
    out.key("offers")
        .begin_object()
        .member("@type", "Offer")
        .member("price", "0")
        .member("priceCurrency", "EUR")
        .member("url", std::string(site_url) + web::path(language, "/anmeldung"))
        .end_object();
  }
  out.end_object();
  return text;
}

std::string session_json_ld(const Programme& programme, const Ledger& ledger,
                            const Session& session, std::string_view site_url, Language language) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  const Change* const move = last_move(ledger, session.id);
  write_head(out, session.title.in(language),
             std::string(site_url) + web::path(language, "/programm/" + session.id),
             session.cancelled ? "https://schema.org/EventCancelled"
             : move != nullptr ? "https://schema.org/EventRescheduled"
                               : "https://schema.org/EventScheduled");
  if (move != nullptr) {
    out.member("previousStartDate", web::iso_date_time(move->before->starts_at));
  }
  out.member("startDate", web::iso_date_time(session.starts_at))
      .member("endDate", web::iso_date_time(session.ends_at));
  if (!session.abstract.empty()) out.member("description", session.abstract.in(language));
  if (!session.language.empty()) out.member("inLanguage", session.language);
  if (const Room* room = programme.room(session.room)) {
    write_place(out, programme, room->place, language);
  }
  out.key("performer").begin_array();
  for (const std::string& id : session.speakers) {
    const Speaker* const speaker = programme.speaker(id);
    if (speaker == nullptr) continue;
    out.begin_object().member("@type", "Person").member("name", speaker->name).end_object();
  }
  out.end_array();
  if (const Event* event = programme.event()) {
    out.key("superEvent")
        .begin_object()
        .member("@type", "Event")
        .member("name", event->name.in(language))
        .member("startDate", event->starts_on)
        .member("endDate", event->ends_on)
        .end_object();
  }
  out.end_object();
  return text;
}

}  // namespace revier::event
