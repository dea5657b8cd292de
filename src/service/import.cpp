// SPDX-License-Identifier: EUPL-1.2
#include "service/import.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/ascii.h"
#include "service/words.h"
#include "table/table.h"
#include "web/slug.h"

namespace revier::service {
namespace {

using json::Value;

constexpr std::size_t kRowsMax = kServicesMax + 1;
constexpr json::Limits kJsonLimits{
    .bytes_max = std::size_t{16} << 20, .depth_max = 8, .values_max = 1'000'000};

enum class CellKind : std::uint8_t {
  kPlain,
  kGerman,
  kEnglish,
  kGermanList,
  kEnglishList,
  kNumber,
  kLevel,
  kSituations,
  kDay,
  kList
};

// A column: the field that it fills, and what its head may say (folded, only letters and digits).
struct Column {
  std::string_view field;
  CellKind kind;
  std::array<std::string_view, 3> heads;
};
constexpr std::array kColumns = {
    Column{"id", CellKind::kPlain, {"id", "schlussel", "key"}},
    Column{"name", CellKind::kGerman, {"name", "name de", "bezeichnung"}},
    Column{"name", CellKind::kEnglish, {"name en", "name englisch", ""}},
    Column{"summary", CellKind::kGerman, {"summary", "zusammenfassung", "beschreibung"}},
    Column{"summary", CellKind::kEnglish, {"summary en", "zusammenfassung englisch", ""}},
    Column{"needs", CellKind::kGermanList, {"needs", "benotigt", "unterlagen"}},
    Column{"needs", CellKind::kEnglishList, {"needs en", "unterlagen englisch", ""}},
    Column{"fee", CellKind::kGerman, {"fee", "kosten", "gebuhr"}},
    Column{"fee", CellKind::kEnglish, {"fee en", "kosten englisch", ""}},
    Column{"days", CellKind::kNumber, {"days", "tage", "dauer in tagen"}},
    Column{"identity_level", CellKind::kLevel, {"identity level", "identitat", "nachweis"}},
    Column{"legal_basis", CellKind::kPlain, {"legal basis", "rechtsgrundlage", ""}},
    Column{"office", CellKind::kPlain, {"office", "zustandig", "amt"}},
    Column{"online_form", CellKind::kPlain, {"online form", "online", "formular"}},
    Column{"offer", CellKind::kPlain, {"offer", "termin", "angebot"}},
    Column{"situations", CellKind::kSituations, {"situations", "lebenslagen", "lebenslage"}},
    Column{"words", CellKind::kGermanList, {"words", "worter", "suchworter"}},
    Column{"words", CellKind::kEnglishList, {"words en", "worter englisch", ""}},
    Column{"easy_language", CellKind::kPlain, {"easy language", "leichte sprache", ""}},
    Column{"source", CellKind::kGerman, {"source", "quelle", ""}},
    Column{"source", CellKind::kEnglish, {"source en", "quelle englisch", ""}},
    Column{"as_of", CellKind::kDay, {"as of", "stand", "datum"}},
    Column{"example", CellKind::kList, {"example", "beispiel", ""}},
    Column{"sources", CellKind::kList, {"sources", "quellen", "links"}},
};

std::string head_of_column(std::string_view cell) {
  std::string head;
  for (const std::string& word : words_of(cell, 6)) head += (head.empty() ? "" : " ") + word;
  return head;
}

std::vector<std::string> list_of(std::string_view cell) {
  std::vector<std::string> parts;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find_first_of("|\n"), cell.size());
    if (const auto part = trimmed(cell.substr(0, end)); !part.empty()) {
      parts.emplace_back(part);
    }
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return parts;
}

// The level's name where it is one, or what people write for it.
std::string level_in(std::string_view cell) {
  const std::string text = head_of_column(cell);
  struct Saying {
    std::string_view text;
    IdentityLevel level;
  };
  constexpr std::array kSayings = {Saying{"ohne", IdentityLevel::kNone},
                                   Saying{"keine", IdentityLevel::kNone},
                                   Saying{"konto", IdentityLevel::kAccount},
                                   Saying{"benutzerkonto", IdentityLevel::kAccount},
                                   Saying{"online ausweis", IdentityLevel::kEid},
                                   Saying{"ausweis", IdentityLevel::kEid},
                                   Saying{"personlich", IdentityLevel::kInPerson},
                                   Saying{"in person", IdentityLevel::kInPerson},
                                   Saying{"vor ort", IdentityLevel::kInPerson}};
  const auto found = std::ranges::find(kSayings, text, &Saying::text);
  return std::string(found == kSayings.end() ? trimmed(cell) : to_string(found->level));
}

// Keys of situations, given as such or by their German or English label.
std::vector<std::string> situations_in(std::string_view cell) {
  std::vector<std::string> keys = list_of(cell);
  for (std::string& key : keys) {
    for (const Situation& each : situations()) {
      if (key == each.label.de || key == each.label.en) key = each.key;
    }
  }
  return keys;
}

// A number of `digits_max` digits at most at the begin of `text`, taken off it together with
// `sign`; 0 where there is none.
int take_number(std::string_view& text, std::size_t digits_max, char sign) {
  int number = 0;
  const char* const end = text.data() + std::min(text.size(), digits_max);
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc()) return 0;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (sign == '\0') return number;
  if (text.empty() || text.front() != sign) return 0;
  text.remove_prefix(1);
  return number;
}

