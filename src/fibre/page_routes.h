// SPDX-License-Identifier: EUPL-1.2
// Pages of the fibre look-up, German and English:
//
//   /glasfaser                      asks and answers (?strasse=&hausnummer=&bezirk=); areas, plot
//   /glasfaser/bezirk/{district}    the streets of a district
//   /glasfaser/anfragen             to be told of changes, interest; POST writes a mail
//   /glasfaser/bestaetigen/{token}  asks once more; POST confirms
//   /glasfaser/meins/{token}        what is stored; POST ends it; /daten.json
//   /glasfaser/abmelden/{token}     asks; POST ends the mails, also by mail programs (RFC 8058)
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "fibre/api.h"
#include "fibre/contacts.h"
#include "fibre/plot.h"
#include "net/http.h"
#include "ticket/api.h"
#include "web/page.h"

namespace revier::fibre {

// All of it outlives the router.
struct PageNeeds {
  Domain domain;
  Contacts& contacts;
  ticket::Domain people;  // records, links, clocks
  const Clock& real_clock;
  const web::Site& site;
  std::string_view map_tiles;  // path of the tiles that maps show; empty: plain ground
  // What lists said over time, of all districts together; may be empty.
  std::function<Task<std::vector<CoveragePoint>>()> coverage = {};
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::fibre
