// SPDX-License-Identifier: EUPL-1.2
#include "transfer/detail/columns.h"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "ngsi/parse.h"

namespace revier::transfer::detail {
namespace {

constexpr std::string_view kLanguageMap = ".languageMap.";

// What an attribute's members are called behind its name, and the type they make it.
struct Member {
  std::string_view name;  // in the entity
  std::string_view suffix;
  std::string_view type;
};
constexpr Member kMembers[] = {{"unitCode", ".unitCode", ""},
                               {"observedAt", ".observedAt", ""},
                               {"value", ".geometry", "GeoProperty"},
                               {"object", ".object", "Relationship"},
                               {"vocab", ".vocab", "VocabProperty"},
                               {"json", ".json", "JsonProperty"},
                               {"valueList", ".valueList", "ListProperty"},
                               {"objectList", ".objectList", "ListRelationship"}};

bool may_be_json(std::string_view cell) {
  return !cell.empty() &&
         std::string_view("-0123456789tf[{\"").find(cell.front()) != std::string_view::npos;
}

// The JSON that stands in a cell, or its text as a JSON string.
std::string json_of(std::string_view cell) {
  if (may_be_json(cell)) {
    if (const auto document = json::Document::parse(cell)) return json::to_text(document->root());
  }
  std::string out;
  json::append_quoted(out, cell);
  return out;
}

// No spreadsheet program takes it for a formula, and it is what is left of it when it is trimmed.
bool is_plain(std::string_view text) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  };
  return !text.empty() && trimmed(text) == text && std::ranges::none_of(text, is_control) &&
         std::string_view("=+-@'\"").find(text.front()) == std::string_view::npos;
}

// So that json_of() of it is the value again.
std::string cell_of(const json::Value& value) {
  const auto text = value.as_string();
  std::string quoted = json::to_text(value);
  if (!text) return quoted;
  return is_plain(*text) && json_of(*text) == quoted ? std::string(*text) : quoted;
}

// The same for columns of texts only: there nothing but a quote begins JSON.
std::string text_cell(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted;
  json::append_quoted(quoted, text);
  return quoted;
}
std::string text_of(std::string_view cell) {
  if (cell.starts_with('"')) {
    const auto document = json::Document::parse(cell);
    const auto text = document ? document->root().as_string() : std::nullopt;
    if (text) return std::string(*text);
  }
  return std::string(cell);
}

std::optional<double> coordinate(std::string_view cell) {
  const auto document = json::Document::parse(cell);
  return document ? document->root().as_number() : std::nullopt;
}

}  // namespace

Result<std::string> entity_id(std::string_view type, std::string_view id) {
  if (id.empty()) return fail(Code::kUnprocessable, "the id is missing");
  if (id.find(':') != std::string_view::npos && ngsi::check_uri(id, "the id")) {
    return std::string(id);
  }
  const std::string made = fmt::format("urn:ngsi-ld:{}:{}", type, id);
  if (const auto good = ngsi::check_uri(made, "the id"); !good) {
    return fail(Code::kUnprocessable, good.error().message);
  }
  return made;
}

Result<Columns> Columns::read(const std::vector<std::string>& header, Defaults defaults) {
  Columns out;
  out.defaults_ = std::move(defaults);
  const std::string& id_name = out.defaults_.id_column;
  bool has_id = false;
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view name = trimmed(header[i]);
    if (name.empty())
      return fail(Code::kUnprocessable, fmt::format("column {} has no name", i + 1));
    if (std::ranges::find(seen, name) != seen.end()) {
      return fail(Code::kUnprocessable, fmt::format("there are two columns {}", name));
    }
    seen.push_back(name);
    Column column;
    if (name == id_name) {
      out.id_ = i;
      has_id = true;
    } else if (name == "type") {
      out.type_ = i;
    } else if (name == "latitude") {
      out.latitude_ = i;
    } else if (name == "longitude") {
      out.longitude_ = i;
    } else if (const auto at = name.find(kLanguageMap); at != std::string_view::npos && at > 0) {
      column = {std::string(name.substr(0, at)), "languageMap",
                std::string(name.substr(at + kLanguageMap.size()))};
    } else {
      const auto* found = std::ranges::find_if(kMembers, [&](const Member& member) {
        return name.size() > member.suffix.size() && name.ends_with(member.suffix);
      });
      const bool plain = found == std::end(kMembers);
      column = {std::string(name.substr(0, name.size() - (plain ? 0 : found->suffix.size()))),
                std::string(plain ? "" : found->suffix), ""};
    }
    out.columns_.push_back(std::move(column));
  }
  if (!has_id) {
    return fail(
        Code::kUnprocessable,
        fmt::format("there is no column \"{}\" with the ids; name another by --id", id_name));
  }
  return out;
}

