// SPDX-License-Identifier: EUPL-1.2
#include "validation/detail/format.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/ascii.h"

namespace revier::validation::detail {
namespace {

bool is_hex(char c) { return hex_value(c) >= 0; }

// Takes `count` digits; -1 where they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    if (!is_digit(c)) return -1;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

// RFC 3339: full-date
bool take_date(std::string_view& text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, "-")) return false;
  const int month = take_digits(text, 2);
  if (month < 0 || !take(text, "-")) return false;
  const int day = take_digits(text, 2);
  if (day < 0) return false;
  return std::chrono::year_month_day{std::chrono::year{year},
                                     std::chrono::month{static_cast<unsigned>(month)},
                                     std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

bool take_clock(std::string_view& text) {
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ":")) return false;
  const int minute = take_digits(text, 2);
  return minute >= 0 && minute <= 59;
}

// RFC 3339: full-time
bool take_time(std::string_view& text) {
  if (!take_clock(text) || !take(text, ":")) return false;
  const int second = take_digits(text, 2);
  if (second < 0 || second > 60) return false;
  if (take(text, ".")) {
    if (text.empty() || !is_digit(text.front())) return false;
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  if (take(text, "Zz")) return true;
  return take(text, "+-") && take_clock(text);
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool two = at != text.npos && at > 0 && at + 1 < text.size();
  return two && text.find('@', at + 1) == text.npos && text.find_first_of(" \t\r\n") == text.npos;
}

// RFC 3986: a scheme, and no sign that a URI cannot have.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !is_letter(text.front())) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool plain = std::ranges::all_of(
      scheme, [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
  return plain && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' ||
                  std::string_view("<>\"{}|\\^`").find(c) != std::string_view::npos;
         });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t size = std::min(text.find('.'), text.size());
    std::string_view digits = text.substr(0, size);
    if (size == 0 || size > 3 || (size > 1 && digits.front() == '0')) return false;
    const int number = take_digits(digits, size);
    if (number < 0 || number > 255) return false;
    text.remove_prefix(size);
    if (part < 3 && !take(text, ".")) return false;
  }
  return text.empty();
}

constexpr std::array<std::pair<std::string_view, Format>, 8> kFormats = {{
    {"date-time", Format::kDateTime},
    {"date", Format::kDate},
    {"time", Format::kTime},
    {"email", Format::kEmail},
    {"idn-email", Format::kEmail},
    {"uri", Format::kUri},
    {"uuid", Format::kUuid},
    {"ipv4", Format::kIpv4},
}};

}  // namespace

Format format_named(std::string_view name) {
  const auto* const at =
      std::ranges::find(kFormats, name, &std::pair<std::string_view, Format>::first);
  return at == kFormats.end() ? Format::kNone : at->second;
}

bool has_format(std::string_view text, Format format) {
  switch (format) {
    case Format::kDateTime:
      return take_date(text) && take(text, "Tt") && take_time(text) && text.empty();
    case Format::kDate:
      return take_date(text) && text.empty();
    case Format::kTime:
      return take_time(text) && text.empty();
    case Format::kEmail:
      return is_email(text);
    case Format::kUri:
      return is_uri(text);
    case Format::kUuid:
      return is_uuid(text);
    case Format::kIpv4:
      return is_ipv4(text);
    case Format::kNone:
      return true;
  }
  return true;
}

}  // namespace revier::validation::detail
