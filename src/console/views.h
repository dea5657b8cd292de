// SPDX-License-Identifier: EUPL-1.2
// The views of the console's pages (pages/*.html).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "web/components.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::console {

struct MenuItem {
  std::string label;
  std::string href;
  bool current = false;
};
struct Head {
  web::Page page;
  std::string user = {};  // sign-in name; empty without accounts
  std::vector<MenuItem> menu = {};
};

struct Fact {
  std::string label;
  std::string value;
};
struct StateLine {
  std::string text;
  bool good = true;
};
struct OverviewPage {
  Head head;
  std::vector<Fact> facts;
  web::kern::Table quotas;
  std::vector<StateLine> states;  // empty for those who may not see them
  std::string version;
};

struct RegistrationsPage {
  Head head;
  std::string text;
  std::vector<web::kern::Choice> quotas;
  std::int64_t count = 0;
  web::kern::Table table;
  web::Pagination pagination;
  std::string csv_href;
};

struct RegistrationPage {
  Head head;
  web::kern::DescriptionList facts;
  web::kern::Table claims;
  web::kern::Table check_ins;
  bool cancelled = false;
  std::string cancel_href;  // empty where it cannot be cancelled by this caller
};
struct CancelPage {
  Head head;
  std::string name;
  std::string code;
  std::string back_href;
  std::string csrf;
};

// Which day and which desk.
struct GateSetupPage {
  Head head;
  web::kern::Choices days;
  std::string desk;
};
struct GateResult {
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::string title;
  std::string name;  // whose ticket
  std::vector<std::string> lines;
};
struct GatePage {
  Head head;
  std::string day;
  std::string desk;
  std::string count;                // "12 von 240 sind da"
  std::vector<GateResult> results;  // none or one
  std::string action;
  std::string change_href;
  std::string csrf;
};

struct OutboxPage {
  Head head;
  web::kern::Table table;
  std::string newest_href;  // empty on the first page
  std::string older_href;   // empty on the last
};
struct MailPage {
  Head head;
  web::kern::DescriptionList facts;
  std::string text;
};

}  // namespace revier::console