namespace {

// An attribute that several columns make together.
struct Building {
  std::string type;
  std::string members;    // ,"value":21.5
  std::string languages;  // "de":"Rathaus"
};

void add_cell(Building& building, std::string_view suffix, std::string_view language,
              std::string_view cell) {
  if (!language.empty()) {
    building.type = "LanguageProperty";
    if (!building.languages.empty()) building.languages += ',';
    json::append_quoted(building.languages, language);
    building.languages += ':';
    json::append_quoted(building.languages, text_of(cell));
    return;
  }
  const auto* member = std::ranges::find(kMembers, suffix, &Member::suffix);
  if (member == std::end(kMembers)) {
    building.members += ",\"value\":" + json_of(cell);
    return;
  }
  if (!member->type.empty()) building.type = member->type;
  building.members += fmt::format(",\"{}\":", member->name);
  if (member->type.empty()) {
    json::append_quoted(building.members, text_of(cell));
  } else {
    building.members += json_of(cell);
  }
}

void write(json::Writer& out, const std::string& name, const Building& building) {
  std::string text =
      fmt::format(R"({{"type":"{}")", building.type.empty() ? "Property" : building.type);
  text += building.members;
  if (!building.languages.empty()) text += ",\"languageMap\":{" + building.languages + "}";
  out.key(name).raw(text + "}");
}

}  // namespace

Result<std::string> Columns::entity(const std::vector<std::string>& cells) const {
  if (cells.size() > columns_.size()) {
    return fail(Code::kUnprocessable,
                fmt::format("there are {} cells, but {} columns", cells.size(), columns_.size()));
  }
  const auto cell = [&](std::size_t at) {
    return at < cells.size() ? trimmed(cells[at]) : std::string_view();
  };
  std::string type(cell(type_));
  if (type.empty()) type = defaults_.type;
  if (type.empty()) return fail(Code::kUnprocessable, "the type is missing; name one by --type");
  RV_ASSIGN(const std::string id, entity_id(type, cell(id_)));
  std::map<std::string, Building> attributes;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& column = columns_[i];
    if (column.attribute.empty() || cell(i).empty()) continue;
    add_cell(attributes[column.attribute], column.member, column.language, cell(i));
  }
  if (!cell(latitude_).empty() || !cell(longitude_).empty()) {
    const auto latitude = coordinate(cell(latitude_));
    const auto longitude = coordinate(cell(longitude_));
    if (!latitude || !longitude) {
      return fail(Code::kUnprocessable, "latitude and longitude are numbers like 51.5388");
    }
    attributes["location"] = {
        "GeoProperty",
        fmt::format(R"(,"value":{{"type":"Point","coordinates":[{},{}]}})", *longitude, *latitude),
        ""};
  }
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", id).member("type", type);
  for (const auto& [name, building] : attributes) write(out, name, building);
  out.end_object();
  return text;
}

// --- writing

namespace {

using Take = std::function<void(std::string column, std::string cell)>;

// The columns that one instance of an attribute fills; false where something of it has none.
bool take_attribute(std::string_view name, const json::Value& attribute, const Take& take) {
  const std::string_view type = attribute.text("type");
  bool whole = true;
  for (const auto& [key, value] : attribute.members()) {
    if (key == "type") continue;
    if (key == "languageMap") {
      for (const auto& [language, text] : value.members()) {
        take(fmt::format("{}{}{}", name, kLanguageMap, language),
             text.is_string() ? text_cell(*text.as_string()) : json::to_text(text));
      }
      continue;
    }
    const auto* member = std::ranges::find_if(kMembers, [&](const Member& m) {
      return m.name == key && (m.type.empty() || m.type == type);
    });
    if (member != std::end(kMembers)) {
      const std::string text(value.as_string().value_or(""));
      take(fmt::format("{}{}", name, member->suffix),
           member->type.empty() ? text_cell(text) : cell_of(value));
    } else if (key == "value" && type == "Property") {
      take(std::string(name), cell_of(value));
    } else {
      whole = false;
    }
  }
  return whole;
}

// All columns of an entity; how many attributes, or parts of them, have none.
std::uint64_t take_entity(const json::Value& entity, const Take& take) {
  std::uint64_t left_out = 0;
  for (const auto& [name, value] : entity.members()) {
    if (name == "@context") continue;
    if (name == "id" || name == "type") {
      if (const auto text = value.as_string()) {
        take(std::string(name), std::string(*text));
      } else {
        ++left_out;  // several types
        take(std::string(name), std::string(value.first_or_self().as_string().value_or("")));
      }
    } else if (!value.is_object() || !take_attribute(name, value, take)) {
      ++left_out;
    }
  }
  return left_out;
}

}  // namespace

void ColumnSet::note(std::string name) {
  if (index_.size() < kMax) {
    index_.try_emplace(std::move(name), index_.size());
  } else if (!index_.contains(name)) {
    full_ = true;
  }
}

void ColumnSet::add(const json::Value& entity) {
  if (index_.empty()) {
    note("id");
    note("type");
  }
  take_entity(entity, [this](std::string column, const std::string&) { note(std::move(column)); });
}

std::vector<std::string> ColumnSet::header() const {
  std::vector<std::string> names(index_.size());
  for (const auto& [name, at] : index_) names[at] = name;
  return names;
}

std::vector<std::string> ColumnSet::row(const json::Value& entity, std::uint64_t& left_out) const {
  std::vector<std::string> cells(index_.size());
  left_out += take_entity(entity, [&](const std::string& column, std::string cell) {
    const auto found = index_.find(column);
    if (found == index_.end()) {
      ++left_out;
    } else {
      cells[found->second] = std::move(cell);
    }
  });
  return cells;
}

}  // namespace revier::transfer::detail
