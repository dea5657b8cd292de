// SPDX-License-Identifier: EUPL-1.2
#include "base/period.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

namespace revier {
namespace {

constexpr std::int64_t kAmountMax = 100'000;  // of one unit of a duration
constexpr std::int64_t kMonthsMax = 12 * 9'999;
constexpr std::int64_t kSecondUs = 1'000'000;

// Months later; the last day of a month where it has no such day.
Instant months_later(Instant start, std::int64_t months) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::microseconds> time{chrono::microseconds(start.us)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::year_month month =
      chrono::year_month{date.year(), date.month()} + chrono::months(static_cast<int>(months));
  const chrono::year_month_day_last last{month.year(), month.month() / chrono::last};
  const chrono::year_month_day moved = month / std::min(date.day(), last.day());
  return {(chrono::sys_days{moved} + (time - day)).time_since_epoch().count()};
}

struct Unit {
  char sign;
  std::int64_t months;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kDateUnits = {
    {{'Y', 12, 0}, {'M', 1, 0}, {'W', 0, 604'800}, {'D', 0, 86'400}}};
constexpr std::array<Unit, 3> kTimeUnits = {{{'H', 0, 3'600}, {'M', 0, 60}, {'S', 0, 1}}};

class PeriodReader {
 public:
  explicit PeriodReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool read(Period& period) {
    if (!take('P')) return false;
    if (!read_units(kDateUnits, period)) return false;
    if (take('T')) {
      const std::size_t before = rest_.size();
      if (!read_units(kTimeUnits, period) || rest_.size() == before) return false;
    }
    return rest_.empty() && any_ && (!weeks_ || only_) && period.months <= kMonthsMax;
  }

 private:
  bool take(char sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <std::size_t N>
  bool read_units(const std::array<Unit, N>& units, Period& period) {
    std::size_t next = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      double amount = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), amount,
                                                std::chars_format::fixed);
      if (error != std::errc{} || amount > kAmountMax) return false;
      const bool fraction = std::string_view(rest_.data(), end).find('.') != rest_.npos;
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      while (next < N && !rest_.starts_with(units[next].sign)) ++next;
      if (next == N) return false;
      const Unit& unit = units[next++];
      if (fraction && unit.sign != 'S') return false;
      rest_.remove_prefix(1);
      only_ = !any_;
      any_ = true;
      weeks_ = weeks_ || unit.sign == 'W';
      period.months += static_cast<std::int64_t>(amount) * unit.months;
      period.rest.us +=
          static_cast<std::int64_t>(amount * static_cast<double>(kSecondUs)) * unit.seconds;
    }
    return true;
  }

  std::string_view rest_;
  bool any_ = false;
  bool only_ = false;
  bool weeks_ = false;
};

}  // namespace

Instant Period::after(Instant start, std::int64_t k) const {
  const Instant moved = months == 0 ? start : months_later(start, months * k);
  return moved + Duration{rest.us * k};
}

std::int64_t Period::number_of(Instant start, Instant time) const {
  if (months == 0) return (time - start).us / rest.us;
  // A month has 28 days at least and 31 at most.
  const std::int64_t longest = months * 31 * 86'400 * kSecondUs + rest.us;
  std::int64_t k = (time - start).us / longest;
  while (after(start, k + 1) <= time) ++k;
  return k;
}

Result<Period> parse_period(std::string_view text, std::string_view field) {
  Period period;
  if (PeriodReader(text).read(period)) return period;
  return fail(Code::kBadRequestData,
              fmt::format("{} must be a duration such as PT1H, P1D or P1M", field),
              std::string(field));
}

}  // namespace revier
