// SPDX-License-Identifier: EUPL-1.2
// The views of the catalogue's pages (pages/*.html), in the page's language.
#pragma once
#include <string>
#include <vector>

#include "web/components.h"
#include "web/page.h"

namespace revier::service {

struct ServiceRow {
  std::string name;
  std::string href;
  std::string summary;
  std::string level;
  std::string duration;  // may be empty
  bool today = false;
  bool example = false;  // something of the row is invented
};

struct ServiceLink {
  std::string text;
  std::string href;
};
struct SituationLink {
  std::string key;
  std::string text;
  std::string href;
  bool current = false;
};

struct CataloguePage {
  web::Page page;
  std::string text;
  web::kern::Checkbox today;
  std::string result;
  bool is_filtered = false;
  bool is_empty = false;      // there is no service at all
  bool has_examples = false;  // among all services
  std::string all_hits_href;  // the same search without `today`, where that alone hides all
  std::vector<SituationLink> situations;
  std::vector<ServiceRow> rows;
};

// One line of the facts.
struct FactRow {
  std::string name;
  std::string value;
  bool example = false;
};

struct ServicePage {
  web::Page page;
  std::string summary;
  bool summary_example = false;
  bool invented = false;
  bool today = false;
  std::string online_href;
  bool online_example = false;
  std::string book_href;
  std::string easy_href;
  std::vector<FactRow> facts;
  std::vector<std::string> needs;
  bool needs_example = false;
  std::vector<ServiceLink> situations;
  std::string as_of;
  std::vector<std::string> sources;  // addresses
  std::string json_ld;
};

struct EasyPage {
  web::Page page;
  std::vector<std::string> sentences;
  bool example = false;
  std::string back_href;
  std::string as_of;
};

}  // namespace revier::service
