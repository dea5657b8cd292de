// SPDX-License-Identifier: EUPL-1.2
// The views of the desk's pages of appointments.
#pragma once
#include <string>
#include <vector>

#include "appointment/calendar.h"
#include "console/views.h"

namespace revier::console {

struct DeskDayPage {
  Head head;
  std::string csrf;
  std::vector<web::kern::Choice> counters;
  std::string day;   // "2025-02-06"
  std::string text;  // that was searched for
  web::kern::Table table;
  std::vector<Link> book;  // one an offer of the counter
};

struct DeskBookPage {
  Head head;
  std::string where;
  appointment::Times times;
  web::FormView form;
  std::string note;
  std::string submit;
  std::string action;
  std::string back_href;
};

struct DeskAppointmentPage {
  Head head;
  web::kern::DescriptionList facts;
  std::string number;  // empty where it does not stand any more
  bool is_new = false;
  std::string move_href;  // the two are empty where it does not stand any more
  std::string cancel_href;
  std::string back_href;
};

struct RoomsPage {
  Head head;
  std::vector<Link> rooms;
};

struct RoomRow {
  std::string id;
  std::string number;
  std::string what;
  std::string since;
  std::string due;   // time of the appointment; empty without one
  std::string desk;  // empty while it waits
};
struct RoomPage {
  Head head;
  std::string where;
  std::string problem;  // why the last thing was not done; may be empty
  std::string drawn;    // number of what was just done; may be empty
  std::string wait;
  std::string basis;
  std::string desk;  // that this page works for; may be empty
  std::string csrf;
  std::string action;
  std::vector<web::kern::Choice> offers;
  std::vector<RoomRow> called;
  std::vector<RoomRow> waiting;
  std::string display_href;
  std::string figures_href;
};

struct FiguresPage {
  Head head;
  std::string where;
  web::kern::Table table;
  std::string back_href;
};

}  // namespace revier::console
