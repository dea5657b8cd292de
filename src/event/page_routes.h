// SPDX-License-Identifier: EUPL-1.2
// The public pages of the event, German and (under /en) English:
//
//   /  /programm  /programm/{id}  /sprecherin/{id}  /ausstellung  /best-practices  /stadt-jetzt
//   /buergeraktion  /anreise  /impressum  /datenschutz  /barrierefreiheit
//   /aenderungen  /mein-programm?session=ID (repeated)  /sw.js  /offline.json
//   /calendar.ics   whole, ?session=ID and ?day=DATE (repeated), or filtered like /programm
//   /schedule.xml  /schedule.json  (frab)   /feed.atom  /feed.json   /sitemap.xml  /robots.txt
#pragma once
#include <functional>
#include <string>

#include "event/changes.h"
#include "event/live_things.h"
#include "event/programme_keeper.h"
#include "net/http.h"
#include "web/page.h"

namespace revier::event {

// All of it outlives the router.
struct PageNeeds {
  const ProgrammeKeeper& keeper;
  std::function<LedgerPtr()> ledger;  // does not wait
  const web::Site& site;
  const Clock& civil_clock;
  std::string site_url;        // without a slash at the end
  std::string_view map_tiles;  // path of the tiles that maps show; empty: plain ground
  FindLiveThings live_things;
  // Seats left in a session, nullopt where it has none of its own.
  std::function<std::optional<std::int64_t>(std::string_view session)> seats_left;
  std::function<bool()> can_register;
  // Whether seats of a session can be booked now, or waited for.
  std::function<bool(std::string_view session)> can_book;
  // Pages of other domains that search engines are told of: "/dienste/hundesteuer".
  std::function<std::vector<std::string>()> more_pages = {};
  bool is_demo = true;  // also tells of the demo's city, in /impressum and the like too
};

void add_pages(net::Router& router, const PageNeeds& needs);

// The main menu and the footer of the site.
[[nodiscard]] std::vector<web::NavItem> navigation();
[[nodiscard]] std::vector<web::NavItem> footer();
// Whether a page of the navigation has anything to show.
[[nodiscard]] bool has_content(const Programme& programme, bool live_values, std::string_view page);
[[nodiscard]] std::vector<web::Feed> feeds();

}  // namespace revier::event
