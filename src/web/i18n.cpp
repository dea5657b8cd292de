// SPDX-License-Identifier: EUPL-1.2
#include "web/i18n.h"

#include <chrono>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <unicode/coll.h>
#include <unicode/msgfmt.h>
#include <unicode/numfmt.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>

namespace revier::web {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::int64_t kDayUs = 24 * 60 * kMinuteUs;

const icu::Locale& locale(Language language) {
  static const icu::Locale german("de_DE");
  static const icu::Locale english("en_GB");
  return language == Language::kDe ? german : english;
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// ICU's formatters are costly to make and not shared between threads: one of each a thread.
template <class Value, class Make>
Value& cached(const std::string& key, const Make& make) {
  thread_local std::unordered_map<std::string, std::unique_ptr<Value>> cache;
  auto& entry = cache[key];
  if (!entry) entry.reset(make());
  return *entry;
}

icu::TimeZone& time_zone(std::string_view zone) {
  return cached<icu::TimeZone>(std::string(zone), [&] {
    std::unique_ptr<icu::TimeZone> found(icu::TimeZone::createTimeZone(wide(zone)));
    return *found == icu::TimeZone::getUnknown() ? icu::TimeZone::getGMT()->clone()
                                                 : found.release();
  });
}

std::int64_t offset_us(Instant instant, std::string_view zone) {
  std::int32_t raw_ms = 0;
  std::int32_t dst_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  time_zone(zone).getOffset(static_cast<double>(floor_div(instant.us, 1'000)), 0, raw_ms, dst_ms,
                            status);
  return (std::int64_t{raw_ms} + dst_ms) * 1'000;
}

// A date pattern of CLDR's letters.
std::string with_pattern(Language language, Instant instant, std::string_view pattern,
                         std::string_view zone) {
  const std::string key = fmt::format("{}|{}|{}", code(language), zone, pattern);
  auto& format = cached<icu::SimpleDateFormat>(key, [&] {
    UErrorCode status = U_ZERO_ERROR;
    auto* made = new icu::SimpleDateFormat(wide(pattern), locale(language), status);
    made->setTimeZone(time_zone(zone));
    return made;
  });
  icu::UnicodeString out;
  format.format(static_cast<double>(floor_div(instant.us, 1'000)), out);
  return utf8(out);
}

std::string_view pattern_of(Language language, DateStyle style) {
  const bool de = language == Language::kDe;
  switch (style) {
    case DateStyle::kNumeric:
      return de ? "dd.MM.yyyy" : "dd/MM/yyyy";
    case DateStyle::kShort:
      return de ? "EEE, d. MMM" : "EEE d MMM";
    case DateStyle::kLong:
      return de ? "d. MMMM yyyy" : "d MMMM yyyy";
    case DateStyle::kFull:
      return de ? "EEEE, d. MMMM yyyy" : "EEEE d MMMM yyyy";
    case DateStyle::kWeekday:
      return "EEEE";
  }
  return "yyyy-MM-dd";
}

std::int64_t local_day(Instant instant, std::string_view zone) {
  return floor_div(instant.us + offset_us(instant, zone), kDayUs);
}

std::string bare_time(Instant instant, std::string_view zone) {
  const LocalTime t = local_time(instant, zone);
  return fmt::format("{}:{:02}", t.hour, t.minute);
}

icu::NumberFormat& number_format(Language language) {
  return cached<icu::NumberFormat>(std::string(code(language)), [&] {
    UErrorCode status = U_ZERO_ERROR;
    return icu::NumberFormat::createInstance(locale(language), status);
  });
}

std::string written(Language language, const Argument& argument) {
  if (const auto* text = std::get_if<std::string_view>(&argument.value)) return std::string(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&argument.value)) {
    return number(language, *whole);
  }
  return number(language, std::get<double>(argument.value), 3);
}

icu::Formattable formattable(const Argument& argument) {
  if (const auto* text = std::get_if<std::string_view>(&argument.value)) return {wide(*text)};
  if (const auto* whole = std::get_if<std::int64_t>(&argument.value)) return {*whole};
  return {std::get<double>(argument.value)};
}

std::string fill_simple(Language language, std::string_view pattern,
                        std::initializer_list<Argument> arguments) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    out.append(pattern.substr(0, open));
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    const auto* found = std::find_if(arguments.begin(), arguments.end(),
                                     [&](const Argument& a) { return a.name == name; });
    out += found == arguments.end() ? fmt::format("{{{}}}", name) : written(language, *found);
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string fill_pattern(Language language, std::string_view pattern,
                         std::initializer_list<Argument> arguments) {
  UErrorCode status = U_ZERO_ERROR;
  auto& format = cached<icu::MessageFormat>(fmt::format("{}|{}", code(language), pattern), [&] {
    return new icu::MessageFormat(wide(pattern), locale(language), status);
  });
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const Argument& argument : arguments) {
    names.push_back(wide(argument.name));
    values.push_back(formattable(argument));
  }
  icu::UnicodeString out;
  format.format(names.data(), values.data(), static_cast<std::int32_t>(names.size()), out, status);
  return U_FAILURE(status) ? std::string(pattern) : utf8(out);
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Microseconds since 1970 as if the wall clock stood in UTC.
std::optional<std::int64_t> wall_us(std::string_view date, std::string_view time) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  if (time.size() != 5 || time[2] != ':') return std::nullopt;
  const auto year = digits(date.substr(0, 4)), month = digits(date.substr(5, 2)),
             day = digits(date.substr(8, 2)), hour = digits(time.substr(0, 2)),
             minute = digits(time.substr(3, 2));
  if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59)
    return std::nullopt;
  const std::chrono::year_month_day civil{std::chrono::year(*year),
                                          std::chrono::month(static_cast<unsigned>(*month)),
                                          std::chrono::day(static_cast<unsigned>(*day))};
  if (!civil.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(civil).time_since_epoch().count();
  return days * kDayUs + (*hour * 60 + *minute) * kMinuteUs;
}

struct Unit {
  std::int64_t seconds;
  std::string_view de_one, de_many, en_one, en_many;
};
constexpr std::array<Unit, 4> kUnits = {{{86'400, "Tag", "Tage", "day", "days"},
                                         {3'600, "Stunde", "Stunden", "hour", "hours"},
                                         {60, "Minute", "Minuten", "minute", "minutes"},
                                         {1, "Sekunde", "Sekunden", "second", "seconds"}}};

std::string count_of(Language language, std::int64_t count, const Unit& unit) {
  const bool de = language == Language::kDe;
  const std::string_view word =
      count == 1 ? (de ? unit.de_one : unit.en_one) : (de ? unit.de_many : unit.en_many);
  return fmt::format("{} {}", number(language, count), word);
}

}  // namespace

std::string text(Language language, const Message& key, std::initializer_list<Argument> arguments) {
  const std::string_view pattern = language == Language::kDe ? key.de : key.en;
  return key.simple ? fill_simple(language, pattern, arguments)
                    : fill_pattern(language, pattern, arguments);
}

std::string date(Language language, Instant instant, DateStyle style, std::string_view zone) {
  return with_pattern(language, instant, pattern_of(language, style), zone);
}

std::string time(Language language, Instant instant, std::string_view zone) {
  return bare_time(instant, zone) + (language == Language::kDe ? " Uhr" : "");
}

std::string date_time(Language language, Instant instant, std::string_view zone) {
  return date(language, instant, DateStyle::kLong, zone) + ", " + time(language, instant, zone);
}

std::string time_range(Language language, Instant from, Instant to, std::string_view zone) {
  if (local_day(from, zone) != local_day(to, zone)) {
    return date_time(language, from, zone) + " – " + date_time(language, to, zone);
  }
  return bare_time(from, zone) + "–" + time(language, to, zone);
}

std::string date_range(Language language, Instant first, Instant last, std::string_view zone) {
  const LocalTime a = local_time(first, zone);
  const LocalTime b = local_time(last, zone);
  const std::string end = date(language, last, DateStyle::kLong, zone);
  const std::int64_t days = local_day(last, zone) - local_day(first, zone);
  if (days <= 0) return end;
  const bool de = language == Language::kDe;
  const std::string_view joint = days == 1 ? (de ? " und " : " and ") : (de ? " bis " : " to ");
  std::string_view pattern = de ? "d. MMMM yyyy" : "d MMMM yyyy";
  if (a.year == b.year) pattern = de ? "d. MMMM" : "d MMMM";
  if (a.year == b.year && a.month == b.month) pattern = de ? "d." : "d";
  return with_pattern(language, first, pattern, zone) + std::string(joint) + end;
}

LocalTime local_time(Instant instant, std::string_view zone) {
  const std::int64_t offset = offset_us(instant, zone);
  const std::int64_t wall = instant.us + offset;
  const std::int64_t day = floor_div(wall, kDayUs);
  const std::int64_t second = (wall - day * kDayUs) / 1'000'000;
  const std::chrono::sys_days days{std::chrono::days(day)};
  const std::chrono::year_month_day civil(days);
  return {.year = static_cast<int>(civil.year()),
          .month = static_cast<int>(static_cast<unsigned>(civil.month())),
          .day = static_cast<int>(static_cast<unsigned>(civil.day())),
          .hour = static_cast<int>(second / 3'600),
          .minute = static_cast<int>(second / 60 % 60),
          .second = static_cast<int>(second % 60),
          .weekday = static_cast<int>(std::chrono::weekday(days).iso_encoding()),
          .offset_minutes = static_cast<int>(offset / kMinuteUs)};
}

std::string iso_date(Instant instant, std::string_view zone) {
  const LocalTime t = local_time(instant, zone);
  return fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
}

std::string iso_time(Instant instant, std::string_view zone) {
  const LocalTime t = local_time(instant, zone);
  return fmt::format("{:02}:{:02}", t.hour, t.minute);
}

std::string iso_date_time(Instant instant, std::string_view zone) {
  const LocalTime t = local_time(instant, zone);
  const int offset = std::abs(t.offset_minutes);
  return fmt::format("{}T{:02}:{:02}:{:02}{}{:02}:{:02}", iso_date(instant, zone), t.hour, t.minute,
                     t.second, t.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

Result<Instant> from_local(std::string_view date, std::string_view time, std::string_view zone) {
  const auto wall = wall_us(date, time);
  if (!wall) return fail(Code::kBadRequestData, "expected a day YYYY-MM-DD and a time hh:mm");
  // The earlier of two readings has the greater offset, which is the one before the change.
  for (const std::int64_t near : {*wall - kDayUs, *wall + kDayUs}) {
    const Instant candidate{*wall - offset_us({near}, zone)};
    if (candidate.us + offset_us(candidate, zone) == *wall) return candidate;
  }
  return fail(Code::kBadRequestData, "this hour does not exist: the clocks go forward");
}

std::string number(Language language, std::int64_t value) {
  icu::UnicodeString out;
  number_format(language).format(value, out);
  return utf8(out);
}

std::string number(Language language, double value, int digits_max) {
  icu::NumberFormat& format = number_format(language);
  format.setMinimumFractionDigits(0);
  format.setMaximumFractionDigits(digits_max);
  icu::UnicodeString out;
  format.format(value, out);
  return utf8(out);
}

std::string duration(Language language, Duration value) {
  std::int64_t seconds = value.us / 1'000'000;
  std::string out;
  int parts = 0;
  for (const Unit& unit : kUnits) {
    const std::int64_t count = seconds / unit.seconds;
    seconds -= count * unit.seconds;
    if (count == 0 || parts == 2) continue;
    if (unit.seconds == 1 && parts > 0) continue;
    if (parts++ > 0) out += ' ';
    out += count_of(language, count, unit);
  }
  return out.empty() ? count_of(language, 0, kUnits.back()) : out;
}

int compare(Language language, std::string_view a, std::string_view b) {
  UErrorCode status = U_ZERO_ERROR;
  auto& collator = cached<icu::Collator>(std::string(code(language)), [&] {
    return icu::Collator::createInstance(locale(language), status);
  });
  const auto piece = [](std::string_view s) {
    return icu::StringPiece(s.data(), static_cast<std::int32_t>(s.size()));
  };
  return static_cast<int>(collator.compareUTF8(piece(a), piece(b), status));
}

}  // namespace revier::web
