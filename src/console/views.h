// SPDX-License-Identifier: EUPL-1.2
// The views of the console's pages (pages/*.html).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
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
struct MenuGroup {
  std::string label = {};  // empty: none is shown
  std::vector<MenuItem> items = {};
};
struct Head {
  web::Page page;
  std::string user = {};  // sign-in name; empty without accounts
  std::vector<MenuGroup> menu = {};
  std::vector<MenuItem> areas = {};  // a second menu: the pages of data
};

struct Link {
  std::string text;
  std::string href;
};
// A form in parts: each heading with the names of its fields.
struct FormPart {
  std::string heading;
  std::vector<std::string> fields;
  bool in_pairs = false;  // two side by side, where there is room
};
struct FormPartView {
  const FormPart& part;
  web::FormView form;
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
  std::string csrf;
  std::string text;
  std::string heading;  // the day or session that the list is of; empty for a list of all
  std::vector<web::kern::Choice> quotas;
  bool by_name = false;
  std::string counts;
  web::kern::Table table;
  web::Pagination pagination;
  std::vector<Link> files;      // the same for spreadsheets
  std::string write_href = {};  // empty for those who may not write to them
  std::string too_many = {};    // that a search found more than are shown
};

struct RegistrationPage {
  Head head;
  web::kern::DescriptionList facts;
  web::kern::Table claims;
  web::kern::Table check_ins;
  bool cancelled = false;
  std::string correct_href;  // empty where this caller cannot change it
  std::string cancel_href;   // the same
};
struct WaitingListsPage {
  Head head;
  std::vector<web::kern::Table> lists;  // one a quota that somebody waits for
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
  std::string other_day;            // that the day is not today; empty where it is
  std::string count;                // "Eingelassene Tickets: 12 von 240"
  std::vector<GateResult> results;  // none or one
  std::string action;
  std::string change_href;
  std::string list_href;  // of the day's list
  std::string sign_in_href;
  std::string csrf;
};
// A check-in of the day's list.
struct GateLine {
  std::string id;
  std::string text;
  bool may_undo = false;
};
struct GateListPage {
  Head head;
  std::string count;
  web::kern::Table conflicts;
  web::kern::Table quarters;
  std::string csv_href;
  std::vector<GateLine> latest;
  std::string undo_action;
  std::string back_href;
  std::string csrf;
};

struct OutboxPage {
  Head head;
  std::string off;      // why nothing is sent at all
  std::string trouble;  // what is wrong with the mail server
  std::string counts;
  web::kern::Table table;
  std::string dkim_name = {};  // of the record in DNS; empty where letters are not signed
  std::string dkim_value = {};
  std::string newest_href;  // empty on the first page
  std::string older_href;   // empty on the last
};
struct MailPage {
  Head head;
  web::kern::DescriptionList facts;
  std::string explanation;  // of the state
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::string retry_action;  // empty where it cannot be sent again by this caller
  std::string csrf;
  std::string text;
};

// The tenant of a form about data: a choice where there are several, else the one that is asked
// for goes along.
struct TenantChoice {
  std::string_view tenant;
  const std::vector<web::kern::Choice>& tenants;
};
// What a file would do, to be done or to be left.
struct PlanForm {
  std::string_view action;
  std::string_view csrf;
  std::string_view plan;   // empty: there is nothing to do
  std::string_view take;   // the button's text
  std::string_view other;  // leads to another file
  std::string_view back_href;
};
struct TypesPage {
  Head head;
  std::vector<web::kern::Choice> tenants;  // empty where there is only one
  web::kern::Table table;
};
struct EntitiesPage {
  Head head;
  std::string tenant;
  std::string text;
  web::kern::Select type;
  web::kern::Input q;
  web::kern::Input near;
  web::kern::Input radius;
  bool wrong = false;  // a field says what
  std::int64_t count = 0;
  web::kern::Table table;
  web::Pagination pagination;
};

struct ValueLine {
  std::string key;  // of a language or a geometry, may be empty
  std::string text;
  std::string href;  // of the entity that is meant, may be empty
};
// Outlines of a geometry as a picture, 320 by 200: "10,20 30,40" are points of a polyline.
struct GeoSketch {
  std::vector<std::string> lines;
};
// One instance of an attribute, or of a sub-attribute.
struct AttributeRow {
  std::string name;
  std::string iri;
  std::string path;  // names it stands below, "temperature › "
  std::string kind;  // "GeoProperty"
  std::vector<ValueLine> lines;
  std::string json;  // indented, for what is no line
  std::string unit;
  std::string observed_at;
  std::string dataset_id;
  bool is_number = false;
  std::string history_href = {};  // what the numbers were, may be empty
  GeoSketch sketch = {};          // of a geometry that is no point
};
// Which span of time, or which form: links of which one is here.
struct Choosable {
  std::string text;
  std::string href;
  bool current = false;
};
struct EntityPage {
  Head head;
  std::string id;
  web::kern::DescriptionList facts;
  std::vector<AttributeRow> attributes;
  std::string place;  // for the map, in words; empty where it shows none
  std::string map_tiles;
  std::vector<Choosable> forms;
  bool json_open = false;
  std::string json;
  bool cut = false;
  std::string curl;
  bool needs_token = false;
  std::string back_href;
};

}  // namespace revier::console
