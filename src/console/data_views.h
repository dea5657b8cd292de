// SPDX-License-Identifier: EUPL-1.2
// The views of the pages of data (pages/*.html) beyond entities.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"

namespace revier::console {

// Whole units of the drawing's view box, 640 by 280.
struct TimePlot {
  struct Mark {
    int at = 0;
    std::string text;
  };
  struct Dot {
    int x = 0;
    int y = 0;
  };
  std::vector<Mark> rows;
  std::vector<Mark> columns;
  std::vector<Dot> dots;    // averages
  std::string line;         // through them
  std::string band;         // from the least to the most, a polygon
  std::string description;  // what the drawing shows, in words
  web::kern::Table table;
  [[nodiscard]] bool empty() const { return dots.empty(); }
};

struct HistoryPage {
  Head head;
  std::string id;
  std::string entity_href;
  std::vector<Choosable> spans;
  TimePlot plot;
  std::string trouble;  // why there is no drawing
  std::string curl;
  bool needs_token = false;
};

struct QueryPage {
  Head head;
  std::string tenant;
  std::vector<web::kern::Choice> tenants;
  std::vector<std::string> types;     // short names, for completion
  std::vector<std::string> contexts;  // URLs, for completion
  std::string type;
  std::string context_url;
  web::kern::Input q;
  web::kern::Input scope_q;
  web::kern::Input pick;
  web::kern::Input limit;
  web::kern::Select format;
  bool by_place = false;
  web::kern::Input georel;
  web::kern::Select geometry;
  web::kern::Input coordinates;
  web::kern::Input geoproperty;
  bool by_time = false;
  web::kern::Select timerel;
  web::kern::Input time_at;
  web::kern::Input end_time_at;
  web::kern::Select timeproperty;
  web::kern::Input last_n;
  web::kern::Checkbox elsewhere;

  bool asked = false;
  bool failed = false;
  std::string summary;  // how many, in what time
  std::string reason;   // of a failure
  std::string warning;  // of other sources
  std::string json;
  bool cut = false;
  web::kern::DescriptionList explained;  // how it was found; empty for those who may not see it
  std::string curl;
  bool needs_token = false;
  std::string previous_href;
  std::string next_href;
};

// A button that does something at once, or leads to a page that asks first.
struct DataDeed {
  std::string text;
  std::string action;  // of a POST; empty where `href` is set
  std::string href;
};
struct DataDeedView {
  const DataDeed& deed;
  const std::string& csrf;
};

// A list of one tenant's things.
struct DataListPage {
  Head head;
  std::string page;  // its own address, for the choice of the tenant
  std::string intro;
  std::string empty;
  std::vector<web::kern::Choice> tenants;
  web::kern::Table table;
  web::Pagination pagination;
  std::vector<web::kern::Table> more;  // further tables
  std::vector<DataDeed> deeds;         // links
};

// One thing: facts, its document, what can be done with it.
struct DataThingPage {
  Head head;
  std::string id;
  std::string back_text;
  std::string back_href;
  std::string trouble;                 // what is wrong with it, may be empty
  std::string trouble_elsewhere = {};  // with what it has at other sources, may be empty
  web::kern::DescriptionList facts;
  std::vector<DataDeed> deeds;
  std::string csrf;
  std::vector<web::kern::Table> tables;
  std::string json_title;
  std::string json;
  bool cut = false;
};

// A form with a file that is given: a schema, or what one refers to.
struct GivingPage {
  Head head;
  std::string intro;
  std::string trouble;  // why it was not taken
  std::string action;
  std::string back_text;
  std::string back_href;
  web::FormView form;
};

// A command for a shell, with what it is for.
struct ShellCommand {
  std::string title;
  std::string text;
};

// Entities out of and into NDJSON.
struct DataFilesPage {
  Head head;
  std::string tenant;
  std::vector<web::kern::Choice> tenants;
  web::kern::Select type;
  web::kern::Input q;
  web::kern::Input context;
  bool asked = false;  // the selection was looked at
  std::string trouble = {};
  std::string count = {};
  std::string download_href = {};  // empty where nothing matches
  std::vector<ShellCommand> download = {};
  bool needs_token = false;
  bool may_write = false;
  std::string file_hint;
  std::string upload_trouble;
  std::string upload_action;
  web::FormView form;
  std::vector<ShellCommand> upload;
};

// What a file would do, or what it has done.
struct FileReportPage {
  Head head;
  bool done = false;
  web::kern::Alert outcome;
  std::string hint = {};
  web::kern::Table rejects;
  std::string more = {};
  std::string plan = {};  // empty where there is nothing to write
  std::string csrf;
  std::string action;
  std::string take = {};  // label of the button
  std::string back_href;
};

struct TenantsPage {
  Head head;
  web::kern::Table table;
  std::vector<DataDeed> deeds;  // opening and closing
  std::string csrf;
  web::FormView form;  // a new one
  std::string tokens_href;
};

}  // namespace revier::console
