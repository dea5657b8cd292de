// SPDX-License-Identifier: EUPL-1.2
#include "event/types.h"

#include <algorithm>

namespace revier::event {
namespace {

using json::Value;

// Reads the fields of an item; what is missing or of another form stays empty.
class Fields {
 public:
  explicit Fields(const Item& item) : item_(item) {}

  template <class Read>
  auto with(std::string_view name, Read read) const -> decltype(read(std::declval<Value>())) {
    const auto found = item_.fields.find(name);
    if (found == item_.fields.end()) return {};
    const auto document = json::Document::parse(found->second);
    if (!document) return {};
    return read(document->root());
  }

  [[nodiscard]] std::string text(std::string_view name) const { return with(name, text_of); }
  [[nodiscard]] Localised localised(std::string_view name) const {
    return with(name, localised_of);
  }
  [[nodiscard]] std::int64_t integer(std::string_view name) const {
    return with(name, [](const Value& v) { return v.as_integer().value_or(0); });
  }
  [[nodiscard]] bool boolean(std::string_view name) const {
    return with(name, [](const Value& v) { return v.as_bool().value_or(false); });
  }
  [[nodiscard]] std::optional<Instant> instant(std::string_view name) const {
    return with(name, instant_of);
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    return with(name, texts_of);
  }

  static std::string text_of(const Value& value) {
    return std::string(value.as_string().value_or(""));
  }
  static std::string member(const Value& object, std::string_view name) {
    const auto value = object.find(name);
    return value ? text_of(*value) : std::string();
  }
  static Localised localised_of(const Value& value) {
    return {member(value, "de"), member(value, "en")};
  }
  static std::optional<Instant> instant_of(const Value& value) {
    const auto parsed = parse_iso8601(value.as_string().value_or(""));
    if (!parsed) return std::nullopt;
    return *parsed;
  }
  static std::vector<std::string> texts_of(const Value& value) {
    std::vector<std::string> texts;
    for (const Value each : value.elements()) texts.push_back(text_of(each));
    return texts;
  }

