// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "appointment/calendar.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::appointment {

struct MenuOffer {
  std::string title;
  std::string summary;
  std::string where;
  std::string duration;
  std::string next;  // when the next time is free, or that none is
  std::string live;  // "ENTITY freeAppointments"
  std::int64_t free = 0;
  std::string href;
  std::string phone;     // may be empty
  bool example = false;  // hours or the like are no published facts
};
struct MenuPage {
  web::Page page;
  std::vector<MenuOffer> offers;
  bool examples = false;  // at least one is an example
};

struct TimesPage {
  web::Page page;
  std::string lead;
  Times times;
  const web::Form& form;
  const web::FormData& data;
  std::string submit;
  std::string note;
  std::string back_href;     // of the appointment that is moved; empty when a new one is booked
  std::string standby_href;  // empty where an appointment is moved
  bool example = false;
  bool eid_check = false;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct Facts {
  std::string what;
  std::string when;
  std::string where;
  std::vector<std::string> needs;
};

struct DetailsPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  Facts facts;
  std::string held_until;
  std::int64_t seconds_left = 0;
  std::string hold;  // id, for the proof of work
  int proof_bits = 0;
  std::string give_back_action;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct EndedPage {
  web::Page page;
};

enum class OwnState : std::uint8_t { kBooked, kUnconfirmed, kCancelled, kOver };
struct OwnPage {
  web::Page page;
  OwnState state = OwnState::kBooked;
  bool moved = false;  // she has just moved it
  std::string state_text;
  Facts facts;
  std::string number;
  bool eid_check = false;
  std::string calendar_href;
  std::string move_href;
  std::string cancel_href;
};

struct CancelPage {
  web::Page page;
  Facts facts;
  std::string back_href;
};

// Waiting for a time to come free: the form, or that a letter is under way.
struct StandbyEnterPage {
  web::Page page;
  std::string lead;
  std::vector<std::string> rules;
  const web::Form& form;
  const web::FormData& data;
  bool sent = false;
  std::string times_href;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

enum class StandbyState : std::uint8_t { kUnconfirmed, kWaiting, kOffered, kEnded };
struct StandbyPage {
  web::Page page;
  StandbyState state = StandbyState::kWaiting;
  std::string problem;  // may be empty
  std::string title;    // of the notice
  std::string text;
  Facts facts;  // what is waited for, or what is offered
  std::string days;
  std::vector<std::string> rules;
  const web::Form& form;  // the name, where something is offered
  const web::FormData& data;
  std::string delete_after;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct Call {
  std::string number;
  std::string desk;
};
struct DisplayPage {
  web::Page page;
  std::string where;
  std::vector<Call> called;
  std::vector<std::string> next;
  std::size_t waiting = 0;
  bool open = false;
  std::string wait;
  std::string basis;
  std::string at;
};

// The questions, or the answer to them.
struct ReadinessPart {
  std::string title;
  std::vector<std::string> steps;
};
struct ReadinessPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  bool answered = false;
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::string verdict;
  std::string verdict_text;
  std::vector<ReadinessPart> parts;
  bool offer_booking = false;
  bool with_app = false;
  std::string again_href;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

}  // namespace revier::appointment
