// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/item_fields.h"

#include <algorithm>

#include "console/texts.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::console::fields {
namespace {

// A field takes characters, an item bytes: only texts far from ours have that many.
std::optional<web::Label> check_length(std::string_view text) {
  if (text.size() <= event::kTextBytesMax) return std::nullopt;
  return web::Label(texts::kEditAbstractLong);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

void set_localised(event::Item& item, const char* field, std::string_view de, std::string_view en) {
  if (de.empty() && en.empty()) {
    item.fields.erase(field);
    return;
  }
  std::string text;
  json::Writer out(text);
  out.begin_object().member("de", de.empty() ? en : de);
  out.member("en", en.empty() ? de : en).end_object();
  item.fields[field] = std::move(text);
}

void set_text(event::Item& item, const char* field, std::string_view text) {
  if (text.empty()) {
    item.fields.erase(field);
  } else {
    item.fields[field] = quoted(text);
  }
}

void set_number(event::Item& item, const char* field, const web::FormData& data,
                std::string_view name) {
  const auto number = data.integer(name);
  if (number) {
    item.fields[field] = std::to_string(*number);
  } else {
    item.fields.erase(field);
  }
}

void set_flag(event::Item& item, const char* field, bool on) {
  if (on || item.fields.contains(field)) item.fields[field] = on ? "true" : "false";
}

void set_list(event::Item& item, const char* field, const std::vector<std::string>& texts) {
  if (texts.empty()) {
    item.fields.erase(field);
    return;
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const std::string& each : texts) out.string(each);
  out.end_array();
  item.fields[field] = std::move(text);
}

void fill_localised(const event::Localised& text, web::FormData& data, const std::string& name) {
  data.set(name + "_de", text.de);
  if (text.en != text.de) data.set(name + "_en", text.en);
}

void set_event(event::Item& item, const event::Programme& programme) {
  if (item.fields.contains("event") || programme.event() == nullptr) return;
  item.fields["event"] = quoted(programme.event()->id);
}

std::vector<web::FormField> with_marks(std::vector<web::FormField> fields) {
  std::vector<web::FormField> all;
  for (const char* name : {"csrf", "revision", "stand"}) {
    all.push_back({.name = name, .kind = web::FieldKind::kHidden});
  }
  std::ranges::move(fields, std::back_inserter(all));
  return all;
}

web::FormField long_text(const char* name, const web::Text& label) {
  return {.name = name, .kind = web::FieldKind::kTextarea, .label = label, .check = check_length};
}

std::vector<web::Option> sorted(std::vector<web::Option> options) {
  std::ranges::sort(options, [](const web::Option& a, const web::Option& b) {
    const auto german = web::Language::kDe;
    return web::compare(german, a.label.in(german), b.label.in(german)) < 0;
  });
  return options;
}

}  // namespace revier::console::fields
