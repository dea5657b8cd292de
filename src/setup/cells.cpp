// SPDX-License-Identifier: EUPL-1.2
#include "setup/detail/cells.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.h"

namespace revier::setup::detail {
namespace {

// Digits at the begin of `text`, taken off it; nullopt where there are none or too many.
std::optional<int> take_number(std::string_view& text, std::size_t digits_max) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > digits_max) return std::nullopt;
  int number = 0;
  std::from_chars(text.data(), text.data() + digits, number);
  text.remove_prefix(digits);
  return number;
}

bool take_sign(std::string_view& text, std::string_view signs) {
  if (text.empty() || signs.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<std::string> read_day(std::string_view cell) {
  std::string_view rest = trimmed(cell);
  const auto first = take_number(rest, 4);
  if (!first) return std::nullopt;
  const bool german = !rest.empty() && rest.front() == '.';
  if (!take_sign(rest, german ? "." : "-")) return std::nullopt;
  const auto month = take_number(rest, 2);
  if (!month || !take_sign(rest, german ? "." : "-")) return std::nullopt;
  const auto last = take_number(rest, german ? 4 : 2);
  if (!last || (!rest.empty() && rest.front() != ' ')) return std::nullopt;
  const int year = german ? *last : *first;
  const int day = german ? *first : *last;
  if (year < 2000 || *month < 1 || *month > 12 || day < 1 || day > 31) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", year, *month, day);
}

std::optional<std::string> read_time(std::string_view cell) {
  std::string_view rest = trimmed(cell);
  if (rest.ends_with("Uhr")) rest = trimmed(rest.substr(0, rest.size() - 3));
  const auto hour = take_number(rest, 2);
  if (!hour) return std::nullopt;
  int minute = 0;
  if (take_sign(rest, ":.")) {
    const auto read = take_number(rest, 2);
    if (!read) return std::nullopt;
    minute = *read;
    if (rest.starts_with(":00")) rest.remove_prefix(3);
  }
  if (!rest.empty() || *hour > 23 || minute > 59) return std::nullopt;
  return fmt::format("{:02}:{:02}", *hour, minute);
}

bool read_yes(std::string_view cell) {
  const std::string text = lower_case(trimmed(cell));
  constexpr std::string_view kYes[] = {"ja", "yes", "x", "1", "true", "wahr"};
  return std::ranges::find(kYes, text) != std::end(kYes);
}

std::vector<std::string> read_list(std::string_view cell) {
  std::vector<std::string> parts;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find_first_of(";\n"), cell.size());
    if (const std::string_view part = trimmed(cell.substr(0, end)); !part.empty()) {
      parts.emplace_back(part);
    }
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return parts;
}

}  // namespace revier::setup::detail
