// SPDX-License-Identifier: EUPL-1.2
// Tables that people bring: CSV (RFC 4180) and XLSX (ECMA-376), read into rows of texts.
//
// CSV: UTF-8 with or without byte order mark; the separator is ';', ',' or TAB, whichever the first
// line has most of. XLSX: the first sheet; of a formula the value that was stored with it; dates as
// "2025-02-05", times as "09:30", both as "2025-02-05 09:30". No file is trusted: what is unpacked,
// how deep it nests and how much it holds is bounded.
//
// Thread safety: functions without state; a CsvReader by one thread at a time.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::table {

struct Row {
  std::size_t line = 0;  // in the file, from 1; of XLSX the number that the program shows
  std::vector<std::string> cells;
};

struct Limits {
  std::size_t rows_max = 100'000;
  std::size_t cells_max = 200;  // in a row
  std::size_t cell_bytes_max = 64 * 1024;
  std::size_t unpacked_bytes_max = std::size_t{64} << 20;  // of an XLSX, all parts together
};

// Takes a CSV in parts of any size and hands out its rows; empty lines are left out. Memory: one
// row. An error of `on_row` ends the reading with that error.
class CsvReader {
 public:
  using OnRow = std::function<Result<>(Row)>;
  CsvReader(Limits limits, OnRow on_row);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Errors: kUnprocessable (no UTF-8; field "quote": one that is never closed), kTooLarge. Messages
  // begin with "line N: ".
  [[nodiscard]] Result<> feed(std::string_view part);
  [[nodiscard]] Result<> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Errors: those of CsvReader.
[[nodiscard]] Result<std::vector<Row>> read_csv(std::string_view bytes, const Limits& limits = {});
// Errors: kUnprocessable for what is no XLSX, damaged or protected; kTooLarge.
[[nodiscard]] Result<std::vector<Row>> read_xlsx(std::string_view bytes, const Limits& limits = {});
// By the first bytes: XLSX is a ZIP archive. CSV as text_of() reads it. Errors: those of both;
// field "table" where the file is neither.
[[nodiscard]] Result<std::vector<Row>> read_table(std::string_view bytes,
                                                  const Limits& limits = {});

// A row of RFC 4180 with ';' between the cells and CRLF behind it. What a spreadsheet program would
// take for a formula is the caller's concern.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

// What is no UTF-8: Windows-1252, as German spreadsheet programs write plain "CSV".
[[nodiscard]] bool is_windows_text(std::string_view bytes);
// A text file as UTF-8. Errors: kUnprocessable, field "table", for a PDF or anything with NUL.
[[nodiscard]] Result<std::string> text_of(std::string_view bytes);

// UTF-8 (RFC 3629) without NUL.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace revier::table
