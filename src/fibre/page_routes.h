// SPDX-License-Identifier: EUPL-1.2
// Pages of the fibre look-up, German and English:
//
//   /glasfaser                      ?strasse=&hausnummer=&bezirk=: asks and answers; areas, map,
//   plot /glasfaser/bezirk/{district}    the streets of a district
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "fibre/api.h"
#include "fibre/plot.h"
#include "net/http.h"
#include "web/page.h"

namespace revier::fibre {

// All of it outlives the router.
struct PageNeeds {
  Domain domain;
  const web::Site& site;
  std::string_view map_tiles;  // path of the tiles that maps show; empty: plain ground
  // What lists said over time, of all districts together; may be empty.
  std::function<Task<std::vector<CoveragePoint>>()> coverage = {};
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::fibre
