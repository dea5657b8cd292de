// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "web/form.h"
#include "web/page.h"

namespace revier::newsletter {

struct SignUpPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string wording;
  std::string only_topic;  // name of the one topic there is; empty where one chooses
  std::string only_about;
  bool offered = false;
  bool sent = false;
  bool has_archive = false;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct ConfirmPage {
  web::Page page;
  std::string mail;
  std::vector<std::string> topics;
  std::string wording;
};

struct SettingsPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  web::FormView partners;  // without fields where there are none
  std::string partners_action;
  std::string mail;
  std::string wording;
  bool welcome = false;  // just confirmed
  bool saved = false;
  bool reworded = false;  // nothing was saved: a partner's wording was another by then
  std::string unsubscribe_href;
  std::string export_href;
  std::string erase_href;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct IssueLine {
  std::string title;
  std::string about;  // the topic
  std::string date;
  std::string lang;  // of the title
  std::string href;
};
struct ArchivePage {
  web::Page page;
  std::vector<IssueLine> issues;
  bool can_order = false;
};
struct IssuePage {
  web::Page page;
  std::string about;
  std::string date;
  std::string lang;  // of the text
  web::SafeHtml body;
  bool can_order = false;
};

// Asks with one button, or tells what is so.
struct AskPage {
  web::Page page;
  std::string text;
  std::string button;     // no form where it is empty
  std::string back_href;  // no link where it is empty
  std::string back_text;
};

}  // namespace revier::newsletter
