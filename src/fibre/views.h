// SPDX-License-Identifier: EUPL-1.2
// The views of this domain's pages (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "fibre/plot.h"
#include "web/components.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::fibre {

struct NamedLink {
  std::string text;
  std::string href;
};

// What is known of what was asked for.
struct AnswerView {
  std::string title;
  std::string state;  // badge; empty where none is known
  web::kern::Tone tone = web::kern::Tone::kInfo;
  std::vector<std::string> sentences;
  std::vector<web::kern::Row> facts;
  std::string links_title;
  std::vector<NamedLink> links;
  bool short_links = false;  // numbers, side by side
  web::kern::Table table;    // the numbers of a street
  std::string follow_href;   // to be told of changes; empty: not offered
};

struct AreaCard {
  std::string id;  // of the entity
  std::string name;
  std::string href;
  std::string share;
  std::vector<web::kern::Row> counts;
};

struct LookupPage {
  web::Page page;
  const web::Form& form;
  web::FormData data;
  bool has_list = false;
  bool invented = false;
  std::string source;  // "Quelle: ..., Stand: ..."
  bool asked = false;
  AnswerView answer;
  std::vector<AreaCard> areas;
  Plot plot;
  std::string map_tiles;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

struct DistrictPage {
  web::Page page;
  bool invented = false;
  std::string source;
  web::kern::Table table;
};

struct FollowPage {
  web::Page page;
  const web::Form& form;
  const web::FormData& data;
  std::string place;
  bool invented = false;
  [[nodiscard]] web::FormView view() const { return {form, data}; }
};

// A contact that is confirmed, or is to be.
struct OwnContactPage {
  web::Page page;
  std::string mail;
  std::string place;
  std::vector<std::string> wishes;
  bool confirmed = false;
  bool changes = false;
  bool interested = false;
  std::string until;
  std::string confirm_action;
  std::string own_action;
};

// One sentence, and a button where there is something to do.
struct ToldPage {
  web::Page page;
  std::string text;
  std::string button;
};

}  // namespace revier::fibre