// "2025-01-20" of that and of "20.1.2025"; whatever else it is as it is.
std::string day_in(std::string_view cell) {
  const std::string_view text = trimmed(cell);
  std::string_view rest = text;
  const int day = take_number(rest, 2, '.');
  const int month = day > 0 ? take_number(rest, 2, '.') : 0;
  const int year = month > 0 ? take_number(rest, 4, '\0') : 0;
  if (year < 1 || !rest.empty()) return std::string(text);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

// The fields of a service while a row is laid over them; JSON by name.
class Draft {
 public:
  explicit Draft(const event::Item* known) {
    if (known == nullptr) return;
    fields_ = known->fields;
    fields_["example"] = list_json(known->examples);
    fields_["sources"] = list_json(known->sources);
  }

  void take(const Column& column, std::string_view cell) {
    const std::string_view text = trimmed(cell);
    const std::string field(column.field);
    switch (column.kind) {
      case CellKind::kGerman:
      case CellKind::kEnglish:
        return take_localised(field, column.kind == CellKind::kGerman, quoted(text));
      case CellKind::kGermanList:
      case CellKind::kEnglishList:
        return take_localised(field, column.kind == CellKind::kGermanList,
                              list_json(list_of(cell)));
      case CellKind::kNumber:
        // What is no number is refused by the check of the service.
        return set(field, text, json::Document::parse(text) ? std::string(text) : quoted(text));
      case CellKind::kLevel:
        return set(field, text, quoted(level_in(cell)));
      case CellKind::kSituations:
        return set(field, text, list_json(situations_in(cell)));
      case CellKind::kDay:
        return set(field, text, quoted(day_in(cell)));
      case CellKind::kList:
        return set(field, text, list_json(example_list(field, cell)));
      case CellKind::kPlain:
        return set(field, text, quoted(text));
    }
  }

  [[nodiscard]] std::string json(std::string_view id) {
    close_languages();
    std::string text;
    json::Writer out(text);
    out.begin_object().member("id", id);
    for (const auto& [name, value] : fields_) out.key(name).raw(value);
    out.end_object();
    return text;
  }

 private:
  static std::string quoted(std::string_view text) {
    std::string out;
    json::append_quoted(out, text);
    return out;
  }
  static std::string list_json(const std::vector<std::string>& texts) {
    std::string text;
    json::Writer out(text);
    out.begin_array();
    for (const std::string& each : texts) out.string(each);
    out.end_array();
    return text;
  }
  // "ja" says that the whole service is an example.
  static std::vector<std::string> example_list(const std::string& field, std::string_view cell) {
    std::vector<std::string> list = list_of(cell);
    const bool whole =
        field == "example" && list.size() == 1 && (list[0] == "ja" || list[0] == "yes");
    return whole ? std::vector<std::string>{"service"} : list;
  }
  void set(const std::string& field, std::string_view cell, std::string value) {
    if (cell.empty()) {
      fields_.erase(field);
    } else {
      fields_[field] = std::move(value);
    }
  }
  void take_localised(const std::string& field, bool german, std::string value) {
    languages_[field][german ? 0 : 1] = std::move(value);
  }
  static bool is_nothing(const std::string& value) {
    return value.empty() || value == "\"\"" || value == "[]";
  }
  // Both languages of what the row names; what it does not name stays.
  void close_languages() {
    for (auto& [field, texts] : languages_) {
      const auto known = fields_.find(field);
      const auto document = known == fields_.end()
                                ? Result<json::Document>(fail(Code::kResourceNotFound, ""))
                                : json::Document::parse(known->second);
      for (const std::size_t n : {0U, 1U}) {
        if (!texts[n].empty() || !document) continue;
        if (const auto old = document->root().find(n == 0 ? "de" : "en")) {
          texts[n] = json::to_text(*old);
        }
      }
      if (is_nothing(texts[0])) {
        fields_.erase(field);
        continue;
      }
      if (is_nothing(texts[1])) texts[1] = texts[0];
      fields_[field] = fmt::format(R"({{"de":{},"en":{}}})", texts[0], texts[1]);
    }
    languages_.clear();
  }

  std::map<std::string, std::string, std::less<>> fields_;
  std::map<std::string, std::array<std::string, 2>, std::less<>> languages_;
};

class Planner {
 public:
  explicit Planner(const Catalogue& current) : current_(current) {}

  // `body`: a service in the form of the API.
  void add(std::size_t line, std::string id, std::string name, const Result<json::Document>& body) {
    ImportRow row{.line = line, .id = std::move(id), .name = std::move(name)};
    if (!body) {
      row.reason = body.error().message;
    } else if (!seen_.insert(row.id).second) {
      row.field = "id";
      row.reason = "the same id stands in a row before";
    } else if (auto item = read_service_item(row.id, body->root()); !item) {
      row.field = item.error().field;
      row.reason = item.error().message;
    } else {
      const event::Item* const known = current_.item(row.id);
      row.outcome = known == nullptr         ? Outcome::kNew
                    : is_same(*known, *item) ? Outcome::kSame
                                             : Outcome::kChanged;
      if (row.outcome != Outcome::kSame) plan.items.push_back(std::move(*item));
    }
    plan.rows.push_back(std::move(row));
  }

  ImportPlan plan;

 private:
  static bool is_same(const event::Item& a, const event::Item& b) {
    return a.fields == b.fields && a.examples == b.examples && a.sources == b.sources;
  }

  const Catalogue& current_;
  std::set<std::string, std::less<>> seen_;
};

std::string german_name(const Value& service) {
  const auto name = service.find("name");
  const auto german = name ? name->find("de") : std::nullopt;
  return german ? std::string(german->as_string().value_or("")) : std::string();
}

Result<ImportPlan> plan_json(std::string_view file, const Catalogue& current) {
  RV_ASSIGN(const json::Document document, json::Document::parse(file, kJsonLimits));
  if (!document.root().is_array()) {
    return fail(Code::kUnprocessable, "expected a list of services: [{\"id\": ...}, ...]");
  }
  if (document.root().size() == 0) return fail(Code::kUnprocessable, "no services", "rows");
  if (document.root().size() > kServicesMax) return fail(Code::kTooLarge, "too many services");
  Planner planner(current);
  std::size_t number = 0;
  for (const Value service : document.root().elements()) {
    const auto given = service.find("id");
    std::string name = german_name(service);
    std::string id(given ? given->as_string().value_or("") : web::slug(name));
    planner.add(++number, std::move(id), std::move(name),
                json::Document::parse(json::to_text(service)));
  }
  return std::move(planner.plan);
}

// The columns of a head; nullptr where nothing is read from one.
std::vector<const Column*> columns_of(const table::Row& head) {
  std::vector<const Column*> columns;
  for (const std::string& cell : head.cells) {
    const std::string text = head_of_column(cell);
    const auto found = std::ranges::find_if(kColumns, [&](const Column& column) {
      return !text.empty() && std::ranges::find(column.heads, text) != column.heads.end();
    });
    columns.push_back(found == kColumns.end() ? nullptr : &*found);
  }
  return columns;
}

Result<> check_columns(const std::vector<const Column*>& columns) {
  const auto has = [&](std::string_view field) {
    return std::ranges::any_of(columns, [&](const Column* column) {
      return column != nullptr && column->field == field && column->kind != CellKind::kEnglish;
    });
  };
  if (has("id") || has("name")) return {};
  return fail(Code::kUnprocessable, "id, name", "columns");
}

std::string cell_of(const table::Row& row, const std::vector<const Column*>& columns,
                    std::string_view field) {
  for (std::size_t n = 0; n < columns.size() && n < row.cells.size(); ++n) {
    if (columns[n] != nullptr && columns[n]->field == field &&
        columns[n]->kind != CellKind::kEnglish) {
      return std::string(trimmed(row.cells[n]));
    }
  }
  return {};
}

Result<ImportPlan> plan_table(std::string_view file, const Catalogue& current) {
  RV_ASSIGN(const std::vector<table::Row> rows, table::read_table(file, {.rows_max = kRowsMax}));
  if (rows.size() < 2) return fail(Code::kUnprocessable, "no rows", "rows");
  const std::vector<const Column*> columns = columns_of(rows.front());
  RV_TRY(check_columns(columns));
  Planner planner(current);
  for (std::size_t n = 0; n < columns.size(); ++n) {
    if (columns[n] == nullptr) planner.plan.other_columns.push_back(rows.front().cells[n]);
  }
  for (const table::Row& row : std::span(rows).subspan(1)) {
    std::string name = cell_of(row, columns, "name");
    std::string id = cell_of(row, columns, "id");
    if (id.empty()) id = web::slug(name);
    const event::Item* const known = current.item(id);
    if (name.empty() && known != nullptr) name = read_service(*known).name.de;
    Draft draft(known);
    for (std::size_t n = 0; n < columns.size(); ++n) {
      if (columns[n] == nullptr || columns[n]->field == "id") continue;
      draft.take(*columns[n], n < row.cells.size() ? row.cells[n] : "");
    }
    const auto body = json::Document::parse(draft.json(id));
    planner.add(row.line, std::move(id), std::move(name), body);
  }
  return std::move(planner.plan);
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 4> kNames = {"new", "changed", "same", "refused"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::size_t ImportPlan::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(rows, outcome, &ImportRow::outcome));
}

Result<ImportPlan> plan_import(std::string_view file, const Catalogue& current) {
  const std::size_t first = file.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_json =
      first != std::string_view::npos && (file[first] == '[' || file[first] == '{');
  return is_json ? plan_json(file.substr(first), current) : plan_table(file, current);
}

std::string report_json(const ImportPlan& plan, bool written) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("written", written);
  for (const Outcome outcome :
       {Outcome::kNew, Outcome::kChanged, Outcome::kSame, Outcome::kRefused}) {
    out.member(to_string(outcome), static_cast<std::int64_t>(plan.count(outcome)));
  }
  out.key("rows").begin_array();
  for (const ImportRow& row : plan.rows) {
    out.begin_object()
        .member("line", static_cast<std::int64_t>(row.line))
        .member("id", row.id)
        .member("name", row.name)
        .member("outcome", to_string(row.outcome));
    if (row.outcome == Outcome::kRefused) {
      if (!row.field.empty()) out.member("field", row.field);
      out.member("reason", row.reason);
    }
    out.end_object();
  }
  out.end_array().key("other_columns").begin_array();
  for (const std::string& column : plan.other_columns) out.string(column);
  out.end_array().end_object();
  return text;
}

std::string items_json(const std::vector<event::Item>& items) {
  std::string text = "[";
  for (const event::Item& item : items) {
    if (text.size() > 1) text += ',';
    text += event::item_json(item);
  }
  return text + "]";
}

Result<std::vector<event::Item>> items_from_json(std::string_view text) {
  RV_ASSIGN(const json::Document document, json::Document::parse(text, kJsonLimits));
  std::vector<event::Item> items;
  for (const Value service : document.root().elements()) {
    RV_ASSIGN(event::Item item, read_service_item(service.text("id"), service));
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace revier::service
