// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html): texts ready to print, in the page's language.
#pragma once
#include <string>
#include <vector>

#include "event/city_views.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::event {

// A text with the mark that it is no published fact.
struct Marked {
  std::string text;
  bool example = false;
  [[nodiscard]] bool empty() const { return text.empty(); }
};

struct SessionRow {
  std::string id;
  Marked title;
  std::string href;
  Marked time;           // "9:30–9:50 Uhr"
  std::string datetime;  // for <time>
  std::string room;
  std::string track;
  std::string language;  // "Deutsch"; empty where it is the page's language
  std::vector<std::string> speakers;
  bool invented = false;
  bool bookable = false;
  bool cancelled = false;
  std::string news;  // "geändert", "neu", or empty
};

struct DayGroup {
  std::string date;
  std::string heading;  // "Mittwoch, 5. Februar 2025"
  Marked title;
  std::vector<SessionRow> rows;
};

// One list of a filter form; its first choice stands for all.
struct FilterView {
  std::string name;
  std::string label;
  struct Choice {
    std::string value;
    std::string label;
    bool selected = false;
  };
  std::vector<Choice> choices;
};

struct GridRow {
  std::string time;
  std::vector<std::vector<SessionRow>> cells;  // one a room
};
struct DayGrid {
  std::string heading;
  bool has_examples = false;  // among times and rooms
  std::vector<std::string> rooms;
  std::vector<GridRow> rows;
};

struct StartPage {
  web::Page page;
  bool has_offers = false;
  bool has_fibre = false;  // the look-up at an address
  std::string motto;
  std::string dates;
  std::string place;
  Marked admission;
  bool can_register = false;
  std::string now_heading;  // what runs now, or what comes next
  std::vector<SessionRow> now;
  std::vector<DayGroup> days;  // without rows
  std::vector<std::string> focus;
  std::vector<std::string> cities;
  std::vector<LiveCard> live;  // a few of the city's values
  std::string json_ld;
};

struct ProgrammePage {
  web::Page page;
  std::vector<FilterView> filters;
  std::string text;
  bool as_grid = false;
  std::string list_href;
  std::string grid_href;  // empty where no session has a room
  std::string calendar_href;
  std::string result;  // "14 Veranstaltungen"
  bool is_filtered = false;
  std::string reset_href;  // the same view of all
  std::vector<DayGroup> groups;
  std::vector<DayGrid> grids;
};

struct PersonRow {
  std::string name;
  std::string function;
  std::string href;
  bool example = false;
};

struct SessionPage {
  web::Page page;
  SessionRow session;
  std::string date;
  std::string abstract;  // its lines as they were written
  std::string format;    // empty where none was chosen
  std::string place;
  std::vector<PersonRow> speakers;
  std::vector<std::string> changes;  // what a visitor should know, newest first
  std::string seats_key;             // "ENTITYID remainingAttendeeCapacity" where it has seats
  std::string seats;
  bool full = false;
  std::string register_text;  // of the button; empty where there is none
  std::string register_href;
  std::string closed;  // why there is none, where it has seats of its own
  std::string calendar_href;
  std::vector<Link> sources;
  std::string json_ld;
};

struct MyProgrammePage {
  web::Page page;
  std::vector<std::string> overlaps;
  std::vector<DayGroup> groups;  // empty without a selection
  std::vector<web::kern::Choices> choices;
  std::string calendar_href;
  std::string webcal_href;
  std::string self_href;
};

struct NewsRow {
  Link title;  // without an address for what has no page
  std::vector<std::string> lines;
  std::string at;
  std::string datetime;
};
struct ChangesPage {
  web::Page page;
  std::vector<NewsRow> news;
  std::vector<Link> feeds;
};

struct SpeakerPage {
  web::Page page;
  PersonRow speaker;
  std::vector<SessionRow> sessions;
};

struct ExhibitCard {
  std::string name;
  std::string topic;
  Marked booth;
  std::string city;
  std::vector<LiveCard> live;
};
struct ExhibitionPage {
  web::Page page;
  std::vector<ExhibitCard> exhibits;
};

struct PracticeCard {
  std::string name;
  std::string summary;
  std::string city;
  std::vector<std::string> fields;
  std::vector<Link> sessions;
  std::vector<LiveCard> live;
};
struct PracticesPage {
  web::Page page;
  std::vector<FilterView> filters;  // empty where there is nothing yet
  std::string result;
  std::vector<PracticeCard> practices;
};

struct CityPage {
  web::Page page;
  std::vector<LiveGroup> groups;
  std::vector<ClaimCard> claims;
  std::string map_tiles;  // path; empty: plain ground
  bool is_demo = false;
};

struct OfferCard {
  std::string name;
  std::string summary;
  std::vector<std::string> needs;
  Marked when;  // without text where no times are known
  Marked where;
  Marked duration;
  Marked appointment;
  std::string book_href;  // empty where no appointment can be booked here
  Link link;
  bool invented = false;
};
struct OffersPage {
  web::Page page;
  std::vector<OfferCard> offers;
  bool is_demo = false;
};

struct PlaceCard {
  std::string name;
  std::string address;
  std::string accuracy;      // empty where the position is published
  std::string geo_href;      // geo: link; empty without a position
  web::SafeHtml directions;  // as written, with its links
};
struct TravelPage {
  web::Page page;
  std::vector<PlaceCard> described;  // with directions
  std::vector<PlaceCard> places;
};

// In the place of a session that was taken out of the programme.
struct RemovedPage {
  web::Page page;
  std::string title;  // of the session
};

struct PlainPage {
  web::Page page;
  std::string owner;
};

}  // namespace revier::event
