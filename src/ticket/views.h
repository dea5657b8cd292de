// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "web/form.h"
#include "web/page.h"

namespace revier::ticket {

struct ChoosePage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string closed;  // why registration is not open; then there is no form
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct ClaimRow {
  std::string title;
  std::string when;
  std::string state;  // "gebucht", "Warteliste, Platz 3"
  bool waiting = false;
};

struct DetailsPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string held_until;
  std::vector<ClaimRow> claims;
  std::string give_back_action;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct EndedPage {
  web::Page page;
};

struct TicketPage {
  web::Page page;
  std::string name;
  std::string mail;
  std::string code;
  web::SafeHtml qr;
  std::vector<ClaimRow> claims;
  std::string cancelled_on;  // empty while it stands
  bool waiting = false;      // at least one claim waits
  std::string pdf_href;
  std::string calendar_href;  // empty where no session was booked
  std::string cancel_href;
};

struct CancelPage {
  web::Page page;
  std::vector<ClaimRow> claims;
  std::string back_href;
};

}  // namespace revier::ticket
