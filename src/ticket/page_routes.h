// SPDX-License-Identifier: EUPL-1.2
// Pages of registration and tickets, German and English:
//
//   /anmeldung                       choose days and sessions; POST takes a hold
//   /anmeldung/{hold}                name, mail, consents; POST registers
//   /anmeldung/{hold}/zurueck        POST gives the seats back
//   /ticket/{token}                  the ticket, by its secret link
//   /ticket/{token}/ticket.pdf
//   /ticket/{token}/stornieren       asks; POST cancels
#pragma once
#include "net/http.h"
#include "ticket/api.h"
#include "ticket/letters.h"
#include "web/page.h"

namespace revier::ticket {

struct PageNeeds {
  Domain domain;
  const web::Site& site;
  FindOccasion occasion;
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::ticket
