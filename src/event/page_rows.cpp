// SPDX-License-Identifier: EUPL-1.2
#include "event/page_rows.h"

#include <algorithm>
#include <array>
#include <set>

#include "event/texts.h"
#include "web/i18n.h"

namespace revier::event {
namespace {

using web::Language;

constexpr int kDigitsOfFact = 2;

// What a session can be, in the order in which people choose.
struct FormatSpec {
  std::string_view code;
  const web::Text& label;
};
const std::array kFormats = {
    FormatSpec{"welcome", texts::kFormatWelcome},
    FormatSpec{"greeting", texts::kFormatGreeting},
    FormatSpec{"keynote", texts::kFormatKeynote},
    FormatSpec{"talk", texts::kFormatTalk},
    FormatSpec{"panel", texts::kFormatPanel},
    FormatSpec{"workshop", texts::kFormatWorkshop},
    FormatSpec{"networking", texts::kFormatNetworking},
    FormatSpec{"special", texts::kFormatSpecial},
};

// How a sensor's attribute is named and written.
struct ValueSpec {
  std::string_view attribute;
  const web::Text& label;
  std::string_view unit;
  int digits;
  int factor = 1;
};

const std::array kValues = {
    ValueSpec{"availableSpotNumber", texts::kValueAvailableSpots, "", 0},
    ValueSpec{"totalSpotNumber", texts::kValueTotalSpots, "", 0},
    ValueSpec{"availableBikeNumber", texts::kValueBikes, "", 0},
    ValueSpec{"totalSlotNumber", texts::kValueSlots, "", 0},
    ValueSpec{"availableCapacity", texts::kValueCharging, "", 0},
    ValueSpec{"capacity", texts::kValueCapacity, "", 0},
    ValueSpec{"fillingLevel", texts::kValueFilling, "%", 0, 100},
    ValueSpec{"no2", texts::kValueNo2, "µg/m³", 1},
    ValueSpec{"pm10", texts::kValuePm10, "µg/m³", 1},
    ValueSpec{"temperature", texts::kValueTemperature, "°C", 1},
};

const web::Text& heading_of(ThingKind kind) {
  switch (kind) {
    case ThingKind::kParking:
      return texts::kCityParking;
    case ThingKind::kBikes:
      return texts::kCityBikes;
    case ThingKind::kCharging:
      return texts::kCityCharging;
    case ThingKind::kBin:
      return texts::kCityBins;
    case ThingKind::kAir:
      return texts::kCityAir;
  }
  return texts::kCityAir;
}

std::string track_name(const Programme& programme, std::string_view id, Language language) {
  const Event* const event = programme.event();
  const Track* const track = event == nullptr ? nullptr : event->track(id);
  return track == nullptr ? std::string() : track->name.in(language);
}

// Named only where it is not the page's own.
std::string language_name(std::string_view session, Language language) {
  if (session.empty() || session == web::code(language)) return {};
  return std::string(
      web::text(language, session == "de" ? texts::kProgrammeGerman : texts::kProgrammeEnglish));
}

// "neu" for what came later, "geändert" for what is not as it was; nothing for a cancelled one.
std::string news_badge(const Ledger& ledger, const Session& session, Language language) {
  const std::vector<ChangePtr>& news = ledger.news_of(session.id);
  if (news.empty() || session.cancelled) return {};
  const bool only_new = news.size() == 1 && news.front()->has(ChangeKind::kCreated);
  return std::string(web::text(language, only_new ? texts::kMarkNew : texts::kMarkChanged));
}

std::vector<std::string> rooms_of(const Programme& programme,
                                  const std::vector<const Session*>& sessions) {
  std::set<std::string> seen;
  for (const Session* session : sessions) seen.insert(session->room);
  std::vector<std::string> rooms(seen.begin(), seen.end());
  // The largest room first: where most people go.
  std::ranges::sort(rooms, {}, [&](const std::string& id) {
    const Room* const room = programme.room(id);
    return std::pair(room == nullptr ? 0 : -room->capacity, id);
  });
  return rooms;
}

DayGrid day_grid(const Programme& programme, const Ledger& ledger,
                 const std::vector<const Session*>& sessions, Language language) {
  DayGrid grid{.heading = day_heading(sessions.front()->day, language),
               .has_examples = std::ranges::any_of(
                   sessions, [](const Session* each) { return each->is_example("starts_at"); }),
               .rooms = {},
               .rows = {}};
  const std::vector<std::string> rooms = rooms_of(programme, sessions);
  for (const std::string& id : rooms) {
    const Room* const room = programme.room(id);
    grid.rooms.push_back(room == nullptr ? id : room->name.in(language));
  }
  Instant start{-1};
  for (const Session* session : sessions) {
    if (session->starts_at != start) {
      start = session->starts_at;
      grid.rows.push_back({web::time(language, start), {}});
      grid.rows.back().cells.resize(rooms.size());
    }
    const auto column = std::ranges::find(rooms, session->room) - rooms.begin();
    grid.rows.back().cells[static_cast<std::size_t>(column)].push_back(
        session_row(programme, ledger, *session, language));
  }
  return grid;
}

std::vector<std::vector<const Session*>> by_day(const std::vector<const Session*>& sessions) {
  std::vector<std::vector<const Session*>> days;
  for (const Session* session : sessions) {
    if (days.empty() || days.back().front()->day != session->day) days.emplace_back();
    days.back().push_back(session);
  }
  return days;
}

}  // namespace

std::string day_heading(std::string_view date, Language language) {
  const auto noon = web::from_local(date, "12:00");
  return noon ? web::date(language, *noon, web::DateStyle::kFull) : std::string(date);
}

std::vector<std::string_view> formats() {
  std::vector<std::string_view> codes;
  for (const FormatSpec& format : kFormats) codes.push_back(format.code);
  return codes;
}

std::string_view format_name(std::string_view format, Language language) {
  const auto* const found = std::ranges::find(kFormats, format, &FormatSpec::code);
  return web::text(language, found == kFormats.end() ? texts::kFormatOther : found->label);
}

SessionRow session_row(const Programme& programme, const Ledger& ledger, const Session& session,
                       Language language) {
  const Room* const room = programme.room(session.room);
  SessionRow row{.id = session.id,
                 .title = {session.title.in(language), session.is_example("title")},
                 .href = web::path(language, "/programm/" + session.id),
                 .time = {web::time_range(language, session.starts_at, session.ends_at),
                          session.is_example("starts_at")},
                 .datetime = web::iso_date_time(session.starts_at),
                 .room = room == nullptr ? std::string() : room->name.in(language),
                 .track = track_name(programme, session.track, language),
                 .language = language_name(session.language, language),
                 .speakers = {},
                 .invented = session.is_invented(),
                 .bookable = session.bookable && !session.cancelled,
                 .cancelled = session.cancelled,
                 .news = news_badge(ledger, session, language)};
  for (const std::string& id : session.speakers) {
    if (const Speaker* speaker = programme.speaker(id)) row.speakers.push_back(speaker->name);
  }
  return row;
}

std::vector<DayGroup> day_groups(const Programme& programme, const Ledger& ledger,
                                 const std::vector<const Session*>& sessions, Language language) {
  std::vector<DayGroup> groups;
  const Event* const event = programme.event();
  for (const auto& list : by_day(sessions)) {
    DayGroup group{.date = list.front()->day,
                   .heading = day_heading(list.front()->day, language),
                   .title = {},
                   .rows = {}};
    if (const Day* day = event == nullptr ? nullptr : event->day(group.date)) {
      group.title = {day->title.in(language), day->is_example("title")};
      if (day->cancelled) {
        group.heading.append(" – ").append(web::text(language, texts::kMarkCancelled));
      }
    }
    for (const Session* session : list) {
      group.rows.push_back(session_row(programme, ledger, *session, language));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<DayGrid> day_grids(const Programme& programme, const Ledger& ledger,
                               const std::vector<const Session*>& sessions, Language language) {
  std::vector<DayGrid> grids;
  for (const auto& list : by_day(sessions))
    grids.push_back(day_grid(programme, ledger, list, language));
  return grids;
}

LiveCard live_card(const LiveThing& thing, Language language) {
  LiveCard card{.id = {},
                .name = thing.name,
                .values = {},
                .time_key = thing.id + " observedAt",
                .time = {},
                .datetime = {},
                .source = thing.source,
                .simulated = thing.simulated};
  if (thing.observed_at) {
    card.time = web::time(language, *thing.observed_at);
    card.datetime = web::iso_date_time(*thing.observed_at);
  }
  for (const ValueSpec& spec : kValues) {
    const auto value =
        std::ranges::find(thing.values, spec.attribute, &LiveThing::Value::attribute);
    if (value == thing.values.end()) continue;
    card.values.push_back({.key = thing.id + " " + std::string(spec.attribute),
                           .label = std::string(web::text(language, spec.label)),
                           .value = web::number(language, value->number * spec.factor, spec.digits),
                           .unit = std::string(spec.unit),
                           .digits = spec.digits,
                           .factor = spec.factor});
  }
  return card;
}

std::vector<LiveCard> live_cards(const std::vector<LiveThing>& things,
                                 const std::vector<std::string>& ids, Language language) {
  std::vector<LiveCard> cards;
  for (const std::string& id : ids) {
    const auto thing = std::ranges::find(things, id, &LiveThing::id);
    if (thing != things.end()) cards.push_back(live_card(*thing, language));
  }
  return cards;
}

std::vector<ClaimCard> claim_cards(const Programme& programme, Language language) {
  std::vector<ClaimCard> cards;
  for (const CityFact& fact : programme.city_facts) {
    const auto day = web::from_local(fact.as_of, "12:00");
    cards.push_back({.name = fact.name.in(language),
                     .value = web::number(language, fact.value, kDigitsOfFact),
                     .unit = fact.unit.in(language),
                     .as_of = day ? web::date(language, *day) : fact.as_of,
                     .datetime = fact.as_of,
                     .source = {fact.source.in(language),
                                fact.sources.empty() ? std::string() : fact.sources.front()},
                     .example = fact.is_example("value")});
  }
  return cards;
}

std::vector<LiveGroup> live_groups(const std::vector<LiveThing>& things, Language language) {
  std::vector<LiveGroup> groups;
  const LiveThing* last = nullptr;
  for (const LiveThing& thing : things) {
    if (last == nullptr || last->kind != thing.kind) {
      groups.push_back({std::string(web::text(language, heading_of(thing.kind))), {}});
    }
    groups.back().cards.push_back(live_card(thing, language));
    groups.back().cards.back().id = thing.id;  // once a page, unlike on the others
    last = &thing;
  }
  return groups;
}

}  // namespace revier::event
