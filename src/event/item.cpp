// SPDX-License-Identifier: EUPL-1.2
#include "event/item.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/time.h"

namespace revier::event {
namespace {

using json::Value;

constexpr std::size_t kListMax = 200;
constexpr std::size_t kIdMax = 100;
constexpr std::string_view kNullUri = "urn:ngsi-ld:null";  // as a value it deletes (4.5.0)

bool is_text(const Value& value) {
  const auto text = value.as_string();
  return text && text->size() <= kTextBytesMax && *text != kNullUri;
}

bool is_list_of(const Value& value, bool (*element)(const Value&)) {
  if (!value.is_array() || value.size() > kListMax) return false;
  for (const Value each : value.elements()) {
    if (!element(each)) return false;
  }
  return true;
}

bool is_localised(const Value& value) {
  const auto de = value.find("de");
  const auto en = value.find("en");
  return value.size() == 2 && de && en && is_text(*de) && is_text(*en);
}

bool is_date(const Value& value) {
  const auto text = value.as_string();
  return text && parse_iso8601(std::string(*text) + "T00:00:00Z").has_value();
}

bool is_instant(const Value& value) {
  const auto text = value.as_string();
  return text && parse_iso8601(*text).has_value();
}

bool is_url(const Value& value) {
  const auto text = value.as_string();
  return text && is_web_address(*text);
}

bool is_reference(const Value& value) {
  const auto text = value.as_string();
  return text && is_plain_id(*text, kIdMax);
}

bool is_urn(const Value& value) {
  const auto text = value.as_string();
  if (!text || !text->starts_with("urn:") || text->size() > 300 || *text == kNullUri) return false;
  return std::ranges::all_of(*text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' &&
           std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

bool is_point(const Value& value) {
  const auto type = value.find("type");
  const auto place = value.find("coordinates");
  if (!type || type->as_string() != "Point" || !place || !place->is_array()) return false;
  if (place->size() != 2) return false;
  double bound = 180;  // longitude, then latitude
  for (const Value degrees : place->elements()) {
    if (std::abs(degrees.as_number().value_or(bound + 1)) > bound) return false;
    bound = 90;
  }
  return true;
}

bool is_parts(const Value& value) {
  return value.is_object() || is_list_of(value, [](const Value& v) { return v.is_object(); });
}

// "09:35": to five minutes, up to 24:00.
bool is_clock(const Value& value) {
  const std::string_view text = value.as_string().value_or("");
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return false;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  return minute < 60 && minute % 5 == 0 && (hour < 24 || (hour == 24 && minute == 0));
}

bool is_weekdays(const Value& value) {
  return value.size() > 0 && is_list_of(value, [](const Value& v) {
           const auto day = v.as_integer();
           return day && *day >= 1 && *day <= 7;
         });
}

// {"weekdays": [1, 2], "from": "08:00", "to": "12:00", "staff": 2}, with "date" instead of
// "weekdays" for one day, which then has no other hours; {"date": ..., "closed": true}.
bool is_opening(const Value& value) {
  const auto weekdays = value.find("weekdays");
  const auto date = value.find("date");
  if (weekdays.has_value() == date.has_value()) return false;
  if (weekdays && !is_weekdays(*weekdays)) return false;
  if (date && !is_date(*date)) return false;
  if (const auto closed = value.find("closed")) return date && closed->as_bool() == true;
  const auto from = value.find("from");
  const auto to = value.find("to");
  if (!from || !to || !is_clock(*from) || !is_clock(*to)) return false;
  if (*from->as_string() >= *to->as_string()) return false;
  const auto staff = value.find("staff");
  return !staff || (staff->as_integer().value_or(-1) >= 0 && *staff->as_integer() <= 500);
}

struct KindRule {
  bool (*holds)(const Value&);
  std::string_view expected;
};

KindRule rule_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
      return {is_text, "a text"};
    case FieldKind::kLocalised:
      return {is_localised, "{\"de\": text, \"en\": text}"};
    case FieldKind::kTexts:
      return {[](const Value& v) { return is_list_of(v, is_text); }, "a list of texts"};
    case FieldKind::kDate:
      return {is_date, "a date like 2025-02-05"};
    case FieldKind::kInstant:
      return {is_instant, "a time like 2025-02-05T09:00:00+01:00"};
    case FieldKind::kInteger:
      return {[](const Value& v) { return v.as_integer().has_value(); }, "a whole number"};
    case FieldKind::kNumber:
      return {[](const Value& v) { return v.is_number(); }, "a number"};
    case FieldKind::kBool:
      return {[](const Value& v) { return v.as_bool().has_value(); }, "true or false"};
    case FieldKind::kUrl:
      return {is_url, "an address that begins with https://"};
    case FieldKind::kHours:
      return {[](const Value& v) { return is_list_of(v, is_opening); },
              "a list like [{\"weekdays\": [1, 2], \"from\": \"08:00\", \"to\": \"12:30\"}, "
              "{\"date\": \"2025-02-06\", \"closed\": true}], times to five minutes"};
    case FieldKind::kPoint:
      return {is_point, "a GeoJSON Point, longitude and latitude in degrees"};
    case FieldKind::kReference:
      return {is_reference, "an id"};
    case FieldKind::kReferences:
      return {[](const Value& v) { return is_list_of(v, is_reference); }, "a list of ids"};
    case FieldKind::kEntities:
      return {[](const Value& v) { return is_list_of(v, is_urn); }, "a list of entity ids"};
    case FieldKind::kParts:
      return {is_parts, "an object or a list of objects"};
  }
  return {is_text, "a text"};
}

Result<std::vector<std::string>> read_texts(const Value& body, std::string_view name) {
  std::vector<std::string> texts;
  const auto list = body.find(name);
  if (!list) return texts;
  if (!is_list_of(*list, is_text)) {
    return fail(Code::kUnprocessable, "expected a list of texts", std::string(name));
  }
  for (const Value text : list->elements()) texts.emplace_back(*text.as_string());
  return texts;
}

void write_texts(json::Writer& out, const std::vector<std::string>& texts) {
  out.begin_array();
  for (const std::string& text : texts) out.string(text);
  out.end_array();
}

// Relationships: ids of items become ids of entities.
void write_objects(json::Writer& out, const FieldSpec& field, const Value& value) {
  const KindSpec* const target = find_kind(field.target);
  const auto write = [&](const Value& id) {
    out.string(target == nullptr ? std::string(*id.as_string())
                                 : entity_id(*target, *id.as_string()));
  };
  if (!value.is_array()) return write(value);
  out.begin_array();
  for (const Value id : value.elements()) write(id);
  out.end_array();
}

void write_value(json::Writer& out, const FieldSpec& field, const Value& value) {
  switch (field.kind) {
    case FieldKind::kLocalised:
      out.member("type", "LanguageProperty").key("languageMap").value(value);
      return;
    case FieldKind::kPoint:
      out.member("type", "GeoProperty").key("value").value(value);
      return;
    case FieldKind::kReference:
    case FieldKind::kReferences:
    case FieldKind::kEntities:
      out.member("type", "Relationship").key("object");
      write_objects(out, field, value);
      return;
    case FieldKind::kParts:
    case FieldKind::kHours:
      out.member("type", "JsonProperty").key("json").value(value);
      return;
    default:
      out.member("type", "Property").key("value").value(value);
  }
}

// No empty relationship or list: the attribute is simply not there. A counter may have no hours.
bool is_nothing(const FieldSpec& field, const Value& value) {
  return field.kind != FieldKind::kHours && value.is_array() && value.size() == 0;
}

void write_attribute(json::Writer& out, const FieldSpec& field, const std::string& json,
                     bool example) {
  const auto parsed = json::Document::parse(json);
  if (!parsed || is_nothing(field, parsed->root())) return;
  out.key(field.term).begin_object();
  write_value(out, field, parsed->root());
  if (example) {
    out.key(kExampleTerm)
        .begin_object()
        .member("type", "Property")
        .member("value", true)
        .end_object();
  }
  out.end_object();
}

void write_list_property(json::Writer& out, std::string_view term,
                         const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.key(term).begin_object().member("type", "Property").key("value");
  write_texts(out, texts);
  out.end_object();
}

// The API's form of an attribute of an entity.
std::optional<std::string> read_attribute(const FieldSpec& field, const Value& attribute) {
  const char* const member =
      field.kind == FieldKind::kLocalised                                  ? "languageMap"
      : field.kind == FieldKind::kParts || field.kind == FieldKind::kHours ? "json"
      : field.kind == FieldKind::kReference || field.kind == FieldKind::kReferences ||
              field.kind == FieldKind::kEntities
          ? "object"
          : "value";
  const auto value = attribute.find(member);
  if (!value) return std::nullopt;
  const KindSpec* const target = find_kind(field.target);
  const auto id_of = [&](const Value& v) {
    const std::string_view full = v.as_string().value_or("");
    return std::string(target == nullptr ? full : item_id(*target, full));
  };
  std::string text;
  json::Writer out(text);
  const bool is_list = field.kind == FieldKind::kReferences || field.kind == FieldKind::kEntities ||
                       field.kind == FieldKind::kTexts;
  if (field.kind == FieldKind::kReference) {
    out.string(id_of(*value));
  } else if (is_list) {
    // One element may come back without its array.
    out.begin_array();
    if (value->is_array()) {
      for (const Value each : value->elements()) out.string(id_of(each));
    } else {
      out.string(id_of(*value));
    }
    out.end_array();
  } else {
    out.value(*value);
  }
  return text;
}

std::vector<std::string> list_property(const Value& entity, std::string_view term) {
  std::vector<std::string> texts;
  const auto attribute = entity.find(term);
  if (!attribute) return texts;
  const auto value = attribute->find("value");
  if (!value) return texts;
  if (const auto one = value->as_string()) texts.emplace_back(*one);
  for (const Value each : value->elements()) {
    if (const auto text = each.as_string()) texts.emplace_back(*text);
  }
  return texts;
}

Result<> check_offer(const Item& offer) {
  if (!offer.fields.contains("event")) return {};
  for (const char* needed : {"starts_at", "ends_at"}) {
    if (!offer.fields.contains(needed)) {
      return fail(Code::kUnprocessable, "an offer of an event needs its times", needed);
    }
  }
  return {};
}

// A day is an entity of its own beside the event's, named by its date.
Result<> check_days(const Value& event) {
  const auto days = event.find("days");
  if (!days) return {};
  for (const Value day : days->elements()) {
    const auto date = day.find("date");
    if (!date || !is_date(*date)) {
      return fail(Code::kUnprocessable, "each day needs a date like 2025-02-05", "days");
    }
  }
  return {};
}

}  // namespace

bool is_web_address(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) && text.size() <= 2'000 &&
         text.find_first_of(" \"<>\\^`{|}") == std::string_view::npos;
}

