// SPDX-License-Identifier: EUPL-1.2
// What is shown beside the programme: who exhibits, and what others can learn from. The entities
// whose values one shows are named over the API only; a form leaves them as they are.
#include <algorithm>

#include <fmt/ranges.h>

#include "base/split.h"
#include "console/detail/entry.h"
#include "console/detail/item_fields.h"
#include "console/detail/programme_form.h"
#include "console/texts.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using event::Item;
using event::Programme;
using identity::Action;
using web::FormData;
using web::Language;

// --- exhibits

web::Form exhibit_form(const Programme&, Language) {
  return {fields::with_marks(
      {{.name = "name", .label = texts::kEditExhibitName, .required = true},
       {.name = "topic_de", .label = texts::kEditTopicDe, .hint = texts::kEditTopicHint},
       {.name = "topic_en", .label = texts::kEditTopicEn},
       {.name = "booth", .label = texts::kEditBooth, .hint = texts::kEditBoothHint},
       {.name = "city", .label = texts::kEditCity}})};
}

std::vector<FormPart> exhibit_parts(Language) {
  return {{"", {"name", "topic_de", "topic_en", "booth", "city"}}};
}

void fill_exhibit(const Item& item, FormData& data) {
  const event::Exhibit exhibit = event::read_exhibit(item);
  data.set("name", exhibit.name);
  fields::fill_localised(exhibit.topic, data, "topic");
  data.set("booth", exhibit.booth);
  data.set("city", exhibit.city);
}

void take_exhibit(const Programme& programme, FormData& data, Item& item) {
  fields::set_event(item, programme);
  fields::set_text(item, "name", data.get("name"));
  fields::set_localised(item, "topic", data.get("topic_de"), data.get("topic_en"));
  fields::set_text(item, "booth", data.get("booth"));
  fields::set_text(item, "city", data.get("city"));
}

std::string exhibit_line(const Item& item) {
  const event::Exhibit exhibit = event::read_exhibit(item);
  return exhibit.booth.empty() ? exhibit.city : exhibit.booth;
}

// --- best practices

std::vector<web::Option> session_options(const Programme& programme, Language language) {
  std::vector<web::Option> options;
  for (const event::Session& session : programme.sessions) {
    options.push_back({.value = session.id, .label = session.title.in(language)});
  }
  return fields::sorted(std::move(options));
}

web::Form practice_form(const Programme& programme, Language language) {
  return {fields::with_marks(
      {{.name = "name_de", .label = texts::kEditTitleDe, .required = true},
       {.name = "name_en", .label = texts::kEditTitleEn, .hint = texts::kEditTitleEnHint},
       fields::long_text("summary_de", texts::kEditAbstractDe),
       fields::long_text("summary_en", texts::kEditAbstractEn),
       {.name = "city", .label = texts::kEditCity, .required = true},
       {.name = "fields", .label = texts::kEditFields, .hint = texts::kEditFieldsHint},
       {.name = "sessions",
        .kind = web::FieldKind::kCheckboxes,
        .label = texts::kEditPracticeSessions,
        .options = session_options(programme, language)}})};
}

std::vector<FormPart> practice_parts(Language language) {
  return {{words(language, texts::kEditText), {"name_de", "name_en", "summary_de", "summary_en"}},
          {words(language, texts::kEditPractice), {"city", "fields"}},
          {words(language, texts::kEditPracticeProgramme), {"sessions"}}};
}

// Each once.
std::vector<std::string> fields_in(std::string_view text) {
  std::vector<std::string> found;
  for (std::string& field : split_list(text)) {
    if (std::ranges::find(found, field) == found.end()) found.push_back(std::move(field));
  }
  return found;
}

void fill_practice(const Item& item, FormData& data) {
  const event::BestPractice practice = event::read_best_practice(item);
  fields::fill_localised(practice.name, data, "name");
  fields::fill_localised(practice.summary, data, "summary");
  data.set("city", practice.city);
  data.set("fields", fmt::format("{}", fmt::join(practice.fields, ", ")));
  for (const std::string& session : practice.sessions) data.add("sessions", session);
}

void take_practice(const Programme& programme, FormData& data, Item& item) {
  fields::set_event(item, programme);
  fields::set_localised(item, "name", data.get("name_de"), data.get("name_en"));
  fields::set_localised(item, "summary", data.get("summary_de"), data.get("summary_en"));
  fields::set_text(item, "city", data.get("city"));
  fields::set_list(item, "fields", fields_in(data.get("fields")));
  fields::set_list(item, "sessions", data.all("sessions"));
}

std::string practice_line(const Item& item) { return event::read_best_practice(item).city; }

}  // namespace

ItemKind exhibit_kind() {
  return {.page = "/console/programm/ausstellung",
          .kind = *event::find_kind("exhibits"),
          .list_title = texts::kProgExhibits,
          .new_title = texts::kProgNewExhibit,
          .edit = Action::kProgrammeEdit,
          .form = exhibit_form,
          .parts = exhibit_parts,
          .fill = fill_exhibit,
          .take = take_exhibit,
          .line = exhibit_line,
          .public_page = ""};
}

ItemKind best_practice_kind() {
  return {.page = "/console/programm/best-practices",
          .kind = *event::find_kind("best-practices"),
          .list_title = texts::kProgPractices,
          .new_title = texts::kProgNewPractice,
          .edit = Action::kProgrammeEdit,
          .form = practice_form,
          .parts = practice_parts,
          .fill = fill_practice,
          .take = take_practice,
          .line = practice_line,
          .public_page = ""};
}

}  // namespace revier::console
