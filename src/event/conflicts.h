// SPDX-License-Identifier: EUPL-1.2
// What does not fit in a programme: rooms and people in two places, seats already sold.
//
// These are warnings. The organiser may release all the same: two talks in one hall divided by a
// curtain are her decision, not ours.
//
// Thread safety: pure function.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/programme.h"

namespace revier::event {

enum class ConflictKind : std::uint8_t {
  kRoomTwice,      // `other` uses the room at the same time
  kSpeakerTwice,   // `subject` speaks in `other` at the same time
  kEndsFirst,      // ends before it starts, or at once
  kOutsideDay,     // begins or ends outside its day, or the day is none of the event
  kSeatsSold,      // `count` seats are sold, more than there are
  kCancelledSold,  // cancelled, and `count` people hold seats
  kRoomTooSmall,   // more seats than the room has places (`count`)
  kUnknownRoom,    // `subject` is no room
  kUnknownSpeaker,
  kUnknownTrack,
};
[[nodiscard]] std::string_view to_string(ConflictKind kind);  // "room-twice"

struct Conflict {
  ConflictKind kind = ConflictKind::kRoomTwice;
  std::string session;
  std::string other = {};    // another session, or empty
  std::string subject = {};  // id of the room, speaker or track
  std::int64_t count = 0;
};

// Seats taken in a session; nullopt where it has none of its own.
using SeatsTaken = std::function<std::optional<std::int64_t>(std::string_view session)>;

// In the order of the sessions; two that collide are named once, at the later one. Cancelled
// sessions use neither room nor speakers.
[[nodiscard]] std::vector<Conflict> conflicts(const Programme& programme,
                                              const SeatsTaken& seats_taken);
// Those that a session takes part in.
[[nodiscard]] std::vector<Conflict> conflicts_of(const std::vector<Conflict>& all,
                                                 std::string_view session);

}  // namespace revier::event
