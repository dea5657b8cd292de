// SPDX-License-Identifier: EUPL-1.2
#include "console/sheet.h"

#include <xlsxwriter.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>

#include "base/utf8.h"
#include "console/csv.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

constexpr std::size_t kRowsMax = 1'000'000;
constexpr std::size_t kTextBytesMax = 32'000;  // Excel: 32,767 characters a cell
constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// "2025-01-20 09:30": spreadsheet programs of all languages read it as a time.
std::string sheet_time(Instant instant) {
  return web::iso_date(instant) + " " + web::iso_time(instant);
}

std::string text_of(const SheetCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* instant = std::get_if<Instant>(&cell)) return sheet_time(*instant);
  return {};
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
// A file without a name, gone when it is closed.
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

// The writing library wants a name.
std::string name_of(const TemporaryFile& file) {
  return "/proc/self/fd/" + std::to_string(::fileno(file.get()));
}

std::string content_of(const TemporaryFile& file) {
  std::string content;
  std::array<char, 65'536> part{};
  if (std::fseek(file.get(), 0, SEEK_SET) != 0) return content;
  for (std::size_t got = 1; got > 0;) {
    got = std::fread(part.data(), 1, part.size(), file.get());
    content.append(part.data(), got);
  }
  return content;
}

lxw_datetime local_time(Instant instant) {
  const std::string date = web::iso_date(instant);
  const std::string time = web::iso_time(instant);
  const auto number = [](std::string_view text, std::size_t at, std::size_t length) {
    int value = 0;
    const char* begin = text.data() + std::min(at, text.size());
    std::from_chars(begin, text.data() + std::min(at + length, text.size()), value);
    return value;
  };
  return {number(date, 0, 4), number(date, 5, 2), number(date, 8, 2),
          number(time, 0, 2), number(time, 3, 2), static_cast<double>(number(time, 6, 2))};
}

struct Formats {
  lxw_format* head;
  lxw_format* time;
};

void write_cell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const SheetCell& cell,
                const Formats& formats) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    const std::string part(cut_to_bytes(*text, kTextBytesMax));
    worksheet_write_string(sheet, row, column, part.c_str(), nullptr);
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    worksheet_write_number(sheet, row, column, static_cast<double>(*number), nullptr);
  } else if (const auto* instant = std::get_if<Instant>(&cell)) {
    lxw_datetime time = local_time(*instant);
    worksheet_write_datetime(sheet, row, column, &time, formats.time);
  }
}

void fill(lxw_worksheet* page, const Sheet& sheet, const Formats& formats) {
  lxw_col_t column = 0;
  for (const SheetColumn& head : sheet.columns) {
    worksheet_set_column(page, column, column, head.width, nullptr);
    worksheet_write_string(page, 0, column++, head.title.c_str(), formats.head);
  }
  worksheet_freeze_panes(page, 1, 0);
  lxw_row_t row = 1;
  for (const auto& cells : sheet.rows) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      write_cell(page, row, static_cast<lxw_col_t>(i), cells[i], formats);
    }
    ++row;
  }
}

}  // namespace

std::string to_csv(const Sheet& sheet) {
  std::string out(kByteOrderMark);
  std::vector<std::string> cells;
  for (const SheetColumn& column : sheet.columns) cells.push_back(column.title);
  append_csv_row(out, cells);
  for (const auto& row : sheet.rows) {
    cells.clear();
    for (const SheetCell& cell : row) cells.push_back(text_of(cell));
    append_csv_row(out, cells);
  }
  return out;
}

Result<std::string> to_xlsx(const Sheet& sheet) {
  if (sheet.rows.size() > kRowsMax) return fail(Code::kTooLarge, "too many rows: use CSV");
  const TemporaryFile file(std::tmpfile());
  if (file == nullptr) return fail(Code::kUnavailable, "no room for a temporary file");
  lxw_workbook_options options{
      .constant_memory = LXW_FALSE, .tmpdir = nullptr, .use_zip64 = LXW_FALSE};
  lxw_workbook* book = workbook_new_opt(name_of(file).c_str(), &options);
  if (book == nullptr) return fail(Code::kUnavailable, "not enough memory for the file");
  const std::string name = sheet.name.substr(0, 31);
  lxw_worksheet* page = workbook_add_worksheet(book, name.c_str());
  Formats formats{workbook_add_format(book), workbook_add_format(book)};
  format_set_bold(formats.head);
  format_set_num_format(formats.time, "yyyy-mm-dd hh:mm");
  if (page != nullptr) fill(page, sheet, formats);
  // Frees the book in every case.
  if (workbook_close(book) != LXW_NO_ERROR || page == nullptr) {
    return fail(Code::kUnavailable, "the file could not be written");
  }
  return content_of(file);
}

Result<net::Response> sheet_response(const Sheet& sheet, SheetFormat format) {
  const bool csv = format == SheetFormat::kCsv;
  std::string body;
  if (csv) {
    body = to_csv(sheet);
  } else {
    RV_ASSIGN(body, to_xlsx(sheet));
  }
  net::Response response =
      net::Response::text(200, std::string(csv ? kCsvType : kXlsxType), std::move(body));
  response.compressible = csv;
  return std::move(response)
      .header("Content-Disposition",
              "attachment; filename=\"" + sheet.name + (csv ? ".csv\"" : ".xlsx\""))
      .header("Cache-Control", "no-store")
      .header("X-Content-Type-Options", "nosniff");
}

}  // namespace revier::console
