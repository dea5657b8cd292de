// SPDX-License-Identifier: EUPL-1.2
// Pages of appointments, German and English:
//
//   /termine                          what can be booked where
//   /termine/{counter}/{offer}        days and free times; POST holds one
//   /termine/{counter}/{offer}/nachruecken   wait for a time to come free; POST enters
//   /nachruecken/{token}              by the link in the letter: confirm, accept, decline, leave
//   /reservierung/{hold}              name and mail; POST books; /zurueck gives the time back
//   /termin/{token}                   the appointment, by its secret link; /termin.ics
//   /termin/{token}/verlegen          another time of the same counter; POST moves
//   /termin/{token}/absagen           asks; POST cancels
//   /warten/{counter}                 call display: numbers and desks, how long one waits
//   /ausweis-check                    is the online ID ready? POST answers, and stores nothing
//
// Confirming an address, one's own link, export and erasure are those of the ticket domain.
#pragma once
#include <string>

#include "appointment/calendar.h"
#include "appointment/standby.h"
#include "net/http.h"
#include "ticket/api.h"
#include "web/page.h"

namespace revier::appointment {

// All of it outlives the router.
struct PageNeeds {
  ticket::Domain domain;
  const web::Site& site;
  const Calendar& calendar;
  Standby& standby;
  std::string site_url;  // without a slash at the end
  const Clock& real_clock;
  std::int64_t network_holds_max = 60;  // in a quarter of an hour
};

void add_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::appointment