bool refers_to(const Item& item, const KindSpec& target, std::string_view id) {
  const auto names_it = [id](const Value& value) { return value.as_string() == id; };
  return std::ranges::any_of(item.kind->fields, [&](const FieldSpec& field) {
    const auto found = item.fields.find(field.name);
    if (field.target != target.path || found == item.fields.end()) return false;
    const auto document = json::Document::parse(found->second);
    if (!document) return false;
    for (const Value each : document->root().elements()) {
      if (names_it(each)) return true;
    }
    return names_it(document->root());
  });
}

bool Item::is_example(std::string_view field) const {
  return std::ranges::find(examples, field) != examples.end();
}

Result<Item> read_stored_item(const KindSpec& kind, std::string_view id, const Value& body) {
  if (!is_plain_id(id, kIdMax)) {
    return fail(Code::kUnprocessable, "an id has 1 to 100 of the characters a-z 0-9 -", "id");
  }
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  Item item{.kind = &kind, .id = std::string(id), .fields = {}, .examples = {}, .sources = {}};
  for (const auto [name, value] : body.members()) {
    if (name == "id" || name == "example" || name == "sources") continue;
    const FieldSpec* const field = kind.find(name);
    if (field == nullptr) {
      return fail(Code::kUnprocessable, "there is no such field", std::string(name));
    }
    const KindRule rule = rule_of(field->kind);
    if (!rule.holds(value)) {
      return fail(Code::kUnprocessable, fmt::format("expected {}", rule.expected),
                  std::string(name));
    }
    item.fields.emplace(name, json::to_text(value));
  }
  for (const FieldSpec& field : kind.fields) {
    const auto given = field.required ? body.find(field.name) : std::nullopt;
    if (field.required && (!given || is_nothing(field, *given))) {
      return fail(Code::kUnprocessable, "this field is needed", std::string(field.name));
    }
  }
  RV_ASSIGN(item.examples, read_texts(body, "example"));
  RV_ASSIGN(item.sources, read_texts(body, "sources"));
  return item;
}

