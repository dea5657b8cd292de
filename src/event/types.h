// SPDX-License-Identifier: EUPL-1.2
// The programme as the pages speak of it. Plain data, made from Items (item.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/item.h"
#include "web/language.h"

namespace revier::event {

// A text in both languages.
struct Localised {
  std::string de;
  std::string en;
  [[nodiscard]] const std::string& in(web::Language language) const {
    return language == web::Language::kDe ? de : en;
  }
  [[nodiscard]] bool empty() const { return de.empty() && en.empty(); }
};

// What all have: an id, the fields that are examples, the sources.
struct Public {
  std::string id;
  std::vector<std::string> examples;
  std::vector<std::string> sources;
  // The named field is no published fact.
  [[nodiscard]] bool is_example(std::string_view field) const;
};

struct Day : Public {
  std::string date;  // "2025-02-05"
  Localised title;
  Instant starts_at;
  Instant ends_at;
  std::int64_t capacity = 0;  // 0: days are not booked
  bool cancelled = false;     // does not take place; its sessions say so themselves
};

struct Track : Public {
  Localised name;
};

struct Event : Public {
  Localised name;
  Localised motto;
  std::string starts_on;
  std::string ends_on;
  std::string time_zone;
  std::string venue;  // id of a place
  std::vector<std::string> organisers;
  std::vector<Localised> focus;
  std::vector<std::string> partner_cities;
  Localised admission;
  std::optional<Instant> registration_opens_at;
  std::optional<Instant> registration_closes_at;
  std::vector<Day> days;
  std::vector<Track> tracks;

  [[nodiscard]] const Track* track(std::string_view id) const;
  [[nodiscard]] const Day* day(std::string_view date) const;
};

struct Point {
  double longitude = 0;
  double latitude = 0;
};

struct Place : Public {
  Localised name;
  std::string address;
  std::optional<Point> location;
  std::int64_t accuracy_m = 0;
  Localised directions;  // how one gets there
};

struct Room : Public {
  Localised name;
  std::string place;
  std::int64_t capacity = 0;
};

struct Speaker : Public {
  std::string name;
  std::string function;
};

struct Session : Public {
  Localised title;
  Localised abstract;
  std::string event;
  std::string day;
  Instant starts_at;
  Instant ends_at;
  std::string room;
  std::string track;
  std::string format;
  std::string language;
  std::vector<std::string> speakers;
  std::int64_t capacity = 0;
  bool bookable = false;   // has seats of its own
  bool cancelled = false;  // does not take place; stays visible
  // The session as a whole is invented.
  [[nodiscard]] bool is_invented() const { return is_example("session"); }
};

struct Exhibit : Public {
  std::string name;
  Localised topic;
  std::string booth;
  std::string city;
  std::vector<std::string> live;  // entities whose values it shows
};

struct BestPractice : Public {
  Localised name;
  Localised summary;
  std::string city;
  std::vector<std::string> fields;
  std::vector<std::string> sessions;
  std::vector<std::string> live;
};

struct Offer : Public {
  Localised name;
  std::string event;  // empty for one of an office
  Localised summary;
  std::vector<std::string> needs_de;
  std::vector<std::string> needs_en;
  std::string place;
  std::string spot;
  Instant starts_at;
  Instant ends_at;
  std::int64_t duration_min = 0;
  bool by_appointment = false;
  bool eid_check = false;  // about the online ID: visitors can check theirs before
  std::string url;
  [[nodiscard]] bool is_invented() const { return is_example("offer"); }
};

// When a counter is open: on weekdays, or on one date, which then has no other hours.
struct Hours {
  std::vector<int> weekdays;  // 1 is Monday; empty where `date` is set
  std::string date;           // "2025-02-06"
  std::string from, to;       // "08:00", "12:30", by the clock of the place
  bool closed = false;        // all of `date`
  std::int64_t staff = 0;     // who serve at the same time
};

// Desks of one place that serve the same offers.
struct Counter : Public {
  Localised name;
  std::string place;
  std::vector<std::string> offers;
  std::vector<Hours> hours;
  std::int64_t days_ahead = 60;  // how far ahead an appointment can be booked
  std::int64_t lead_min = 0;     // how long before it begins at least
  bool walk_in = false;          // serves people without an appointment too
  std::string phone;
};

// A figure of the city as a claim: who says so, and when it was true.
struct CityFact : Public {
  Localised name;
  double value = 0;
  Localised unit;
  std::string as_of;  // "2022-12-31"
  Localised source;
};

// From an Item of the matching kind; fields that are missing stay empty.
[[nodiscard]] Event read_event(const Item& item);
[[nodiscard]] Place read_place(const Item& item);
[[nodiscard]] Room read_room(const Item& item);
[[nodiscard]] Speaker read_speaker(const Item& item);
[[nodiscard]] Session read_session(const Item& item);
[[nodiscard]] Exhibit read_exhibit(const Item& item);
[[nodiscard]] BestPractice read_best_practice(const Item& item);
[[nodiscard]] Offer read_offer(const Item& item);
[[nodiscard]] Counter read_counter(const Item& item);
[[nodiscard]] CityFact read_city_fact(const Item& item);

}  // namespace revier::event
