// SPDX-License-Identifier: EUPL-1.2
#include "console/csv.h"

namespace revier::console {

std::string csv_cell(std::string_view value) {
  const bool formula =
      !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
  // Numbers and times are no text, and no formula.
  if (!formula && !value.empty() &&
      value.find_first_not_of("0123456789 :.-") == std::string_view::npos) {
    return std::string(value);
  }
  std::string cell = formula ? "\"'" : "\"";
  for (const char c : value) {
    if (c == '"') cell += '"';
    cell += c;
  }
  cell += '"';
  return cell;
}

void append_csv_row(std::string& out, std::span<const std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ';';
    out += csv_cell(cells[i]);
  }
  out += "\r\n";
}

}  // namespace revier::console
