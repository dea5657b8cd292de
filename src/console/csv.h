// SPDX-License-Identifier: EUPL-1.2
// Tables for spreadsheet programs: UTF-8 with byte order mark, ';' between cells (what a German
// Excel opens by a double click), CRLF, quotes as in RFC 4180 around all text: a reader that parts
// cells by commas must not find the begin of a formula in the midst of one.
//
// A cell that a spreadsheet would take for a formula (it begins with = + - @ TAB CR) gets an
// apostrophe in front.
//
// Thread safety: pure functions.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace revier::console {

inline constexpr std::string_view kCsvType = "text/csv; charset=utf-8";
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[nodiscard]] std::string csv_cell(std::string_view value);
void append_csv_row(std::string& out, std::span<const std::string> cells);

}  // namespace revier::console
