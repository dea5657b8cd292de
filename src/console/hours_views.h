// SPDX-License-Identifier: EUPL-1.2
// The views of the pages of opening hours.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"

namespace revier::console {

struct CountersPage {
  Head head;
  std::vector<Link> counters;
  std::string new_href;
};

// One day of the week, or one exception: names of fields of the form.
struct HoursGroup {
  std::string legend;
  std::vector<std::string> fields;
};
struct HoursGroupView {
  const HoursGroup& group;
  web::FormView form;
};
// What was just done; empty where nothing was.
struct HoursDone {
  std::string title;
  std::string text;
};
struct HoursPage {
  Head head;
  std::string where;
  HoursDone done;
  bool too_many = false;  // more than the form can show: nothing is edited here
  web::FormView form;
  std::vector<HoursGroup> weekdays;
  std::vector<HoursGroup> exceptions;
  bool is_checked = false;
  std::vector<std::string> warnings;
  web::kern::Table times;    // before and after, by offer
  web::kern::Table outside;  // booked and not covered
  std::string action;
  std::string edit_href;
  std::string remove_href;
  std::string back_href;
};

}  // namespace revier::console
