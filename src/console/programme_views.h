// SPDX-License-Identifier: EUPL-1.2
// The views of the console's pages of the programme (pages/programme_*.html).
#pragma once
#include <string>
#include <vector>

#include "console/views.h"

namespace revier::console {

struct ProgrammeLink {
  std::string text;
  std::string href;
  bool current = false;
};

// One item of the list, as it would be after a release.
struct ProgrammeRow {
  std::string time;  // empty for what has none
  std::string title;
  std::string href;  // empty for those who may not edit
  std::string line;  // room, function
  web::kern::Badge state;
  bool cancelled = false;
  std::vector<std::string> warnings;
};
struct ProgrammeGroup {
  std::string heading;  // empty where there is one group only
  std::vector<ProgrammeRow> rows;
};
struct ProgrammeListPage {
  Head head;
  std::vector<ProgrammeLink> parts;  // sessions, speakers, rooms
  std::string notice;                // what was just done
  std::string drafts;                // "3 offene Entwürfe"
  std::string conflicts;
  bool has_event = true;
  std::string questions_href;  // where the event is set up; empty for those who may not
  std::string new_text;
  std::string new_href;  // empty for those who may not edit
  std::string release_href;
  bool may_release = false;  // else the page only tells what is drafted
  std::vector<ProgrammeGroup> groups;
  std::vector<ProgrammeLink> days;  // to cancel one as a whole; empty for those who may not
};

struct ProgrammeEditPage {
  Head head;
  web::FormView form;
  std::vector<FormPart> parts;
  std::string notice;
  bool collision = false;
  std::vector<std::string> warnings;
  std::string list_href;
  std::string self_href;
  std::string discard_href;  // empty without a draft
  std::string remove_href;   // empty where nothing is public
  std::string public_href;
  std::string csrf;
};

struct ProgrammeAskPage {
  Head head;
  std::string text;
  std::vector<std::string> users;  // titles of what refers to it
  std::string yes;
  std::string back_href;
  std::string csrf;
};

struct ReleaseLine {
  std::string title;
  std::string href;
  std::vector<std::string> changes;
  bool stale = false;
};
struct PastRelease {
  std::string title;
  std::string note;
};
struct ReleasePage {
  Head head;
  std::vector<ReleaseLine> lines;
  std::vector<std::string> warnings;
  web::FormView form;
  bool may_release = false;
  std::vector<PastRelease> past;
  std::string list_href;
};

}  // namespace revier::console
