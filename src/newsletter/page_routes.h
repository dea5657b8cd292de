// SPDX-License-Identifier: EUPL-1.2
// Pages of the newsletter, German and English:
//
//   /newsletter                            topics and address; POST sends the letter that asks
//   /newsletter/bestaetigen/{token}        asks once more; POST subscribes
//   /newsletter/einstellungen/{token}      topics, language; POST changes; /daten.json; /loeschen
//   /newsletter/abmelden/{token}           asks; POST ends it, also that of a mail program (RFC
//                                          8058): no cookie, no origin, no redirect
//   /newsletter/archiv, .../{id}           issues that were sent; /newsletter/feed.atom, feed.json
#pragma once
#include <functional>
#include <vector>

#include "net/http.h"
#include "newsletter/archive.h"
#include "newsletter/newsletter.h"
#include "newsletter/partners.h"
#include "ticket/api.h"
#include "web/page.h"

namespace revier::newsletter {

// All of it outlives the router.
struct PageNeeds {
  Newsletter& newsletter;
  Partners& partners;
  ticket::Domain domain;
  const web::Site& site;
  const Clock& real_clock;
  std::function<std::vector<PublishedIssue>()> issues;  // newest first; does not wait
  std::int64_t network_sign_ups_max = 60;               // in a quarter of an hour
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::newsletter
