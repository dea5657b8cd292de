// SPDX-License-Identifier: EUPL-1.2
// What the door speaks of. Plain data; instants are civil time unless they say otherwise.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace revier::door {

// Why a ticket should not have been taken by a desk that was cut off.
enum class Problem : std::uint8_t { kNone, kUnknown, kCancelled, kNotBooked };
// As rows and answers name them.
inline constexpr std::array<std::string_view, 4> kProblemNames{"", "unknown", "cancelled",
                                                               "not-booked"};
[[nodiscard]] constexpr std::string_view name_of(Problem problem) {
  return kProblemNames[static_cast<std::size_t>(problem)];
}

// One ticket that one desk took for one day.
struct CheckIn {
  std::string id;                    // the device's choice, else ours; repeats are known by it
  std::string booking;               // empty: there is no registration with this code
  std::string code;                  // of the ticket: "K7M3-9QXD-2FHP"
  std::string day;                   // "2025-02-05"
  std::string desk;                  // where: at most 60 bytes, may be empty
  Instant at;                        // when; decides which of two desks was first
  std::optional<Instant> device_at;  // by the device's own clock; only where it was cut off
  Instant received_at;               // when the server heard of it
  Problem problem = Problem::kNone;
  std::string account;  // id of the account or token that took it
  std::optional<Instant> undone_at;
  std::string undone_by;      // id of the account or token
  std::int64_t revision = 0;  // grows with every change of any check-in, never given twice
};

}  // namespace revier::door
