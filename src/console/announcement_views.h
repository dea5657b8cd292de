// SPDX-License-Identifier: EUPL-1.2
// The views of the pages for writing to those who registered.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"
#include "web/letter.h"

namespace revier::console {

struct AnnouncementPage {
  Head head;
  std::string said;  // what was just done
  web::FormView form;
  std::string action;
  bool has_choice = false;  // there is somebody to write to
  web::kern::Table sent;    // what was sent before
  std::string mail_off;     // that no letters leave; empty where they do
  std::string back_href;
};

// One language of an announcement, as it arrives.
struct AnnouncementLetter {
  std::string lang;
  std::string heading;
  web::LetterView letter;
};
struct HiddenField {
  std::string name;
  std::string value;
};
struct AnnouncementPreviewPage {
  Head head;
  std::string whom;
  std::string note;  // who gets another language than hers
  std::vector<AnnouncementLetter> letters;
  std::string nobody;  // that it reaches nobody; empty where it can be sent
  std::string send;    // text of the button
  std::vector<HiddenField> fields;
  std::string action;
};

}  // namespace revier::console
