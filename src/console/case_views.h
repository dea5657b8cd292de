// SPDX-License-Identifier: EUPL-1.2
// The views of the console's pages about cases and forms.
#pragma once
#include <string>
#include <vector>

#include "casework/views.h"
#include "console/views.h"

namespace revier::console {

struct CasesPage {
  Head head;
  std::vector<web::kern::Choice> forms;
  std::vector<web::kern::Choice> states;
  std::vector<web::kern::Choice> workers;
  std::vector<web::kern::Choice> ages;
  std::string number;
  std::int64_t count = 0;
  web::kern::Table table;
  web::Pagination pagination;
  std::string figures_href;
};

struct CaseFileRow {
  std::string name;
  std::string href;  // empty where it is not handed out
  std::string note;  // why
};
struct CaseMessageRow {
  std::string head;
  std::string text;
  std::vector<CaseFileRow> files;
};
// A picture that may be shown to everybody.
struct CasePhoto {
  int number = 1;
  std::string id;
  std::string source;
  bool released = false;
  bool may_release = true;
};
struct CaseDeskPage {
  Head head;
  std::string form_title;
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::string state;
  std::vector<web::kern::Row> facts;
  web::kern::Table answers;
  std::vector<CaseMessageRow> messages;
  std::vector<CaseFileRow> files;
  std::vector<CasePhoto> photos;
  casework::FileInput input;
  std::vector<web::kern::Choice> colleagues;
  std::string problem;
  std::string text;  // what was typed and not taken
  bool done = false;
  bool is_open = true;
  bool is_mine = false;
  std::vector<web::kern::Choice> outcomes;
  std::string csrf;
  std::string action;
};

struct CaseFiguresPage {
  Head head;
  web::kern::Table table;
};

struct FormsDeskPage {
  Head head;
  web::kern::Table table;
  std::string problem;
  std::string imported;
  std::string csrf;
};

}  // namespace revier::console
