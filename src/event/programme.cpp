// SPDX-License-Identifier: EUPL-1.2
#include "event/programme.h"

#include <algorithm>

#include "event/search_text.h"
#include "web/fold.h"

namespace revier::event {
namespace {

template <class Map>
auto find_in(const Map& map, std::string_view id) -> const typename Map::mapped_type* {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

void add(Programme& programme, const Item& item) {
  const std::string_view kind = item.kind->path;
  if (kind == "events") programme.events.push_back(read_event(item));
  if (kind == "places") programme.places.emplace(item.id, read_place(item));
  if (kind == "rooms") programme.rooms.emplace(item.id, read_room(item));
  if (kind == "speakers") programme.speakers.emplace(item.id, read_speaker(item));
  if (kind == "sessions") programme.sessions.push_back(read_session(item));
  if (kind == "exhibits") programme.exhibits.push_back(read_exhibit(item));
  if (kind == "best-practices") programme.best_practices.push_back(read_best_practice(item));
  if (kind == "offers") programme.offers.push_back(read_offer(item));
  if (kind == "city-facts") programme.city_facts.push_back(read_city_fact(item));
  if (kind == "counters") programme.counters.push_back(read_counter(item));
}

// Everything a visitor may look for in a session, folded.
std::string haystack(const Programme& programme, const Session& session) {
  std::string all = session.title.de + ' ' + session.title.en + ' ' + session.abstract.de + ' ' +
                    session.abstract.en;
  for (const std::string& id : session.speakers) {
    if (const Speaker* speaker = programme.speaker(id)) {
      all += ' ' + speaker->name + ' ' + speaker->function;
    }
  }
  if (const Room* room = programme.room(session.room)) all += ' ' + room->name.de;
  return web::fold_text(all);
}

}  // namespace

bool Programme::has_offers_of_event() const {
  return std::ranges::any_of(offers, [](const Offer& offer) { return !offer.event.empty(); });
}
const Session* Programme::session(std::string_view id) const {
  const auto found = std::ranges::find(sessions, id, &Session::id);
  return found == sessions.end() ? nullptr : &*found;
}
const Offer* Programme::offer(std::string_view id) const {
  const auto found = std::ranges::find(offers, id, &Offer::id);
  return found == offers.end() ? nullptr : &*found;
}
const Counter* Programme::counter(std::string_view id) const {
  const auto found = std::ranges::find(counters, id, &Counter::id);
  return found == counters.end() ? nullptr : &*found;
}
const Place* Programme::place(std::string_view id) const { return find_in(places, id); }
const Room* Programme::room(std::string_view id) const { return find_in(rooms, id); }
const Speaker* Programme::speaker(std::string_view id) const { return find_in(speakers, id); }

std::vector<const Session*> Programme::sessions_of_speaker(std::string_view id) const {
  std::vector<const Session*> found;
  for (const Session& session : sessions) {
    if (std::ranges::find(session.speakers, id) != session.speakers.end())
      found.push_back(&session);
  }
  return found;
}

ProgrammePtr make_programme(const std::vector<Item>& items) {
  auto programme = std::make_shared<Programme>();
  for (const Item& item : items) add(*programme, item);
  std::ranges::sort(programme->events, std::greater<>(), &Event::starts_on);
  std::ranges::sort(programme->sessions, {},
                    [](const Session& s) { return std::tuple(s.starts_at, s.room, s.id); });
  std::ranges::sort(programme->exhibits, {},
                    [](const Exhibit& e) { return std::tuple(e.booth, e.name); });
  std::ranges::sort(programme->best_practices, {},
                    [](const BestPractice& b) { return std::tuple(b.city, b.name.de); });
  std::ranges::sort(programme->offers, {}, &Offer::id);
  std::ranges::sort(programme->counters, {}, &Counter::id);
  std::ranges::sort(programme->city_facts, {}, &CityFact::id);
  return programme;
}

std::vector<const Session*> select(const Programme& programme, const Filter& filter) {
  const std::vector<std::string> words = fold_words(filter.text);
  std::vector<const Session*> found;
  for (const Session& session : programme.sessions) {
    const bool fits = (filter.day.empty() || session.day == filter.day) &&
                      (filter.track.empty() || session.track == filter.track) &&
                      (filter.language.empty() || session.language == filter.language);
    if (!fits) continue;
    const std::string text = words.empty() ? std::string() : haystack(programme, session);
    const bool says_all = std::ranges::all_of(
        words, [&](const std::string& word) { return text.find(word) != std::string::npos; });
    if (says_all) found.push_back(&session);
  }
  return found;
}

}  // namespace revier::event
