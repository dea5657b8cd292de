// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "web/components.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::casework {

struct FormCard {
  std::string title;
  std::string summary;
  std::string office;
  std::string href;
};
struct FormsPage {
  web::Page page;
  std::vector<FormCard> forms;
};

struct StartPage {
  web::Page page;
  std::string summary;
  std::vector<web::kern::Row> facts;
  std::vector<std::string> needs;
  std::string purpose;
  std::string problem;     // why it cannot be begun now
  std::string go_on_href;  // of a draft that its person came back from
  bool example = false;
  bool can_begin = true;
};

// What all pages of a draft have.
struct Steps {
  std::string form_title;
  int current = 1;
  int total = 1;
  std::string back_href;
};

// A map on which a point is chosen for a question.
struct PointMap {
  std::string field;
  std::string near;   // names the town that it shows first
  std::string tiles;  // path; empty: plain ground
};
struct QuestionPage {
  web::Page page;
  Steps steps;
  std::string text;
  const web::Form& form;
  const web::FormData& data;
  std::string from;            // "pruefen": goes back there
  std::vector<PointMap> maps;  // none or one
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct GroupEntry {
  int number = 0;
  std::vector<web::kern::Row> rows;
  std::string change_href;
};
struct GroupPage {
  web::Page page;
  Steps steps;
  std::string text;
  std::vector<GroupEntry> entries;
  std::string add_href;  // empty where no more are possible
  std::string from;
  std::string problem;
};

struct FileRow {
  std::string id;
  std::string name;
  std::string size;
  std::string href;  // empty where it is not handed out
  std::string note;  // why
};
// The field "datei".
struct FileInput {
  std::string label;
  std::string hint;
  std::string accept;
  std::string problem;
};
struct FilesPage {
  web::Page page;
  Steps steps;
  std::string text;
  FileInput input;
  std::vector<FileRow> files;
  std::string from;
  std::string page_action;
  std::string upload_action;
};

struct LaterPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string lead;
  std::string link;
  std::string go_on_href;
  std::string discard_href;
  bool sent = false;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct MissingAnswer {
  std::string text;
  std::string href;
};
struct CheckPage {
  web::Page page;
  Steps steps;
  std::vector<web::kern::Summary> parts;
  std::vector<MissingAnswer> missing;
  const web::Form& form;
  const web::FormData& data;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct MessageRow {
  std::string head;
  std::string text;
  bool from_office = false;
  std::vector<FileRow> files;
};
struct CasePage {
  web::Page page;
  std::string form_title;
  std::string state;
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::vector<web::kern::Row> facts;
  bool is_new = false;
  bool is_open = true;
  bool sent = false;
  std::vector<MessageRow> messages;
  std::vector<FileRow> files;
  const web::Form& form;
  const web::FormData& data;
  FileInput input;
  std::string message_action;
  std::string receipt_href;
  std::string json_href;
  std::string xml_href;
  std::string withdraw_href;
  std::vector<web::kern::Summary> parts;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct AskPage {
  web::Page page;
  std::string text;
  std::string yes;
  std::string back_href;
};
struct NotePage {
  web::Page page;
};

}  // namespace revier::casework
