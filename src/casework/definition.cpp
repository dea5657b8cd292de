// SPDX-License-Identifier: EUPL-1.2
#include "casework/definition.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "casework/detail/place.h"
#include "casework/detail/schema.h"
#include "casework/file_check.h"
#include "json/json.h"

namespace revier::casework {
namespace {

constexpr std::size_t kPagesMax = 30;
constexpr std::size_t kFieldsMax = 200;

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= 60 && text.front() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

Result<std::string> read_key(const Place& parent, std::string_view name) {
  RV_ASSIGN(const Place place, parent.need(name));
  RV_ASSIGN(std::string text, place.text(60));
  if (!is_key(text)) return place.refuse("expected small letters, digits and hyphens");
  return text;
}

Result<IdentityLevel> read_level(const Place& root) {
  const auto place = root.member("identity_level");
  if (!place) return IdentityLevel::kNone;
  RV_ASSIGN(const std::string text, place->text(20));
  if (text == "none") return IdentityLevel::kNone;
  if (text == "low") return IdentityLevel::kLow;
  if (text == "substantial") return IdentityLevel::kSubstantial;
  if (text == "high") return IdentityLevel::kHigh;
  return place->refuse("expected none, low, substantial or high");
}

Result<> read_head(const Place& root, Definition& made) {
  RV_TRY(root.only({"id", "version", "title", "summary", "office", "identity_level", "minutes",
                    "needs", "purpose", "legal_basis", "declaration", "keep_days", "example",
                    "schema", "ui", "publish"}));
  RV_ASSIGN(made.id, read_key(root, "id"));
  RV_ASSIGN(made.version, root.integer("version", 1, 1'000'000));
  RV_ASSIGN(made.title, root.words("title", 120));
  RV_ASSIGN(made.summary, root.words("summary", 600));
  RV_ASSIGN(const Place office, root.need("office"));
  RV_TRY(office.only({"id", "name"}));
  RV_ASSIGN(made.office, read_key(office, "id"));
  RV_ASSIGN(made.office_name, office.words("name", 120));
  RV_ASSIGN(made.identity_level, read_level(root));
  RV_ASSIGN(made.minutes, root.integer("minutes", 1, 240));
  RV_ASSIGN(made.purpose, root.words("purpose", 600));
  RV_ASSIGN(made.legal_basis, root.words("legal_basis", 300));
  RV_ASSIGN(made.declaration, root.words("declaration", 600));
  RV_ASSIGN(made.keep_days, root.integer("keep_days", 1, 3'653));
  if (const auto example = root.member("example")) {
    RV_ASSIGN(made.is_example, example->flag());
  }
  if (const auto needs = root.member("needs")) {
    RV_ASSIGN(const std::vector<Place> list, needs->elements(20));
    for (const Place& one : list) {
      RV_ASSIGN(Words words, one.own_words(200));
      made.needs.push_back(std::move(words));
    }
  }
  return {};
}

Result<FormPage> read_form_page(const Place& place) {
  RV_TRY(place.only({"id", "title", "text", "fields"}));
  FormPage page;
  RV_ASSIGN(page.id, read_key(place, "id"));
  RV_ASSIGN(page.title, place.words("title", 120));
  if (place.member("text")) {
    RV_ASSIGN(page.text, place.words("text", 1'000));
  }
  RV_ASSIGN(const Place fields, place.need("fields"));
  RV_ASSIGN(const std::vector<Place> list, fields.elements(kFieldsMax));
  if (list.empty()) return fields.refuse("a page asks at least one question");
  for (const Place& one : list) {
    RV_ASSIGN(std::string name, one.text(60));
    page.fields.push_back(std::move(name));
  }
  return page;
}

// Puts the questions into the order of the pages; each stands on exactly one of them.
Result<> read_form_pages(const Place& ui, Definition& made, std::vector<Field> declared) {
  RV_ASSIGN(const Place pages, ui.need("pages"));
  RV_ASSIGN(const std::vector<Place> list, pages.elements(kPagesMax));
  std::set<std::string, std::less<>> ids;
  for (const Place& place : list) {
    RV_ASSIGN(FormPage page, read_form_page(place));
    if (!ids.insert(page.id).second) return place.refuse("this id stands twice");
    for (const std::string& name : page.fields) {
      const auto found = std::ranges::find(declared, name, &Field::name);
      if (found == declared.end()) {
        return place.refuse(fmt::format("{} is not in the schema or stands twice", name));
      }
      const bool alone = found->kind == Kind::kGroup || found->kind == Kind::kFiles;
      if (alone && page.fields.size() > 1) {
        return place.refuse(fmt::format("{} needs a page of its own", name));
      }
      made.fields.push_back(std::move(*found));
      declared.erase(found);
    }
    made.pages.push_back(std::move(page));
  }
  if (!declared.empty()) {
    return pages.refuse(fmt::format("{} stands on no page", declared.front().name));
  }
  if (made.pages.empty()) return pages.refuse("there is no page");
  return {};
}

// A condition looks at a choice or a tick of an earlier page.
Result<> check_conditions(const Place& schema, const Definition& made) {
  const auto number = [&](std::string_view field) {
    return made.page_of(field) - made.pages.data();
  };
  for (const Field& field : made.fields) {
    if (!field.when) continue;
    const Field* const asked = made.field(field.when->field);
    const std::string what = fmt::format("{} depends on {}", field.name, field.when->field);
    if (asked == nullptr) return schema.refuse(what + ", which is not asked");
    if (asked->kind != Kind::kChoice && asked->kind != Kind::kTick) {
      return schema.refuse(what + ", which is neither a choice nor a tick");
    }
    if (number(asked->name) >= number(field.name)) {
      return schema.refuse(what + ", which is not on an earlier page");
    }
    for (const std::string& value : field.when->values) {
      const bool known =
          asked->kind == Kind::kTick
              ? value == "1"
              : std::ranges::find(asked->options, value, &Choice::value) != asked->options.end();
      if (!known) return schema.refuse(what + " being " + value + ", which is no answer to it");
    }
  }
  return {};
}

Result<std::string> public_field(const Place& place, const Definition& made, const char* name,
                                 Kind kind, bool needed) {
  const auto member = place.member(name);
  if (!member) {
    if (needed) return place.refuse(fmt::format("{} is missing", name));
    return std::string();
  }
  RV_ASSIGN(std::string text, member->text(60));
  const Field* const field = made.field(text);
  if (field == nullptr || field->kind != kind) {
    return member->refuse("this is no question of the kind that is needed here");
  }
  return text;
}

Result<> read_public(const Place& root, Definition& made) {
  const auto place = root.member("publish");
  if (!place) return {};
  RV_TRY(place->only({"category", "position", "photo"}));
  PublicPart part;
  RV_ASSIGN(part.category, public_field(*place, made, "category", Kind::kChoice, true));
  RV_ASSIGN(part.position, public_field(*place, made, "position", Kind::kPosition, false));
  RV_ASSIGN(part.photo, public_field(*place, made, "photo", Kind::kFiles, false));
  if (const Field* const photo = made.field(part.photo)) {
    // Pictures are written anew before they are kept, PDFs are not.
    if (std::ranges::find(photo->types, kPdf) != photo->types.end()) {
      return place->refuse("photo: only a question that takes no PDF can be published");
    }
  }
  made.published = std::move(part);
  return {};
}

}  // namespace

const Field* Definition::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const FormPage* Definition::page(std::string_view page_id) const {
  const auto found = std::ranges::find(pages, page_id, &FormPage::id);
  return found == pages.end() ? nullptr : &*found;
}

const FormPage* Definition::page_of(std::string_view field_name) const {
  const auto found = std::ranges::find_if(pages, [&](const FormPage& one) {
    return std::ranges::find(one.fields, field_name) != one.fields.end();
  });
  return found == pages.end() ? nullptr : &*found;
}

Result<Definition> parse_definition(std::string_view text) {
  RV_ASSIGN(
      const json::Document document,
      json::Document::parse(text, {.bytes_max = 256 << 10, .depth_max = 24, .values_max = 20'000}));
  const Place root(document.root(), "");
  Definition made;
  RV_TRY(read_head(root, made));
  RV_ASSIGN(const Place schema, root.need("schema"));
  RV_ASSIGN(const Place ui, root.need("ui"));
  RV_TRY(ui.only({"pages", "fields"}));
  RV_ASSIGN(const Place labels, ui.need("fields"));
  RV_ASSIGN(std::vector<Field> declared, read_schema(schema, labels));
  if (declared.size() > kFieldsMax) return schema.refuse("too many questions");
  RV_TRY(read_form_pages(ui, made, std::move(declared)));
  RV_TRY(check_conditions(schema, made));
  RV_TRY(read_public(root, made));
  made.json = json::to_text(document.root());
  return made;
}

}  // namespace revier::casework
