// SPDX-License-Identifier: EUPL-1.2
// Pages of online forms and cases, German and English:
//
//   /formulare                        the forms there are
//   /formulare/{form}                 what it is about; POST begins a draft
//   /vorgang/{token}                  by its secret link: the draft goes on, or the case stands
//   .../seite/{page}                  one group of questions; POST saves it
//   .../datei/{id}                    POST attaches a file to the page {id}; GET hands one out
//   .../spaeter                       the link to go on with; POST sends it by mail
//   .../pruefen                       check the answers; POST hands in
//   .../nachricht                     POST: a message to the office
//   .../quittung.pdf, /daten.json, /daten.xml
//   .../zurueckziehen                 asks; POST withdraws, or erases a draft
//   /meldung/{number}/foto/{id}       a picture that the office has released, for everybody
//
// Nothing needs script. The token is all that opens a case: who has another one sees another case.
#pragma once
#include <string>

#include "casework/attachments.h"
#include "casework/cases.h"
#include "net/http.h"
#include "net/server.h"
#include "web/page.h"

namespace revier::casework {

// All of it outlives the router.
struct PageNeeds {
  Cases& cases;
  Attachments& attachments;
  records::Database& database;
  const ticket::SecretLinks& links;
  net::Pool& pool;   // draws receipts, reads what is sent as JSON
  net::Pool& reads;  // of one case each
  const web::Site& site;
  std::string site_url;  // without a slash at the end
  const Clock& real_clock;
  std::int64_t network_drafts_max = 60;  // in a quarter of an hour; of links sent and of files, too
  std::string_view map_tiles = {};       // path of the tiles that maps show; empty: plain ground
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::casework
