// SPDX-License-Identifier: EUPL-1.2
#include "console/entity_rows.h"

#include <array>
#include <utility>

#include "console/geo_sketch.h"
#include "console/texts.h"
#include "json/json.h"

namespace revier::console {
namespace {

using ngsi::AttributeView;
using ngsi::Kind;
using web::Language;

constexpr std::size_t kLinesMax = 20;
constexpr int kSubLevelsMax = 8;
constexpr std::size_t kJsonShown = 16 * 1024;  // bytes of one value

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kUnits{{
    {"CEL", "°C"},
    {"P1", "%"},
    {"GQ", "µg/m³"},
    {"KMH", "km/h"},
    {"MTR", "m"},
    {"KMT", "km"},
    {"KWT", "kW"},
    {"KWH", "kWh"},
    {"WTT", "W"},
    {"59", "ppm"},
    {"LTR", "l"},
    {"MMT", "mm"},
    {"2N", "dB"},
    {"A97", "hPa"},
}};

std::string scalar_text(const json::Value& value, Language language) {
  switch (value.kind()) {
    case json::Kind::kString:
      return std::string(*value.as_string());
    case json::Kind::kBool:
      return std::string(web::text(language, *value.as_bool() ? texts::kDataYes : texts::kDataNo));
    case json::Kind::kDouble:
      return web::number(language, *value.as_number(), 6);
    default:
      return json::to_text(value);
  }
}

bool is_scalar(const json::Value& value) { return !value.is_object() && !value.is_array(); }

// A list of single values as lines; false where it is something else.
bool add_list(const json::Value& value, Language language, std::vector<ValueLine>& lines) {
  if (!value.is_array() || value.size() > kLinesMax) return false;
  for (const json::Value element : value.elements()) {
    if (!is_scalar(element)) return false;
  }
  for (const json::Value element : value.elements()) {
    lines.push_back({.key = {}, .text = scalar_text(element, language), .href = {}});
  }
  return true;
}

void add_plain(const json::Value& value, std::string_view text, Language language,
               AttributeRow& row) {
  if (is_scalar(value)) {
    row.is_number = value.is_number();
    row.lines.push_back({.key = {}, .text = scalar_text(value, language), .href = {}});
  } else if (!add_list(value, language, row.lines)) {
    row.json = indented_json(text.substr(0, kJsonShown));
  }
}

// One or several strings.
template <class Take>
void for_each_string(const json::Value& value, const Take& take) {
  if (const auto one = value.as_string()) take(*one);
  for (const json::Value element : value.elements()) {
    if (const auto text = element.as_string()) take(*text);
  }
}

void add_languages(const json::Value& value, AttributeRow& row) {
  for (const auto& [tag, text] : value.members()) {
    std::string all;
    for_each_string(text, [&](std::string_view part) {
      all += all.empty() ? "" : "; ";
      all += part;
    });
    row.lines.push_back({.key = std::string(tag), .text = std::move(all), .href = {}});
  }
}

void add_geometry(const json::Value& value, std::string_view text, Language language,
                  AttributeRow& row) {
  const auto type = value.find("type");
  const auto coordinates = value.find("coordinates");
  const std::string name = type ? scalar_text(*type, language) : std::string();
  std::vector<double> numbers;
  if (coordinates) {
    for (const json::Value part : coordinates->elements()) {
      if (const auto number = part.as_number()) numbers.push_back(*number);
    }
  }
  if (name != "Point" || numbers.size() < 2) {
    row.json = indented_json(text.substr(0, kJsonShown));
    if (coordinates) row.sketch = sketch_of(*coordinates);
    return;
  }
  const std::string latitude = web::number(language, numbers[1], 6);
  const std::string longitude = web::number(language, numbers[0], 6);
  row.lines.push_back({.key = {},
                       .text = web::text(language, texts::kDataPoint,
                                         {{"latitude", latitude}, {"longitude", longitude}}),
                       .href = {}});
}

void add_value(const AttributeView& attribute, const EntityWords& words, AttributeRow& row) {
  const auto document = json::Document::parse(attribute.value);
  if (!document) {
    row.json = std::string(attribute.value);
    return;
  }
  const json::Value value = document->root();
  switch (attribute.kind) {
    case Kind::kRelationship:
    case Kind::kListRelationship:
      for_each_string(value, [&](std::string_view id) {
        row.lines.push_back({.key = {}, .text = std::string(id), .href = words.href(id)});
      });
      return;
    case Kind::kLanguageProperty:
      return add_languages(value, row);
    case Kind::kVocabProperty:
      for_each_string(value, [&](std::string_view iri) {
        row.lines.push_back({.key = {}, .text = short_name(words.context, iri), .href = {}});
      });
      return;
    case Kind::kGeoProperty:
      return add_geometry(value, attribute.value, words.language, row);
    default:
      return add_plain(value, attribute.value, words.language, row);
  }
}

void add_rows(const ngsi::AttributeRange& attributes, const EntityWords& words,
              const std::string& path, int level, std::vector<AttributeRow>& rows) {
  for (const AttributeView& attribute : attributes) {
    AttributeRow row{.iri = words.names.iri(attribute.name),
                     .path = path,
                     .kind = std::string(ngsi::kind_name(attribute.kind)),
                     .unit = unit_text(attribute.unit_code),
                     .dataset_id = std::string(attribute.dataset_id)};
    row.name = short_name(words.context, row.iri);
    if (attribute.observed_at) {
      row.observed_at = web::date_time(words.language, *attribute.observed_at);
    }
    add_value(attribute, words, row);
    const std::string below = path + row.name + " › ";
    rows.push_back(std::move(row));
    if (level < kSubLevelsMax) add_rows(attribute.attributes(), words, below, level + 1, rows);
  }
}

void break_line(std::string& out, int depth) {
  out += '\n';
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

}  // namespace

std::vector<AttributeRow> attribute_rows(const ngsi::Entity& entity, const EntityWords& words) {
  std::vector<AttributeRow> rows;
  add_rows(entity.attributes(), words, {}, 0, rows);
  return rows;
}

std::string short_name(const jsonld::Context& context, std::string_view iri) {
  std::string name = context.compact_name(iri);
  if (name != iri) return name;
  const std::size_t last = iri.find_last_of("/#:");
  if (last == std::string_view::npos || last + 1 == iri.size()) return name;
  return std::string(iri.substr(last + 1));
}

std::string type_names(const ngsi::Entity& entity, const ngsi::Names& names,
                       const jsonld::Context& context) {
  std::string text;
  for (const ngsi::NameId type : entity.types()) {
    if (!text.empty()) text += ", ";
    text += short_name(context, names.iri(type));
  }
  return text;
}

std::string indented_json(std::string_view json) {
  std::string out;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      if (c == '"') in_string = false;
      continue;
    }
    const bool closes_empty = i != 0 && (json[i - 1] == '{' || json[i - 1] == '[');
    if ((c == '}' || c == ']') && --depth >= 0 && !closes_empty) break_line(out, depth);
    out += c;
    if (c == '"') in_string = true;
    if (c == ':') out += ' ';
    if (c == ',') break_line(out, depth);
    if (c != '{' && c != '[') continue;
    ++depth;
    const char next = i + 1 < json.size() ? json[i + 1] : '}';
    if (next != '}' && next != ']') break_line(out, depth);
  }
  return out;
}

std::string unit_text(std::string_view code) {
  for (const auto& [known, sign] : kUnits) {
    if (known == code) return std::string(sign) + " (" + std::string(code) + ")";
  }
  return std::string(code);
}

}  // namespace revier::console
