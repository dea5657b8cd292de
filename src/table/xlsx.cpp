// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "table/archive.h"
#include "table/detail/xml.h"
#include "table/table.h"

namespace revier::table {
namespace {

using detail::Attributes;

constexpr std::size_t kSharedMax = 1'000'000;

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// --- which file is the first sheet

Result<std::string> first_sheet(const Files& files) {
  std::string id;
  std::string target;
  const auto workbook = files.find("xl/workbook.xml");
  const auto relations = files.find("xl/_rels/workbook.xml.rels");
  if (workbook == files.end() || relations == files.end()) {
    return fail(Code::kUnprocessable, "the file is no XLSX");
  }
  const auto nothing = [](std::string_view) -> Result<> { return {}; };
  RV_TRY(detail::read_xml(workbook->second,
                          {.start = [&](std::string_view name, const Attributes& a) -> Result<> {
                             if (name == "sheet" && id.empty()) id = a.get("id");
                             return {};
                           },
                           .end = nothing,
                           .text = nothing}));
  RV_TRY(detail::read_xml(relations->second,
                          {.start = [&](std::string_view name, const Attributes& a) -> Result<> {
                             if (name == "Relationship" && a.get("Id") == id) {
                               target = a.get("Target");
                             }
                             return {};
                           },
                           .end = nothing,
                           .text = nothing}));
  if (target.starts_with('/')) return target.substr(1);
  return "xl/" + target;
}

// --- texts that cells refer to by number

Result<std::vector<std::string>> shared_texts(const Files& files, const Limits& limits) {
  std::vector<std::string> texts;
  const auto found = files.find("xl/sharedStrings.xml");
  if (found == files.end()) return texts;
  bool in_text = false;
  int reading_aid = 0;  // rPh: how a word is pronounced, not part of it
  RV_TRY(detail::read_xml(found->second,
                          {.start = [&](std::string_view name, const Attributes&) -> Result<> {
                             if (name == "si") texts.emplace_back();
                             if (name == "rPh") ++reading_aid;
                             in_text = name == "t" && reading_aid == 0;
                             if (texts.size() <= kSharedMax) return {};
                             return fail(Code::kTooLarge, "the file has too many texts");
                           },
                           .end = [&](std::string_view name) -> Result<> {
                             if (name == "rPh") --reading_aid;
                             in_text = false;
                             return {};
                           },
                           .text = [&](std::string_view text) -> Result<> {
                             if (!in_text || texts.empty()) return {};
                             texts.back() += text;
                             if (texts.back().size() <= limits.cell_bytes_max) return {};
                             return fail(Code::kTooLarge, "a text of the file is too long");
                           }}));
  return texts;
}

// --- which cell styles are dates

// Letters of a date outside of quotes, brackets and escapes.
bool is_date_format(std::string_view code) {
  bool quoted = false;
  bool bracket = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == ']')) {
      bracket = c == '[';
    } else if (!quoted && !bracket && std::string_view("ymdhsYMDHS").find(c) != std::string::npos) {
      return true;
    }
  }
  return false;
}

bool is_built_in_date(int format) {
  return (format >= 14 && format <= 22) || (format >= 45 && format <= 47);
}

// By the index that a cell's "s" names.
Result<std::vector<bool>> date_styles(const Files& files) {
  std::vector<bool> styles;
  const auto found = files.find("xl/styles.xml");
  if (found == files.end()) return styles;
  std::set<int> dates;
  bool in_cells = false;
  RV_TRY(detail::read_xml(found->second,
                          {.start = [&](std::string_view name, const Attributes& a) -> Result<> {
                             const int format = number_of<int>(a.get("numFmtId")).value_or(0);
                             if (name == "numFmt" && is_date_format(a.get("formatCode")))
                               dates.insert(format);
                             if (name == "cellXfs") in_cells = true;
                             if (name == "xf" && in_cells) {
                               styles.push_back(is_built_in_date(format) || dates.contains(format));
                             }
                             return {};
                           },
                           .end = [&](std::string_view name) -> Result<> {
                             if (name == "cellXfs") in_cells = false;
                             return {};
                           },
                           .text = [](std::string_view) -> Result<> { return {}; }}));
  return styles;
}

