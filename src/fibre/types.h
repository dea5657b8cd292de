// SPDX-License-Identifier: EUPL-1.2
// What a city knows of fibre at an address, and the list that it comes from.
//
// A list is one file of one source with the day on which it was true. It says nothing of people.
//
// Thread safety: values.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace revier::fibre {

enum class State : std::uint8_t {
  kAvailable,          // can be ordered
  kUnderConstruction,  // is being built
  kPlanned,            // somebody means to build
  kNotPlanned,         // the source says that nobody does
  kUnknown,            // the source does not say
};
inline constexpr std::size_t kStates = 5;
// "available", "under_construction", "planned", "not_planned", "unknown".
[[nodiscard]] std::string_view to_string(State state);

// A day, a month, a quarter or a year, as exact as the source is.
struct Period {
  std::int16_t year = 0;  // 0: not stated
  std::int8_t quarter = 0;
  std::int8_t month = 0;
  std::int8_t day = 0;
  [[nodiscard]] bool stated() const { return year != 0; }
  bool operator==(const Period&) const = default;
};
// "2026", "2026-Q3", "2026-09", "2026-09-30"; "" where nothing is stated.
[[nodiscard]] std::string to_string(const Period& period);
// Those, and "Q3 2026", "3. Quartal 2026", "09/2026", "30.09.2026"; "" is not stated.
// Errors: kBadRequestData.
[[nodiscard]] Result<Period> parse_period(std::string_view text);

// "12", "12a", "12-16", "12a-12c": a house number, or the numbers of one building.
struct HouseNumber {
  std::int32_t number = 0;
  std::int32_t last = 0;    // of a range; else 0
  std::string letter;       // "a", small; "" for none
  std::string last_letter;  // of a range

  [[nodiscard]] bool is_range() const { return last != 0; }
  // Of a range also what lies in it: even numbers in one of even ends, letters between letters.
  [[nodiscard]] bool covers(const HouseNumber& one) const;
  bool operator==(const HouseNumber&) const = default;
  auto operator<=>(const HouseNumber&) const = default;
};
[[nodiscard]] std::string to_string(const HouseNumber& number);
// Also "12 A", "12 – 16", "12/14", "12 bis 16". Errors: kBadRequestData.
[[nodiscard]] Result<HouseNumber> parse_house_number(std::string_view text);

struct Point {
  double longitude = 0;  // WGS 84
  double latitude = 0;
};

struct Address {
  HouseNumber number;
  State state = State::kUnknown;
  Period since;          // of an available one
  Period planned;        // when it is meant to be available
  std::string provider;  // who builds or offers; may be empty
  std::optional<Point> place;
};

// One street of one district; a street that runs through two is there twice.
struct Street {
  std::string name;
  std::string district;            // may be empty
  std::string key;                 // search_key() of the name
  std::vector<Address> addresses;  // by number
};

// Which list it is.
struct ListHead {
  std::int64_t id = 0;    // 0: there is none
  std::string source;     // who says so
  std::string as_of;      // the day on which it was true, "2025-01-31"
  bool invented = false;  // an example: generated, not the city's
  Instant imported_at;
  std::string imported_by;  // name of the account or token
  std::int64_t streets = 0;
  std::int64_t addresses = 0;
  std::int64_t rejected = 0;
};

// How many addresses are in which state.
struct Counts {
  std::array<std::int64_t, kStates> of{};
  [[nodiscard]] std::int64_t operator[](State state) const {
    return of.at(static_cast<std::size_t>(state));
  }
  [[nodiscard]] std::int64_t all() const;
  // Share of available ones, 0 to 100; 0 without addresses.
  [[nodiscard]] double coverage() const;
};

}  // namespace revier::fibre
