// SPDX-License-Identifier: EUPL-1.2
// Texts of the catalogues, and dates, times, numbers and order in a language.
//
// A module's catalogue is src/<module>/texts.toml; tools/textsc.py makes typed keys of it
// ("<module>/texts.h"), so that an unknown key does not compile and no twin can be missing.
// Patterns are ICU MessageFormat with named arguments; dates are handed in written (functions
// below), because their time zone belongs to the event.
//
// Thread safety: everything may be called from any thread.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "web/language.h"

namespace revier::web {

// A text without arguments. Made by textsc only.
struct Text {
  std::string_view key;
  std::string_view de;
  std::string_view en;
};

// A text with arguments. `arguments` are their names in order, joined by ','. Where `simple`, the
// pattern has only plain {name} in it and needs no ICU.
struct Message {
  std::string_view key;
  std::string_view de;
  std::string_view en;
  std::string_view arguments;
  bool simple;
};

// An argument: text as it is, a number written in the language. Views live until text() returns.
struct Argument {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double> value;

  Argument(std::string_view n, std::string_view text) : name(n), value(text) {}
  Argument(std::string_view n, const std::string& text) : Argument(n, std::string_view(text)) {}
  Argument(std::string_view n, const char* text) : Argument(n, std::string_view(text)) {}
  Argument(std::string_view n, double number) : name(n), value(number) {}
  template <std::integral T>
  Argument(std::string_view n, T number) : name(n), value(static_cast<std::int64_t>(number)) {}
};

[[nodiscard]] constexpr std::string_view text(Language language, const Text& key) {
  return language == Language::kDe ? key.de : key.en;
}
// An argument that is not handed in stays visible as {name}; templates do not compile then.
[[nodiscard]] std::string text(Language language, const Message& key,
                               std::initializer_list<Argument> arguments);
// Whether `arguments` (sorted, joined by ',') are exactly those of the text; for static_assert.
[[nodiscard]] constexpr bool takes(const Message& key, std::string_view arguments) {
  return key.arguments == arguments;
}
[[nodiscard]] constexpr bool takes(const Text&, std::string_view arguments) {
  return arguments.empty();
}

// Time zones by their IANA name. An unknown name is taken as UTC.
inline constexpr std::string_view kBerlin = "Europe/Berlin";

enum class DateStyle : std::uint8_t {
  kNumeric,  // 05.02.2025              05/02/2025
  kShort,    // Mi., 5. Feb.            Wed 5 Feb
  kLong,     // 5. Februar 2025         5 February 2025
  kFull,     // Mittwoch, 5. Februar 2025   Wednesday 5 February 2025
  kWeekday,  // Mittwoch                Wednesday
};
[[nodiscard]] std::string date(Language language, Instant instant,
                               DateStyle style = DateStyle::kLong, std::string_view zone = kBerlin);
// "9:30 Uhr", "9:30".
[[nodiscard]] std::string time(Language language, Instant instant, std::string_view zone = kBerlin);
// "5. Februar 2025, 9:30 Uhr".
[[nodiscard]] std::string date_time(Language language, Instant instant,
                                    std::string_view zone = kBerlin);
// "9:30–9:50 Uhr"; over midnight with both dates.
[[nodiscard]] std::string time_range(Language language, Instant from, Instant to,
                                     std::string_view zone = kBerlin);
// First and last day: "5. und 6. Februar 2025", "4. bis 6. Februar 2025", "31. Januar bis
// 2. Februar 2025", one day where both are the same.
[[nodiscard]] std::string date_range(Language language, Instant first, Instant last,
                                     std::string_view zone = kBerlin);

// The wall clock of a zone. `offset_minutes` is local minus UTC.
struct LocalTime {
  int year, month, day, hour, minute, second;
  int weekday;  // 1 is Monday
  int offset_minutes;
};
[[nodiscard]] LocalTime local_time(Instant instant, std::string_view zone = kBerlin);
// "2025-02-05": for addresses, <time datetime> and grouping by day.
[[nodiscard]] std::string iso_date(Instant instant, std::string_view zone = kBerlin);
// "09:30".
[[nodiscard]] std::string iso_time(Instant instant, std::string_view zone = kBerlin);
// "2025-02-05T09:30:00+01:00".
[[nodiscard]] std::string iso_date_time(Instant instant, std::string_view zone = kBerlin);
// From "2025-02-05" and "09:30". The doubled hour of autumn is its first one.
// Errors: kBadRequestData for a wrong form, no such day, and the missing hour of spring.
[[nodiscard]] Result<Instant> from_local(std::string_view date, std::string_view time,
                                         std::string_view zone = kBerlin);

// "1.234", "1,234".
[[nodiscard]] std::string number(Language language, std::int64_t value);
// Rounded to at most `digits_max` digits after the sign, no trailing zeros: "3,5".
[[nodiscard]] std::string number(Language language, double value, int digits_max);
// "20 Minuten", "1 Stunde 30 Minuten", "2 Tage"; under a minute in seconds.
[[nodiscard]] std::string duration(Language language, Duration value);

// Order of a dictionary (ICU collation): negative, 0, positive.
[[nodiscard]] int compare(Language language, std::string_view a, std::string_view b);

}  // namespace revier::web
