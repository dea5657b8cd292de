// SPDX-License-Identifier: EUPL-1.2
// The views of the newsletter's pages in the console.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"

namespace revier::console {

struct NewsletterPage {
  Head head;
  web::kern::Table issues;
  web::kern::Table topics;
  std::string new_issue_href;  // empty before there is a topic
  std::string new_topic_href;
  std::string partners_href;  // empty for those who may not see them
};

struct PartnersPage {
  Head head;
  web::kern::Table partners;
  std::string new_href;
  std::string back_href;
};
struct PartnerPage {
  Head head;
  web::FormView form;
  std::string action;
  std::string version;          // of the wording; empty for a new one
  std::string take_out_action;  // empty for a new one
  std::string csrf;
  std::string back_href;
};

struct IssueEditPage {
  Head head;
  web::FormView form;
  std::string action;
  std::string voids;  // that saving takes an approval back; empty where it does not
  std::string back_href;
};

// One language of an issue, as it leaves.
struct IssueText {
  std::string lang;
  std::string heading;
  std::string subject;
  web::SafeHtml html;
  std::string text;
};
struct IssueViewPage {
  Head head;
  std::string said;  // what was just done
  std::string state;
  std::string explanation;
  web::kern::Tone tone = web::kern::Tone::kInfo;
  web::kern::DescriptionList facts;
  std::vector<IssueText> texts;
  std::string csrf;
  std::string version;
  // Addresses of what this caller can do now; empty where she cannot.
  std::string edit_href;
  std::string approve_action;
  std::string test_action;
  std::string stop_action;
  std::string go_on_action;
  std::string discard_action;
  std::string archive_href;
  std::string back_href;
};

}  // namespace revier::console
