// SPDX-License-Identifier: EUPL-1.2
// The programme at one moment: everything that is public, linked and in order.
//
// Pages read a Programme without waiting; it is made anew from the broker's entities when one of
// them changes (programme_keeper.h), and never changed.
//
// Thread safety: a Programme is constant.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/item.h"
#include "event/types.h"

namespace revier::event {

struct Programme {
  std::vector<Event> events;  // newest first
  std::map<std::string, Place, std::less<>> places;
  std::map<std::string, Room, std::less<>> rooms;
  std::map<std::string, Speaker, std::less<>> speakers;
  std::vector<Session> sessions;             // by start, room, id
  std::vector<Exhibit> exhibits;             // by booth, name
  std::vector<BestPractice> best_practices;  // by city, name
  std::vector<Offer> offers;                 // by id
  std::vector<Counter> counters;             // by id
  std::vector<CityFact> city_facts;          // by id

  // The event the site is about: the newest; nullptr before there is one.
  [[nodiscard]] const Event* event() const { return events.empty() ? nullptr : &events.front(); }
  // Of the event, not of an office.
  [[nodiscard]] bool has_offers_of_event() const;
  [[nodiscard]] const Session* session(std::string_view id) const;
  // nullptr where there is none.
  [[nodiscard]] const Place* place(std::string_view id) const;
  [[nodiscard]] const Offer* offer(std::string_view id) const;
  [[nodiscard]] const Counter* counter(std::string_view id) const;
  [[nodiscard]] const Room* room(std::string_view id) const;
  [[nodiscard]] const Speaker* speaker(std::string_view id) const;
  [[nodiscard]] std::vector<const Session*> sessions_of_speaker(std::string_view id) const;
};
using ProgrammePtr = std::shared_ptr<const Programme>;

[[nodiscard]] ProgrammePtr make_programme(const std::vector<Item>& items);

// What a visitor asks for on the programme page; empty means all.
struct Filter {
  std::string day;
  std::string track;
  std::string language;
  std::string text;  // words; each must occur in title, abstract, speakers or room, case ignored
};
[[nodiscard]] std::vector<const Session*> select(const Programme& programme, const Filter& filter);

}  // namespace revier::event
