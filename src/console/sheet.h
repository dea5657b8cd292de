// SPDX-License-Identifier: EUPL-1.2
// A table for spreadsheet programs: defined once, written as CSV (csv.h) or as XLSX.
//
// XLSX: the head row stays in view, columns have their widths, dates are dates (Europe/Berlin).
// What people have typed is written as text, never as a formula.
//
// Thread safety: pure functions; to_xlsx() writes a temporary file without a name and blocks.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

namespace revier::console {

// Nothing, a text, a whole number, a time.
using SheetCell = std::variant<std::monostate, std::string, std::int64_t, Instant>;

struct SheetColumn {
  std::string title;
  int width = 20;  // in characters
};

struct Sheet {
  std::string name;  // of the sheet, and of the file without its ending
  std::vector<SheetColumn> columns;
  std::vector<std::vector<SheetCell>> rows;  // each as long as `columns`; at most 1,000,000
};

enum class SheetFormat : std::uint8_t { kCsv, kXlsx };

[[nodiscard]] std::string to_csv(const Sheet& sheet);
// Errors: kUnavailable without room for the temporary file; kTooLarge.
[[nodiscard]] Result<std::string> to_xlsx(const Sheet& sheet);

// The sheet as a file to save, never cached. Blocks for XLSX.
[[nodiscard]] Result<net::Response> sheet_response(const Sheet& sheet, SheetFormat format);

}  // namespace revier::console