Result<Item> read_item(const KindSpec& kind, std::string_view id, const Value& body) {
  RV_ASSIGN(Item item, read_stored_item(kind, id, body));
  if (kind.path == "offers") RV_TRY(check_offer(item));
  if (kind.path == "events") RV_TRY(check_days(body));
  return item;
}

std::string item_json(const Item& item) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", item.id);
  for (const auto& [name, json] : item.fields) out.key(name).raw(json);
  if (!item.examples.empty()) write_texts(out.key("example"), item.examples);
  if (!item.sources.empty()) write_texts(out.key("sources"), item.sources);
  out.end_object();
  return text;
}

std::string stamp_of(const Item& item) {
  return fmt::format("{:016x}", std::hash<std::string>{}(item_json(item)));
}

std::string to_entity(const Item& item) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", entity_id(*item.kind, item.id)).member("type", item.kind->type);
  for (const FieldSpec& field : item.kind->fields) {
    const auto found = item.fields.find(field.name);
    if (found == item.fields.end()) continue;
    write_attribute(out, field, found->second, item.is_example(field.name));
  }
  write_list_property(out, kExamplesTerm, item.examples);
  write_list_property(out, kSourcesTerm, item.sources);
  out.end_object();
  return text;
}

Result<Item> from_entity(const KindSpec& kind, const Value& entity) {
  const auto id = entity.find("id");
  const std::string_view own = id ? item_id(kind, id->as_string().value_or("")) : "";
  if (own.empty()) return fail(Code::kCorrupt, "this entity is not of the expected kind");
  Item item{.kind = &kind,
            .id = std::string(own),
            .fields = {},
            .examples = list_property(entity, kExamplesTerm),
            .sources = list_property(entity, kSourcesTerm)};
  for (const FieldSpec& field : kind.fields) {
    const auto attribute = entity.find(field.term);
    if (!attribute) continue;
    if (auto json = read_attribute(field, *attribute)) {
      item.fields.emplace(field.name, std::move(*json));
    }
  }
  return item;
}

}  // namespace revier::event