 private:
  const Item& item_;
};

Public head_of(const Item& item) { return {item.id, item.examples, item.sources}; }

std::vector<std::string> list_member(const Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? Fields::texts_of(*value) : std::vector<std::string>();
}

Hours hours_of(const Value& value, std::int64_t staff) {
  Hours hours{.weekdays = {},
              .date = Fields::member(value, "date"),
              .from = Fields::member(value, "from"),
              .to = Fields::member(value, "to"),
              .closed = value.find("closed").has_value(),
              .staff = staff};
  if (const auto days = value.find("weekdays")) {
    for (const Value day : days->elements()) {
      hours.weekdays.push_back(static_cast<int>(day.as_integer().value_or(0)));
    }
  }
  if (const auto own = value.find("staff")) hours.staff = own->as_integer().value_or(staff);
  return hours;
}

Localised localised_member(const Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? Fields::localised_of(*value) : Localised();
}

Instant instant_member(const Value& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? Fields::instant_of(*value).value_or(Instant{}) : Instant{};
}

std::vector<Day> days_of(const Value& list) {
  std::vector<Day> days;
  for (const Value each : list.elements()) {
    Day day;
    day.id = day.date = Fields::member(each, "date");
    day.examples = list_member(each, "example");
    day.title = localised_member(each, "title");
    day.starts_at = instant_member(each, "starts_at");
    day.ends_at = instant_member(each, "ends_at");
    if (const auto capacity = each.find("capacity"))
      day.capacity = capacity->as_integer().value_or(0);
    if (const auto cancelled = each.find("cancelled"))
      day.cancelled = cancelled->as_bool().value_or(false);
    days.push_back(std::move(day));
  }
  return days;
}

std::vector<Track> tracks_of(const Value& list) {
  std::vector<Track> tracks;
  for (const Value each : list.elements()) {
    Track track;
    track.id = Fields::member(each, "id");
    track.examples = list_member(each, "example");
    track.name = localised_member(each, "name");
    tracks.push_back(std::move(track));
  }
  return tracks;
}

std::optional<Point> point_of(const Value& geometry) {
  const auto place = geometry.find("coordinates");
  if (!place || place->size() != 2) return std::nullopt;
  auto element = place->elements().begin();
  Point point;
  point.longitude = (*element).as_number().value_or(0);
  ++element;
  point.latitude = (*element).as_number().value_or(0);
  return point;
}

}  // namespace

bool Public::is_example(std::string_view field) const {
  return std::ranges::find(examples, field) != examples.end();
}

const Track* Event::track(std::string_view wanted) const {
  const auto found = std::ranges::find(tracks, wanted, &Track::id);
  return found == tracks.end() ? nullptr : &*found;
}

const Day* Event::day(std::string_view wanted) const {
  const auto found = std::ranges::find(days, wanted, &Day::date);
  return found == days.end() ? nullptr : &*found;
}

Event read_event(const Item& item) {
  const Fields in(item);
  Event event{head_of(item)};
  event.name = in.localised("name");
  event.motto = in.localised("motto");
  event.starts_on = in.text("starts_on");
  event.ends_on = in.text("ends_on");
  event.time_zone = in.text("time_zone");
  event.venue = in.text("venue");
  event.organisers = in.texts("organisers");
  event.focus = in.with("focus", [](const Value& list) {
    std::vector<Localised> all;
    for (const Value each : list.elements()) all.push_back(Fields::localised_of(each));
    return all;
  });
  event.partner_cities = in.texts("partner_cities");
  event.admission = in.localised("admission");
  event.registration_opens_at = in.instant("registration_opens_at");
  event.registration_closes_at = in.instant("registration_closes_at");
  event.days = in.with("days", days_of);
  event.tracks = in.with("tracks", tracks_of);
  return event;
}

Place read_place(const Item& item) {
  const Fields in(item);
  Place place{head_of(item)};
  place.name = in.localised("name");
  place.address = in.text("address");
  place.location = in.with("location", point_of);
  place.accuracy_m = in.integer("accuracy_m");
  place.directions = in.localised("directions");
  return place;
}

Room read_room(const Item& item) {
  const Fields in(item);
  Room room{head_of(item)};
  room.name = in.localised("name");
  room.place = in.text("place");
  room.capacity = in.integer("capacity");
  return room;
}

Speaker read_speaker(const Item& item) {
  const Fields in(item);
  Speaker speaker{head_of(item)};
  speaker.name = in.text("name");
  speaker.function = in.text("function");
  return speaker;
}

Session read_session(const Item& item) {
  const Fields in(item);
  Session session{head_of(item)};
  session.title = in.localised("title");
  session.abstract = in.localised("abstract");
  session.event = in.text("event");
  session.day = in.text("day");
  session.starts_at = in.instant("starts_at").value_or(Instant{});
  session.ends_at = in.instant("ends_at").value_or(Instant{});
  session.room = in.text("room");
  session.track = in.text("track");
  session.format = in.text("format");
  session.language = in.text("language");
  session.speakers = in.texts("speakers");
  session.capacity = in.integer("capacity");
  session.bookable = in.boolean("bookable");
  session.cancelled = in.boolean("cancelled");
  return session;
}

Exhibit read_exhibit(const Item& item) {
  const Fields in(item);
  Exhibit exhibit{head_of(item)};
  exhibit.name = in.text("name");
  exhibit.topic = in.localised("topic");
  exhibit.booth = in.text("booth");
  exhibit.city = in.text("city");
  exhibit.live = in.texts("live");
  return exhibit;
}

BestPractice read_best_practice(const Item& item) {
  const Fields in(item);
  BestPractice practice{head_of(item)};
  practice.name = in.localised("name");
  practice.summary = in.localised("summary");
  practice.city = in.text("city");
  practice.fields = in.texts("fields");
  practice.sessions = in.texts("sessions");
  practice.live = in.texts("live");
  return practice;
}

Offer read_offer(const Item& item) {
  const Fields in(item);
  Offer offer{head_of(item)};
  offer.name = in.localised("name");
  offer.event = in.text("event");
  offer.summary = in.localised("summary");
  offer.needs_de = in.with("needs", [](const Value& v) { return list_member(v, "de"); });
  offer.needs_en = in.with("needs", [](const Value& v) { return list_member(v, "en"); });
  offer.place = in.text("place");
  offer.spot = in.text("spot");
  offer.starts_at = in.instant("starts_at").value_or(Instant{});
  offer.ends_at = in.instant("ends_at").value_or(Instant{});
  offer.duration_min = in.integer("duration_min");
  offer.by_appointment = in.boolean("by_appointment");
  offer.eid_check = in.boolean("eid_check");
  offer.url = in.text("url");
  return offer;
}

Counter read_counter(const Item& item) {
  const Fields in(item);
  Counter counter{head_of(item)};
  counter.name = in.localised("name");
  counter.place = in.text("place");
  counter.offers = in.texts("offers");
  counter.hours = in.with("hours", [staff = in.integer("staff")](const Value& list) {
    std::vector<Hours> hours;
    for (const Value each : list.elements()) hours.push_back(hours_of(each, staff));
    return hours;
  });
  if (item.fields.contains("days_ahead")) counter.days_ahead = in.integer("days_ahead");
  counter.lead_min = in.integer("lead_min");
  counter.walk_in = in.boolean("walk_in");
  counter.phone = in.text("phone");
  return counter;
}

CityFact read_city_fact(const Item& item) {
  const Fields in(item);
  CityFact fact{head_of(item)};
  fact.name = in.localised("name");
  fact.value = in.with("value", [](const Value& v) { return v.as_number().value_or(0); });
  fact.unit = in.localised("unit");
  fact.as_of = in.text("as_of");
  fact.source = in.localised("source");
  return fact;
}

}  // namespace revier::event
