// SPDX-License-Identifier: EUPL-1.2
// The views of the set-up's pages (pages/setup*.html).
#pragma once
#include <string>
#include <vector>

#include "console/views.h"
#include "web/form.h"

namespace revier::console {

struct SetupPage {
  Head head;
  bool published = false;
  bool can_publish = false;
  web::kern::TaskList tasks;
  std::vector<std::string> imprint_gaps;  // asked once before publishing; empty: nothing is asked
  std::string csrf;
};
struct QuestionsPage {
  Head head;
  const web::Form& form;
  web::FormData data;
};
struct EventDetailsPage {
  Head head;
  web::FormView form;
  std::vector<FormPart> parts;
};
struct LookPage {
  Head head;
  const web::Form& form;
  web::FormData data;
  std::string nearest;  // a colour that can be read, offered; may be empty
  std::string file_error;
  std::string logo;  // address, may be empty
  std::string csrf;
};
struct LegalEditPage {
  Head head;
  const web::Form& form;
  web::FormData data;
  std::vector<std::string> gaps_de;
  std::vector<std::string> gaps_en;
  std::string address;  // of the public page
};

struct ImportPage {
  Head head;
  std::string error;  // why the table was not read, may be empty
  bool has_event = false;
  std::string csrf;
};
struct ImportPlanPage {
  Head head;
  std::string summary;
  std::vector<std::string> lines;
  web::kern::Table table;
  std::string plan;  // JSON; empty where there is nothing to take
  std::string csrf;
  std::string address;  // of the page that reads files
  std::string take;     // label of the button
};

struct FibrePage {
  Head head;
  std::string error;  // why the list was not read or not put in force, may be empty
  std::string now;    // the list in force
  bool taken = false;
  const web::Form& form;
  const web::FormData& data;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct ServicesPage {
  Head head;
  std::string error;  // why the file was not read, may be empty
  std::string count;
  std::string csrf;
};

}  // namespace revier::console
