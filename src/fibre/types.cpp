// SPDX-License-Identifier: EUPL-1.2
#include "fibre/types.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include <fmt/format.h>

#include "base/ascii.h"

namespace revier::fibre {
namespace {

constexpr std::int32_t kNumberMax = 9'999;
constexpr int kYearMin = 1990;
constexpr int kYearMax = 2100;

// Takes a number of `digits_min` to `digits_max` digits off the begin.
std::optional<int> take_number(std::string_view& text, std::size_t digits_min,
                               std::size_t digits_max) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits < digits_min || digits > digits_max) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool is_day(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1) return false;
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays.at(static_cast<std::size_t>(month - 1)) + (leap && month == 2 ? 1 : 0);
}

std::optional<Period> checked(std::optional<int> year, std::optional<int> quarter,
                              std::optional<int> month, std::optional<int> day) {
  if (!year || *year < kYearMin || *year > kYearMax) return std::nullopt;
  if (quarter && (*quarter < 1 || *quarter > 4)) return std::nullopt;
  if (month && !is_day(*year, *month, day.value_or(1))) return std::nullopt;
  return Period{.year = static_cast<std::int16_t>(*year),
                .quarter = static_cast<std::int8_t>(quarter.value_or(0)),
                .month = static_cast<std::int8_t>(month.value_or(0)),
                .day = static_cast<std::int8_t>(day.value_or(0))};
}

// "2026", "2026-Q3", "2026-09", "2026-09-30".
std::optional<Period> from_year_first(std::string_view text) {
  const auto year = take_number(text, 4, 4);
  if (!year) return std::nullopt;
  if (text.empty()) return checked(year, {}, {}, {});
  if (!take(text, "-")) return std::nullopt;
  if (take(text, "Q") || take(text, "q")) {
    const auto quarter = take_number(text, 1, 1);
    return quarter && text.empty() ? checked(year, quarter, {}, {}) : std::nullopt;
  }
  const auto month = take_number(text, 2, 2);
  if (!month) return std::nullopt;
  if (text.empty()) return checked(year, {}, month, {});
  if (!take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2, 2);
  return day && text.empty() ? checked(year, {}, month, day) : std::nullopt;
}

// "Q3 2026", "3. Quartal 2026".
std::optional<Period> from_quarter_first(std::string_view text) {
  const bool letter = take(text, "Q") || take(text, "q");
  const auto quarter = take_number(text, 1, 1);
  if (!quarter || (!letter && !take(text, ". Quartal"))) return std::nullopt;
  if (!take(text, " ") && !take(text, "/")) return std::nullopt;
  const auto year = take_number(text, 4, 4);
  return year && text.empty() ? checked(year, quarter, {}, {}) : std::nullopt;
}

// "30.09.2026", "09/2026", "09.2026".
std::optional<Period> from_day_first(std::string_view text) {
  const auto first = take_number(text, 1, 2);
  if (!first) return std::nullopt;
  if (!take(text, ".") && !take(text, "/")) return std::nullopt;
  std::string_view rest = text;
  if (const auto year = take_number(rest, 4, 4); year && rest.empty()) {
    return checked(year, {}, first, {});
  }
  const auto month = take_number(text, 1, 2);
  if (!month || !take(text, ".")) return std::nullopt;
  const auto year = take_number(text, 4, 4);
  return year && text.empty() ? checked(year, {}, month, first) : std::nullopt;
}

struct OneNumber {
  std::int32_t number = 0;
  std::string letter;
};

// "12", "12a", "12 A"; takes it off the begin.
std::optional<OneNumber> take_one(std::string_view& text) {
  text = trimmed(text, " ");
  const auto number = take_number(text, 1, 4);
  if (!number || *number < 1 || *number > kNumberMax) return std::nullopt;
  OneNumber one{.number = *number, .letter = {}};
  text = trimmed(text, " ");
  // One letter: more are a word ("12 bis 16").
  if (!text.empty() && is_letter(text[0]) && (text.size() == 1 || !is_letter(text[1]))) {
    one.letter = to_lower(text[0]);
    text.remove_prefix(1);
    text = trimmed(text, " ");
  }
  return one;
}

}  // namespace

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, kStates> kNames{"available", "under_construction",
                                                         "planned", "not_planned", "unknown"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string to_string(const Period& period) {
  if (!period.stated()) return {};
  if (period.quarter != 0) return fmt::format("{:04}-Q{}", period.year, int{period.quarter});
  if (period.month == 0) return fmt::format("{:04}", period.year);
  if (period.day == 0) return fmt::format("{:04}-{:02}", period.year, int{period.month});
  return fmt::format("{:04}-{:02}-{:02}", period.year, int{period.month}, int{period.day});
}

Result<Period> parse_period(std::string_view text) {
  text = trimmed(text, " ");
  if (text.empty()) return Period{};
  if (const auto period = from_year_first(text)) return *period;
  if (const auto period = from_quarter_first(text)) return *period;
  if (const auto period = from_day_first(text)) return *period;
  return fail(Code::kBadRequestData, "expected a year, 2026-Q3, 2026-09 or 2026-09-30");
}

bool HouseNumber::covers(const HouseNumber& one) const {
  if (*this == one) return true;
  if (!is_range() || one.is_range()) return false;
  if (number == last) {
    return one.number == number && one.letter >= letter && one.letter <= last_letter;
  }
  if (one.number == number) return one.letter == letter;
  if (one.number == last) return one.letter == last_letter;
  const bool one_side = number % 2 == last % 2;
  return one.letter.empty() && one.number > number && one.number < last &&
         (!one_side || one.number % 2 == number % 2);
}

std::string to_string(const HouseNumber& number) {
  std::string text = fmt::format("{}{}", number.number, number.letter);
  if (number.is_range()) text += fmt::format("-{}{}", number.last, number.last_letter);
  return text;
}

Result<HouseNumber> parse_house_number(std::string_view text) {
  const auto wrong = [] {
    return fail(Code::kBadRequestData, "expected a house number like 12, 12a or 12-16");
  };
  const auto first = take_one(text);
  if (!first) return wrong();
  HouseNumber number{
      .number = first->number, .last = 0, .letter = first->letter, .last_letter = {}};
  if (text.empty()) return number;
  if (!take(text, "-") && !take(text, "/") && !take(text, "–") && !take(text, "bis")) {
    return wrong();
  }
  text = trimmed(text, " ");
  // "12a-c": the second number is the first.
  if (text.size() == 1 && is_letter(text[0]) && !number.letter.empty()) {
    const char small = to_lower(text[0]);
    if (small <= number.letter[0]) return wrong();
    number.last = number.number;
    number.last_letter = small;
    return number;
  }
  const auto last = take_one(text);
  if (!last || !text.empty()) return wrong();
  number.last = last->number;
  number.last_letter = last->letter;
  const bool forward = number.last > number.number ||
                       (number.last == number.number && number.last_letter > number.letter);
  if (!forward) return wrong();
  return number;
}

std::int64_t Counts::all() const { return std::accumulate(of.begin(), of.end(), std::int64_t{0}); }

double Counts::coverage() const {
  const std::int64_t total = all();
  if (total == 0) return 0;
  return 100.0 * static_cast<double>((*this)[State::kAvailable]) / static_cast<double>(total);
}

}  // namespace revier::fibre
