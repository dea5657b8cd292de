// SPDX-License-Identifier: EUPL-1.2
#include "base/time.h"

#include <array>
#include <chrono>
#include <cstring>

namespace revier {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

struct Civil {
  int year, month, day, hour, minute, second;
  int fraction_us;
};

Civil to_civil(Instant instant) {
  std::int64_t days = instant.us / kDay;
  std::int64_t rest = instant.us % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const std::chrono::sys_days date{std::chrono::days{days}};
  const std::chrono::year_month_day ymd{date};
  const auto seconds = rest / kSecond;
  return {.year = int{ymd.year()},
          .month = static_cast<int>(unsigned{ymd.month()}),
          .day = static_cast<int>(unsigned{ymd.day()}),
          .hour = static_cast<int>(seconds / 3600),
          .minute = static_cast<int>(seconds / 60 % 60),
          .second = static_cast<int>(seconds % 60),
          .fraction_us = static_cast<int>(rest % kSecond)};
}

// `digits` is even.
void put_digits(char* at, int value, int digits) {
  static constexpr std::string_view kPairs =
      "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
      "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
      "9293949596979899";
  auto rest = static_cast<unsigned>(value);
  for (int i = digits - 2; i >= 0; i -= 2, rest /= 100) {
    std::memcpy(at + i, kPairs.data() + std::size_t{2} * (rest % 100), 2);
  }
}

// Reads text from left to right; every read says whether it was there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool digits(int count, int& value) {
    if (rest_.size() < static_cast<std::size_t>(count)) return false;
    value = 0;
    for (int i = 0; i < count; ++i) {
      const char c = rest_[static_cast<std::size_t>(i)];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(static_cast<std::size_t>(count));
    return true;
  }
  bool literal(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool fraction(int& us) {
    int scale = 100'000;
    us = 0;
    bool any = false;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      us += (rest_.front() - '0') * scale;
      scale /= 10;
      any = true;
      rest_.remove_prefix(1);
    }
    return any;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_zone(Reader& in, int& offset_minutes) {
  offset_minutes = 0;
  if (in.literal('Z')) return in.done();
  const bool minus = in.literal('-');
  if (!minus && !in.literal('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.digits(2, hours) || !in.literal(':') || !in.digits(2, minutes) || !in.done())
    return false;
  if (hours > 23 || minutes > 59) return false;
  offset_minutes = (hours * 60 + minutes) * (minus ? -1 : 1);
  return true;
}

bool read_clock(Reader& in, int& hour, int& minute, int& second, int& fraction_us) {
  if (!in.digits(2, hour) || !in.literal(':') || !in.digits(2, minute)) return false;
  second = 0;
  fraction_us = 0;
  if (in.literal(':')) {
    if (!in.digits(2, second)) return false;
    if ((in.literal('.') || in.literal(',')) && !in.fraction(fraction_us)) return false;
  }
  return hour <= 23 && minute <= 59 && second <= 59;
}

}  // namespace

void append_iso8601(std::string& out, Instant instant) {
  const Civil c = to_civil(instant);
  std::array<char, 27> text{};
  put_digits(text.data(), c.year, 4);
  text[4] = '-';
  put_digits(text.data() + 5, c.month, 2);
  text[7] = '-';
  put_digits(text.data() + 8, c.day, 2);
  text[10] = 'T';
  put_digits(text.data() + 11, c.hour, 2);
  text[13] = ':';
  put_digits(text.data() + 14, c.minute, 2);
  text[16] = ':';
  put_digits(text.data() + 17, c.second, 2);
  std::size_t size = 19;
  if (c.fraction_us != 0) {
    text[size++] = '.';
    put_digits(text.data() + size, c.fraction_us, 6);
    size += 6;
    while (text[size - 1] == '0') --size;
  }
  text[size++] = 'Z';
  out.append(text.data(), size);
}

std::string to_iso8601(Instant instant) {
  std::string out;
  append_iso8601(out, instant);
  return out;
}

Result<Instant> parse_iso8601(std::string_view text) {
  Reader in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction_us = 0, offset = 0;
  const bool syntax = in.digits(4, year) && in.literal('-') && in.digits(2, month) &&
                      in.literal('-') && in.digits(2, day) && in.literal('T') &&
                      read_clock(in, hour, minute, second, fraction_us) && read_zone(in, offset);
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!syntax || year < 1 || !ymd.ok()) {
    return fail(Code::kBadRequestData,
                "not a date and time with zone: expected the form 2025-02-05T09:00:00Z");
  }
  const std::int64_t days = std::chrono::sys_days{ymd}.time_since_epoch().count();
  const std::int64_t seconds = hour * 3600 + minute * 60 + second - offset * 60;
  return Instant{days * kDay + seconds * kSecond + fraction_us};
}

std::string to_http_date(Instant instant) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = to_civil(instant);
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(instant.us)));
  std::string out = kDays[std::chrono::weekday(days).c_encoding()];
  std::array<char, 24> text{};
  text.fill(' ');
  text[0] = ',';
  put_digits(text.data() + 2, c.day, 2);
  std::copy_n(kMonths[static_cast<std::size_t>(c.month - 1)], 3, text.data() + 5);
  put_digits(text.data() + 9, c.year, 4);
  put_digits(text.data() + 14, c.hour, 2);
  text[16] = ':';
  put_digits(text.data() + 17, c.minute, 2);
  text[19] = ':';
  put_digits(text.data() + 20, c.second, 2);
  out.append(text.data(), 22);
  return out + " GMT";
}

Instant RealClock::now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

std::int64_t monotonic_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace revier
