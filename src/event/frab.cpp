// SPDX-License-Identifier: EUPL-1.2
#include "event/frab.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <map>

#include "event/page_rows.h"
#include "event/texts.h"
#include "event/xml_writer.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::event {
namespace {

using web::Language;

constexpr std::string_view kSlotLength = "00:05";

struct Person {
  std::string guid;
  std::string name;
};
struct Talk {
  std::int64_t number = 0;
  std::string guid;
  std::string room;
  std::string title;
  std::string type;
  std::string date;      // with offset
  std::string start;     // "09:30"
  std::string duration;  // "01:30"
  std::string abstract;
  std::string track;
  std::string language;
  std::string url;
  std::vector<Person> persons;
};
struct RoomOfDay {
  std::string name;
  std::string guid;
  std::vector<Talk> talks;
};
struct DayPart {
  std::string date;
  std::string start;
  std::string end;
  std::vector<RoomOfDay> rooms;
};
struct TrackPart {
  std::string name;
  std::string slug;
};
struct Schedule {
  std::string version;
  std::string title;
  std::string acronym;
  std::string start;
  std::string end;
  std::string base_url;
  std::string time_zone;
  std::vector<TrackPart> tracks;
  std::vector<DayPart> days;
};

std::string hours_and_minutes(Duration duration) {
  const std::int64_t minutes = std::clamp<std::int64_t>(duration.us / Duration::minutes(1).us, 0,
                                                        std::int64_t{99} * 60 + 59);
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

// The format wants four characters of a-z 0-9 _ -.
std::string acronym_of(const Event& event) {
  return event.id.size() >= 4 ? event.id : "event-" + event.id;
}

// What the schedule is made from.
class Maker {
 public:
  Maker(const Programme& programme, const Ledger& ledger, const ScheduleOptions& options)
      : programme_(programme), ledger_(ledger), options_(options) {}

  Schedule make(const Event& event) {
    event_ = &event;
    Schedule schedule{.version = ledger_.version(),
                      .title = event.name.in(language()),
                      .acronym = acronym_of(event),
                      .start = event.starts_on,
                      .end = event.ends_on,
                      .base_url = options_.site_url + web::path(language(), "/"),
                      .time_zone = event.time_zone,
                      .tracks = {},
                      .days = {}};
    for (const Track& track : event.tracks) {
      schedule.tracks.push_back({track.name.in(language()), track.id});
    }
    for (const auto& [date, sessions] : by_day()) schedule.days.push_back(day_of(date, sessions));
    return schedule;
  }

 private:
  Language language() const { return options_.language; }
  std::string_view zone() const { return event_->time_zone; }
  std::string guid(std::string_view kind, std::string_view id) const {
    return stable_uuid(ledger_, event_->id, kind, id);
  }

  std::map<std::string, std::vector<const Session*>> by_day() const {
    std::map<std::string, std::vector<const Session*>> days;
    for (const Day& day : event_->days) days[day.date];
    for (const Session& session : programme_.sessions) {
      const bool belongs = session.event == event_->id && !session.cancelled &&
                           ledger_.standing(session.id) != nullptr &&
                           session.starts_at < session.ends_at;
      if (belongs) days[session.day].push_back(&session);
    }
    return days;
  }

  DayPart day_of(const std::string& date, const std::vector<const Session*>& sessions) const {
    const Day* const known = event_->day(date);
    Instant start = known != nullptr ? known->starts_at : sessions.front()->starts_at;
    Instant end = known != nullptr ? known->ends_at : sessions.front()->ends_at;
    DayPart day{.date = date, .start = {}, .end = {}, .rooms = {}};
    std::map<std::string, RoomOfDay> rooms;
    for (const Session* session : sessions) {
      start = std::min(start, session->starts_at);
      end = std::max(end, session->ends_at);
      RoomOfDay& room = rooms[session->room];
      if (room.name.empty()) room = room_of(session->room);
      room.talks.push_back(talk_of(*session, room.name));
    }
    day.start = web::iso_date_time(start, zone());
    day.end = web::iso_date_time(end, zone());
    for (auto& [id, room] : rooms) day.rooms.push_back(std::move(room));
    return day;
  }

  RoomOfDay room_of(const std::string& id) const {
    const Room* const room = programme_.room(id);
    std::string name = room != nullptr ? room->name.in(language()) : id;
    if (name.empty()) name = web::text(language(), texts::kChangesNoRoom);
    return {std::move(name), guid("room", id), {}};
  }

  Talk talk_of(const Session& session, const std::string& room) const {
    Talk talk{.number = ledger_.standing(session.id)->number,
              .guid = guid("session", session.id),
              .room = room,
              .title = session.title.in(language()),
              .type = std::string(format_name(session.format, language())),
              .date = web::iso_date_time(session.starts_at, zone()),
              .start = web::iso_time(session.starts_at, zone()),
              .duration = hours_and_minutes(session.ends_at - session.starts_at),
              .abstract = session.abstract.in(language()),
              .track = {},
              .language = session.language,
              .url = options_.site_url + web::path(language(), "/programm/" + session.id),
              .persons = {}};
    if (const Track* track = event_->track(session.track)) talk.track = track->name.in(language());
    for (const std::string& id : session.speakers) {
      const Speaker* const speaker = programme_.speaker(id);
      if (speaker != nullptr) talk.persons.push_back({guid("speaker", id), speaker->name});
    }
    return talk;
  }

  const Programme& programme_;
  const Ledger& ledger_;
  const ScheduleOptions& options_;
  const Event* event_ = nullptr;
};

// --- XML

void write_talk(XmlWriter& out, const Talk& talk) {
  out.open("event").attribute("id", std::to_string(talk.number)).attribute("guid", talk.guid);
  out.element("room", talk.room)
      .element("title", talk.title)
      .element("subtitle", "")
      .element("type", talk.type)
      .element("date", talk.date)
      .element("start", talk.start)
      .element("duration", talk.duration)
      .element("abstract", talk.abstract)
      .element("track", talk.track);
  out.open("persons");
  for (const Person& person : talk.persons) {
    out.open("person").attribute("guid", person.guid).text(person.name).close();
  }
  out.close();
  out.element("language", talk.language).element("description", "").element("url", talk.url);
  out.close();
}

void write_head(XmlWriter& out, const Schedule& schedule, std::string_view own_url) {
  out.open("generator")
      .attribute("name", "Revier")
      .attribute("system", schedule.base_url)
      .close()
      .element("url", own_url)
      .element("version", schedule.version);
  out.open("conference")
      .element("title", schedule.title)
      .element("acronym", schedule.acronym)
      .element("start", schedule.start)
      .element("end", schedule.end)
      .element("days", std::to_string(schedule.days.size()))
      .element("timeslot_duration", kSlotLength)
      .element("base_url", schedule.base_url)
      .element("time_zone_name", schedule.time_zone);
  for (const TrackPart& track : schedule.tracks) {
    out.open("track").attribute("name", track.name).attribute("slug", track.slug).close();
  }
  out.close();
}

std::string to_xml(const Schedule& schedule, std::string_view own_url) {
  XmlWriter out;
  out.open("schedule");
  write_head(out, schedule, own_url);
  int index = 0;
  for (const DayPart& day : schedule.days) {
    out.open("day")
        .attribute("index", std::to_string(++index))
        .attribute("date", day.date)
        .attribute("start", day.start)
        .attribute("end", day.end);
    for (const RoomOfDay& room : day.rooms) {
      out.open("room").attribute("name", room.name).attribute("guid", room.guid);
      for (const Talk& talk : room.talks) write_talk(out, talk);
      out.close();
    }
    out.close();
  }
  return out.close().finish();
}

// --- JSON

void write_talk(json::Writer& out, const Talk& talk) {
  out.begin_object()
      .member("guid", talk.guid)
      .member("id", talk.number)
      .member("date", talk.date)
      .member("start", talk.start)
      .member("duration", talk.duration)
      .member("room", talk.room)
      .member("url", talk.url)
      .member("title", talk.title)
      .member("subtitle", "")
      .member("type", talk.type)
      .member("track", talk.track)
      .member("language", talk.language)
      .member("abstract", talk.abstract)
      .member("description", "");
  out.key("persons").begin_array();
  for (const Person& person : talk.persons) {
    out.begin_object()
        .member("guid", person.guid)
        .member("name", person.name)
        .member("public_name", person.name)
        .end_object();
  }
  out.end_array().key("links").begin_array().end_array();
  out.key("attachments").begin_array().end_array().end_object();
}

void write_rooms(json::Writer& out, const Schedule& schedule) {
  std::map<std::string, std::string> rooms;
  for (const DayPart& day : schedule.days) {
    for (const RoomOfDay& room : day.rooms) rooms.emplace(room.guid, room.name);
  }
  out.key("rooms").begin_array();
  for (const auto& [guid, name] : rooms) {
    out.begin_object().member("name", name).member("guid", guid).end_object();
  }
  out.end_array();
}

// Two rooms of one name are one member; their talks stand together.
void write_day(json::Writer& out, const DayPart& day, int index) {
  std::map<std::string, std::vector<const Talk*>> rooms;
  for (const RoomOfDay& room : day.rooms) {
    for (const Talk& talk : room.talks) rooms[room.name].push_back(&talk);
  }
  out.begin_object()
      .member("index", index)
      .member("date", day.date)
      .member("day_start", day.start)
      .member("day_end", day.end)
      .key("rooms")
      .begin_object();
  for (const auto& [name, talks] : rooms) {
    out.key(name).begin_array();
    for (const Talk* talk : talks) write_talk(out, *talk);
    out.end_array();
  }
  out.end_object().end_object();
}

void write_conference(json::Writer& out, const Schedule& schedule) {
  out.key("conference")
      .begin_object()
      .member("acronym", schedule.acronym)
      .member("title", schedule.title)
      .member("start", schedule.start)
      .member("end", schedule.end)
      .member("daysCount", static_cast<std::int64_t>(schedule.days.size()))
      .member("timeslot_duration", kSlotLength)
      .member("time_zone_name", schedule.time_zone);
  out.key("tracks").begin_array();
  for (const TrackPart& track : schedule.tracks) {
    out.begin_object().member("name", track.name).member("slug", track.slug).end_object();
  }
  out.end_array();
  write_rooms(out, schedule);
  out.key("days").begin_array();
  int index = 0;
  for (const DayPart& day : schedule.days) write_day(out, day, ++index);
  out.end_array().end_object();
}

std::string to_json(const Schedule& schedule, std::string_view own_url) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("$schema", "https://c3voc.de/schedule/schema.json");
  out.key("generator").begin_object().member("name", "Revier").end_object();
  out.key("schedule")
      .begin_object()
      .member("url", own_url)
      .member("version", schedule.version)
      .member("base_url", schedule.base_url);
  write_conference(out, schedule);
  out.end_object().end_object();
  return text;
}

const Event* event_with_days(const Programme& programme) {
  const Event* const event = programme.event();
  return event == nullptr || event->days.empty() ? nullptr : event;
}

}  // namespace

std::string stable_uuid(const Ledger& ledger, std::string_view event, std::string_view kind,
                        std::string_view id) {
  const std::string name =
      fmt::format("revier:{}:{}:{}:{}", ledger.first ? ledger.first->at.us : 0, event, kind, id);
  std::array<unsigned char, 16> bytes{};
  crypto_generichash(bytes.data(), bytes.size(),
                     reinterpret_cast<const unsigned char*>(name.data()), name.size(), nullptr, 0);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x80);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::string schedule_xml(const Programme& programme, const Ledger& ledger,
                         const ScheduleOptions& options) {
  const Event* const event = event_with_days(programme);
  if (event == nullptr) return {};
  return to_xml(Maker(programme, ledger, options).make(*event),
                options.site_url + web::path(options.language, "/schedule.xml"));
}

std::string schedule_json(const Programme& programme, const Ledger& ledger,
                          const ScheduleOptions& options) {
  const Event* const event = event_with_days(programme);
  if (event == nullptr) return {};
  return to_json(Maker(programme, ledger, options).make(*event),
                 options.site_url + web::path(options.language, "/schedule.json"));
}

}  // namespace revier::event
