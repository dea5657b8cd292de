// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "ticket/types.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::ticket {

struct ChoosePage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string closed;  // why registration is not open; then there is no form
  std::string lead;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct ClaimRow {
  std::string title;
  std::string when;
  std::string state;  // "gebucht", "Warteliste, Platz 3"
  bool waiting = false;
  std::string offer_href = {};  // of an open offer
  bool taken = true;            // a seat that is hers
  bool cancelled = false;       // does not take place
};

struct DetailsPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  bool waits_only = false;  // no seat is held, only places in lists
  std::string held_until;
  std::string held_hint;
  std::string confirm_within;  // empty where addresses need not be confirmed
  std::string more_time;       // words of the button; empty: it was used
  std::vector<ClaimRow> claims;
  std::string give_back_action;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct EndedPage {
  web::Page page;
};

struct ConsentRow {
  std::string purpose;
  std::string text;   // as it was agreed to
  std::string state;  // since when it is given or withdrawn
  bool given = false;
};

struct TicketPage {
  web::Page page;
  std::string name;
  std::string mail;
  std::string code;
  web::SafeHtml qr;
  std::vector<ClaimRow> claims;
  std::string place = {};    // where the event is
  std::string news = {};     // what she has just done
  std::string cancelled_on;  // empty while it stands
  bool admits = false;       // at least one seat is hers
  bool waiting = false;      // at least one claim waits
  bool offered = false;      // at least one has an open offer
  bool passed_on = false;
  std::string cancelled_parts = {};  // how many do not take place; empty: all do
  bool nothing_left = false;         // none does
  std::string confirm_by = {};       // until when the address is to be confirmed
  std::string pdf_href;
  std::string calendar_href;  // empty where nothing is booked
  std::string change_href;
  std::string transfer_href;
  std::string cancel_href;
  std::string own_href;
  std::vector<ConsentRow> consents = {};
  std::string withdraw_action = {};
};

struct OfferPage {
  web::Page page;
  std::string title;  // of what is offered
  std::string when;
  std::string until;  // empty where there is no offer any more
  bool declining = false;
  std::string accept_action;
  std::string decline_action;
  std::string back_href;
};

struct ChangePage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  bool unchanged = false;  // what was sent is what she has
  std::string back_href;
  std::string cancel_href;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct TransferPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string refused;            // why it cannot be passed on
  std::vector<ClaimRow> claims;   // that go along
  std::vector<ClaimRow> dropped;  // places that end
  std::string back_href;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct ConfirmPage {
  web::Page page;
  std::string mail;
  std::string confirmed_on;  // empty until it is
  std::string ask;           // what the button does
  std::string submit;
  std::string done;  // once it is
  std::string go_on;
  std::string go_on_href;
};

struct AskLinkPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  bool sent = false;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct OwnBooking {
  std::string title;  // when it was made
  std::string state;
  std::string code;  // of a ticket
  std::vector<ClaimRow> claims;
  std::string open;  // what the button does
  std::string href;
};
struct OwnPage {
  web::Page page;
  std::string mail;
  std::vector<OwnBooking> bookings;
  std::vector<PersonThing> things;
  std::string export_href;
  std::string erase_href;
};
struct ErasePage {
  web::Page page;
  std::string count;
  std::vector<std::string> stays;  // what an office has to keep
  std::string back_href;
};
struct ErasurePage {
  web::Page page;
  std::string asked;
  std::string done;  // empty while it runs
  std::vector<std::string> erased;
  std::string backups;
  std::string report_until;
};

struct CancelPage {
  web::Page page;
  std::vector<ClaimRow> claims;
  std::string back_href;
};

}  // namespace revier::ticket
