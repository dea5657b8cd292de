// SPDX-License-Identifier: EUPL-1.2
// The views of the pages of staff: accounts, one's own account, tokens, audit log.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"
#include "web/form.h"
#include "web/html.h"

namespace revier::console {

// One form under a title.
struct OneFormPage {
  Head head;
  std::string intro;
  web::FormView form;
  std::string button;
  std::string action;
  std::string back_href;
};

// "Do you want that?", with one button.
struct AskPage {
  Head head;
  std::string text;
  std::string button;
  std::string csrf;
  std::string back_href;
};

// Secrets that are shown once.
struct SecretsPage {
  Head head;
  std::string intro;
  std::vector<std::string> secrets;
  std::string note;
  std::string back_href;
};

struct StaffPage {
  Head head;
  web::kern::Table accounts;
  web::FormView rules;  // roles that demand a second factor
};

struct HeldRole {
  std::string text;   // "Einlass: Smart City Days"
  std::string value;  // for the form that takes it away
};
struct AccountPage {
  Head head;
  web::kern::DescriptionList facts;
  std::vector<HeldRole> roles;
  std::string csrf;
  std::string remove_action;
  web::FormView add;
  std::string add_action;
  web::kern::DescriptionList explained;  // what each role may do
  std::vector<Link> deeds;
};

struct SessionLine {
  std::string device;
  std::string started;
  std::string used;
  std::string id;
  bool current = false;
};
struct OwnAccountPage {
  Head head;
  web::kern::DescriptionList facts;
  std::string notice;  // what has to be done, may be empty
  std::vector<Link> deeds;
  std::vector<SessionLine> sessions;
  std::string csrf;
};

struct EnrolPage {
  Head head;
  web::SafeHtml qr;
  std::string secret;
  web::FormView form;
};

struct TokenLine {
  std::string label;
  std::string rights;
  std::string made;
  std::string used;
  std::string expires;
  std::string revoke_href;
};
struct TokensPage {
  Head head;
  std::vector<TokenLine> tokens;
  web::FormView form;
  std::string profiles_href;
};

struct ProfileLine {
  std::string name;
  std::string who;  // of which provider, with which role
  std::string rights;
  std::string changed;
  std::string used;
  std::string change_href;
  std::string remove_href;
};
struct ProfilesPage {
  Head head;
  std::vector<ProfileLine> profiles;
  bool has_issuers = false;
  std::string form_title;
  web::FormView form;
};

struct AuditPage {
  Head head;
  web::kern::Select action;
  web::kern::Input actor;
  web::kern::Input from;
  web::kern::Input until;
  web::kern::Table table;
  std::string older_href;
  std::string newest_href;
  std::string csv_href;
  std::string xlsx_href;
  std::string writes_href;  // to the page of the data plane; empty where there is none
};

// Who wrote entities through the API.
struct WriteLogPage {
  Head head;
  web::kern::Input actor;
  web::kern::Input entity;
  web::kern::Table table;
  std::string older_href;
  std::string newest_href;
};

}  // namespace revier::console
