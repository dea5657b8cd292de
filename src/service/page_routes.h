// SPDX-License-Identifier: EUPL-1.2
// The catalogue's public pages, German and (under /en) English:
//
//   /dienste                        search (?suche=), situation of life (?lage=), what can be
//                                   finished today without an office (?heute=1)
//   /dienste/{id}                   everything about one service, with JSON-LD of schema.org
//   /dienste/{id}/leichte-sprache   its text in Leichte Sprache; 404 where there is none
//
// Thread safety: the routes run on any io thread and do not wait.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "event/programme.h"
#include "net/http.h"
#include "service/catalogue.h"
#include "web/page.h"

namespace revier::service {

// All of it outlives the router.
struct PageNeeds {
  const CatalogueKeeper& keeper;
  std::function<event::ProgrammePtr()> programme;  // whose counters appointments are booked at
  const web::Site& site;
  std::string site_url;  // without a slash at the end
};
void add_pages(net::Router& router, const PageNeeds& needs);

// "Dienste", for the site's menu.
[[nodiscard]] web::NavItem navigation_item();
// Those of each service, for search engines: "/dienste/hundesteuer".
[[nodiscard]] std::vector<std::string> service_pages(const Catalogue& catalogue);

}  // namespace revier::service