// Days since 1899-12-30 (the year 1900 of spreadsheets has a 29 February).
std::string date_text(double serial) {
  constexpr double kSerialMax = 2'958'466;  // 9999-12-31
  if (!(serial >= 0 && serial < kSerialMax)) return {};
  const auto minutes = static_cast<std::int64_t>(std::llround(serial * 1440));
  const std::int64_t days = minutes / 1440;
  const std::int64_t of_day = minutes % 1440;
  const std::string time = fmt::format("{:02}:{:02}", of_day / 60, of_day % 60);
  if (days == 0) return time;
  // Civil date from days since 1970-01-01 (H. Hinnant, "chrono-compatible date algorithms").
  const std::int64_t z = days - 25'569 + 719'468;
  const std::int64_t era = z / 146'097;
  const std::int64_t doe = z - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const std::string date =
      fmt::format("{:04}-{:02}-{:02}", year, month, doy - (153 * mp + 2) / 5 + 1);
  return of_day == 0 ? date : date + " " + time;
}

// --- the cells

// From "BC12": 54; nullopt for what is no cell.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (; letters < reference.size() && letters < 3; ++letters) {
    const char c = reference[letters];
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

class Sheet {
 public:
  Sheet(const Limits& limits, std::vector<std::string> texts, std::vector<bool> dates)
      : limits_(limits), texts_(std::move(texts)), dates_(std::move(dates)) {}

  Result<std::vector<Row>> read(std::string_view document) {
    RV_TRY(detail::read_xml(
        document, {.start = [this](std::string_view n, const Attributes& a) { return start(n, a); },
                   .end = [this](std::string_view n) { return end(n); },
                   .text = [this](std::string_view t) { return text(t); }}));
    return std::move(rows_);
  }

 private:
  Result<> start(std::string_view name, const Attributes& attributes) {
    if (name == "row") {
      ++line_;
      row_ = {.line = number_of<std::size_t>(attributes.get("r")).value_or(line_), .cells = {}};
      line_ = row_.line;
    } else if (name == "c") {
      column_ = column_of(attributes.get("r")).value_or(row_.cells.size());
      type_ = attributes.get("t");
      const auto style = number_of<std::size_t>(attributes.get("s"));
      is_date_ = style && *style < dates_.size() && dates_[*style];
      value_.clear();
      if (column_ >= limits_.cells_max) return too_large();
    }
    in_value_ = name == "v" || name == "t";
    return {};
  }

  Result<> text(std::string_view text) {
    if (!in_value_) return {};
    value_ += text;
    return value_.size() <= limits_.cell_bytes_max ? Result<>{} : too_large();
  }

  Result<> end(std::string_view name) {
    in_value_ = false;
    if (name == "c") {
      if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
      row_.cells[column_] = shown();
    } else if (name == "row") {
      // Cells that only have a format.
      while (!row_.cells.empty() && row_.cells.back().empty()) row_.cells.pop_back();
      if (row_.cells.empty()) return {};
      if (rows_.size() == limits_.rows_max) return too_large();
      rows_.push_back(std::move(row_));
    }
    return {};
  }

  // The value as the sheet's reader sees it; of an error nothing.
  std::string shown() const {
    if (type_ == "e") return {};
    if (type_ == "s") {
      const auto index = number_of<std::size_t>(value_);
      return index && *index < texts_.size() ? texts_[*index] : std::string();
    }
    const auto number = type_.empty() || type_ == "n" ? number_of<double>(value_) : std::nullopt;
    if (number && is_date_) return date_text(*number);
    if (number && std::abs(*number) < 1e15 && *number == std::trunc(*number)) {
      return fmt::format("{}", static_cast<std::int64_t>(*number));
    }
    return value_;
  }

  [[nodiscard]] tl::unexpected<Error> too_large() const {
    return fail(Code::kTooLarge,
                fmt::format("row {}: more cells, rows or text than are read", row_.line));
  }

  const Limits limits_;
  const std::vector<std::string> texts_;
  const std::vector<bool> dates_;
  std::vector<Row> rows_;
  Row row_;
  std::size_t line_ = 0;
  std::size_t column_ = 0;
  std::string type_;
  std::string value_;
  bool is_date_ = false;
  bool in_value_ = false;
};

}  // namespace

Result<std::vector<Row>> read_xlsx(std::string_view bytes, const Limits& limits) {
  RV_ASSIGN(const Files files, unpack(bytes, limits.unpacked_bytes_max, [](std::string_view name) {
              return name.starts_with("xl/") && (name.ends_with(".xml") || name.ends_with(".rels"));
            }));
  RV_ASSIGN(const std::string name, first_sheet(files));
  const auto sheet = files.find(name);
  if (sheet == files.end()) return fail(Code::kUnprocessable, "the file has no sheet");
  RV_ASSIGN(std::vector<std::string> texts, shared_texts(files, limits));
  RV_ASSIGN(std::vector<bool> dates, date_styles(files));
  return Sheet(limits, std::move(texts), std::move(dates)).read(sheet->second);
}

}  // namespace revier::table
