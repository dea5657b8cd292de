// SPDX-License-Identifier: EUPL-1.2
// Pages of registration and tickets, German and English:
//
//   /anmeldung                       choose days and sessions; POST takes a hold
//   /anmeldung/{hold}                name, mail, consents; POST registers
//   /anmeldung/{hold}/zurueck        POST gives the seats back
//   /ticket/{token}                  the ticket, by its secret link
//   /ticket/{token}/ticket.pdf
//   /ticket/{token}/stornieren       asks; POST cancels
//   /ticket/{token}/aendern          adds and removes parts
//   /ticket/{token}/weitergeben      gives the ticket to another person
//   /ticket/{token}/angebot/{quota}  an offered seat; .../annehmen and .../ablehnen act
//   /bestaetigen/{token}             confirms the mail address; POST acts
//   /meine-buchungen                 sends a person her own link
//   /meine-buchungen/{token}         all that is booked; .../daten.json, .../loeschen
//   /loeschung/{token}               how far an erasure is
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
  std::int64_t backup_days = 30;  // how long the operator keeps backups
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::ticket
