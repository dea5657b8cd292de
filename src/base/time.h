// SPDX-License-Identifier: EUPL-1.2
// Instants, and the clocks that tell them.
//
// Instant is UTC in microseconds since 1970-01-01. Two clocks (ARCHITECTURE.md, "Two clocks"): the
// real one serves TLS, Date, cookies, tokens, rate limits and time-outs; the civil one serves
// deadlines, holds, reminders, retention, createdAt, modifiedAt. Nothing outside floors 0-2 asks
// the system for the time.
//
// Thread safety: values; clocks may be asked from any thread.
#pragma once
#include <atomic>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier {

struct Duration {
  std::int64_t us = 0;

  static constexpr Duration microseconds(std::int64_t n) { return {n}; }
  static constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000}; }
  static constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
  static constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
  static constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
  static constexpr Duration days(std::int64_t n) { return hours(n * 24); }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
};

struct Instant {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant a, Duration d) { return {a.us + d.us}; }
  friend constexpr Instant operator-(Instant a, Duration d) { return {a.us - d.us}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.us - b.us}; }
};

// "2025-01-20T08:00:00Z", with ".123456" (trailing zeros cut) where there is a fraction.
[[nodiscard]] std::string to_iso8601(Instant instant);
void append_iso8601(std::string& out, Instant instant);

// "YYYY-MM-DDThh:mm[:ss[.fraction]](Z|+hh:mm|-hh:mm)"; years 0001 to 9999; a fraction beyond
// microseconds is cut. Also ',' as the fraction's sign (ISO 8601, NGSI-LD clause 4.6.3).
// Errors: kBadRequestData with what was expected.
[[nodiscard]] Result<Instant> parse_iso8601(std::string_view text);

// "Mon, 20 Jan 2025 08:00:00 GMT" (RFC 9110, 5.6.7).
[[nodiscard]] std::string to_http_date(Instant instant);

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};

// The machine's time.
class RealClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};

// The civil time: the real one shifted by a difference that never changes while the data directory
// lives, so that it never goes back.
class CivilClock final : public Clock {
 public:
  CivilClock(const Clock& real, Duration difference) : real_(real), difference_(difference) {}
  [[nodiscard]] Instant now() const override { return real_.now() + difference_; }

 private:
  const Clock& real_;
  Duration difference_;
};

// A clock that tests set by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : us_(start.us) {}
  [[nodiscard]] Instant now() const override { return {us_.load()}; }
  void set(Instant instant) { us_.store(instant.us); }
  void advance(Duration by) { us_.fetch_add(by.us); }

 private:
  std::atomic<std::int64_t> us_;
};

// Microseconds of a clock that only runs forward, for measuring and time-outs.
[[nodiscard]] std::int64_t monotonic_us();

}  // namespace revier
