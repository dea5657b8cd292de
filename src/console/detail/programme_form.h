// SPDX-License-Identifier: EUPL-1.2
// The kinds of items that the console edits, each with its form; and items, changes and conflicts
// in words. Used by programme*.cpp.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "console/programme_views.h"
#include "event/changes.h"
#include "event/conflicts.h"
#include "event/programme_editor.h"
#include "identity/access.h"
#include "web/form.h"

namespace revier::console {

struct ItemKind {
  std::string_view page;  // "/console/programm/veranstaltungen"
  const event::KindSpec& kind;
  web::Text list_title;
  web::Text new_title;
  identity::Action edit;
  // `programme` is the preview: what the choices are.
  web::Form (*form)(const event::Programme& programme, web::Language language);
  std::vector<FormPart> (*parts)(web::Language language);
  void (*fill)(const event::Item& item, web::FormData& data);
  // Writes the valid data into the item; what only the kind knows becomes errors of the data.
  void (*take)(const event::Programme& programme, web::FormData& data, event::Item& item);
  std::string (*line)(const event::Item& item);  // what a list says beside the title; may be null
  std::string_view public_page;  // "/programm/"; empty where one has none of its own
};
// Those that are shown beside the programme (exchange_form.cpp).
[[nodiscard]] ItemKind exhibit_kind();
[[nodiscard]] ItemKind best_practice_kind();
// Where something takes place, and what people can do or have done there (offer_form.cpp).
[[nodiscard]] ItemKind place_kind();
[[nodiscard]] ItemKind offer_kind();
// All of them; the sessions come first.
[[nodiscard]] std::span<const ItemKind> item_kinds();
// nullptr where there is none; `name` is the last part of the page.
[[nodiscard]] const ItemKind* find_item_kind(std::string_view name);
[[nodiscard]] const ItemKind* find_item_kind(const event::KindSpec& kind);

[[nodiscard]] std::string item_title(const event::Item& item, web::Language language);
// From a title, one that `is_free`: "ki-im-rathaus-2". `other` where the title has no letters.
[[nodiscard]] std::string unused_id(std::string_view title, std::string_view other,
                                    const std::function<bool(std::string_view)>& is_free);
// Not in use and never used before.
[[nodiscard]] std::string new_id(const event::ProgrammeEditor& editor, const ItemKind& kind,
                                 const event::Item& item);

[[nodiscard]] std::string conflict_text(const event::Conflict& conflict, std::string_view session,
                                        const event::Programme& programme, web::Language language);
// What a draft changes: "verlegt: ...", "anderer Raum: ...".
[[nodiscard]] std::vector<std::string> change_texts(const event::Draft& draft,
                                                    const event::Item* released,
                                                    const event::Programme& programme,
                                                    web::Language language);

}  // namespace revier::console
