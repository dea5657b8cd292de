// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/item_fields.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "console/texts.h"
#include "event/page_rows.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::console::fields {
namespace {

// A field takes characters, an item bytes: only texts far from ours have that many.
std::optional<web::Label> check_length(std::string_view text) {
  if (text.size() <= event::kTextBytesMax) return std::nullopt;
  return web::Label(texts::kEditAbstractLong);
}

void write_list(json::Writer& out, const std::vector<std::string>& texts) {
  out.begin_array();
  for (const std::string& each : texts) out.string(each);
  out.end_array();
}

std::vector<std::string> list_in(const json::Value& lists, std::string_view language) {
  std::vector<std::string> list;
  const auto found = lists.find(language);
  if (!found) return list;
  for (const json::Value each : found->elements()) {
    list.emplace_back(each.as_string().value_or(""));
  }
  return list;
}

// The field's value as `read` takes it from JSON; what it makes of null where there is none.
template <class Read>
auto stored(const event::Item& item, const char* field, Read read) {
  const auto found = item.fields.find(field);
  const auto document =
      json::Document::parse(found == item.fields.end() ? std::string("null") : found->second);
  return document ? read(document->root()) : decltype(read(document->root())){};
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
  write_list(out, texts);
  item.fields[field] = std::move(text);
}

void set_lists(event::Item& item, const char* field, const std::vector<std::string>& de,
               const std::vector<std::string>& en) {
  const bool same = stored(item, field, [&](const json::Value& lists) {
    return list_in(lists, "de") == de && list_in(lists, "en") == en;
  });
  if (same) return;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_list(out.key("de"), de);
  write_list(out.key("en"), en);
  out.end_object();
  item.fields[field] = std::move(text);
}

void set_instant(event::Item& item, const char* field, std::optional<Instant> instant) {
  if (!instant) {
    item.fields.erase(field);
    return;
  }
  const bool same = stored(item, field, [&](const json::Value& text) {
    const auto before = parse_iso8601(text.as_string().value_or(""));
    return before && *before == *instant;
  });
  if (!same) item.fields[field] = quoted(web::iso_date_time(*instant));
}

void take_times(web::FormData& data, event::Item& item) {
  const auto starts = web::from_local(data.get("day"), data.get("starts"));
  const auto ends = web::from_local(data.get("day"), data.get("ends"));
  if (!starts) data.fail("starts", texts::kEditNoHour);
  if (!ends) data.fail("ends", texts::kEditNoHour);
  if (!starts || !ends) return;
  if (*ends <= *starts) data.fail("ends", texts::kEditEndsFirst);
  set_instant(item, "starts_at", *starts);
  set_instant(item, "ends_at", *ends);
}

void fill_localised(const event::Localised& text, web::FormData& data, const std::string& name) {
  data.set(name + "_de", text.de);
  if (text.en != text.de) data.set(name + "_en", text.en);
}

std::string lines_of(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, "\n"));
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

web::FormField long_text(const char* name, const web::Text& label, const web::Label& hint) {
  return {.name = name,
          .kind = web::FieldKind::kTextarea,
          .label = label,
          .hint = hint,
          .check = check_length};
}

web::FormField number(const char* name, const web::Text& label, std::int64_t least,
                      std::int64_t most) {
  return {.name = name, .kind = web::FieldKind::kNumber, .label = label, .min = least, .max = most};
}

std::vector<web::Option> place_options(const event::Programme& programme, web::Language language) {
  return options_of(programme.places,
                    [language](const event::Place& place) { return place.name.in(language); });
}

std::vector<web::Option> day_options(const event::Programme& programme, web::Language language) {
  std::vector<web::Option> options;
  if (programme.event() == nullptr) return options;
  for (const event::Day& day : programme.event()->days) {
    options.push_back({.value = day.date, .label = event::day_heading(day.date, language)});
  }
  return options;
}

std::vector<web::Option> sorted(std::vector<web::Option> options) {
  std::ranges::sort(options, [](const web::Option& a, const web::Option& b) {
    const auto german = web::Language::kDe;
    return web::compare(german, a.label.in(german), b.label.in(german)) < 0;
  });
  return options;
}

}  // namespace revier::console::fields
