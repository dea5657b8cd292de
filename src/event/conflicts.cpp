// SPDX-License-Identifier: EUPL-1.2
#include "event/conflicts.h"

#include <algorithm>
#include <array>

namespace revier::event {
namespace {

constexpr std::array<std::string_view, 10> kNames{
    "room-twice",     "speaker-twice",  "ends-first",   "outside-day",     "seats-sold",
    "cancelled-sold", "room-too-small", "unknown-room", "unknown-speaker", "unknown-track"};

bool at_once(const Session& a, const Session& b) {
  return a.starts_at < b.ends_at && b.starts_at < a.ends_at;
}

class Search {
 public:
  Search(const Programme& programme, const SeatsTaken& taken)
      : programme_(programme), taken_(taken) {}

  std::vector<Conflict> run() {
    const std::vector<Session>& sessions = programme_.sessions;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      look_at(sessions[i]);
      // Sessions are ordered by start: what collides with an earlier one stands before it.
      for (std::size_t j = 0; j < i; ++j) compare(sessions[j], sessions[i]);
    }
    return std::move(found_);
  }

 private:
  void add(ConflictKind kind, const Session& session, std::string subject = {},
           std::int64_t count = 0) {
    found_.push_back({kind, session.id, {}, std::move(subject), count});
  }

  void look_at(const Session& session) {
    if (session.ends_at <= session.starts_at) add(ConflictKind::kEndsFirst, session);
    if (is_outside(session)) add(ConflictKind::kOutsideDay, session);
    look_at_seats(session);
    const Room* const room = programme_.room(session.room);
    if (room == nullptr && !session.room.empty()) {
      add(ConflictKind::kUnknownRoom, session, session.room);
    }
    if (room != nullptr && room->capacity > 0 && session.capacity > room->capacity) {
      add(ConflictKind::kRoomTooSmall, session, room->id, room->capacity);
    }
    for (const std::string& speaker : session.speakers) {
      if (programme_.speaker(speaker) == nullptr) {
        add(ConflictKind::kUnknownSpeaker, session, speaker);
      }
    }
    const Event* const event = programme_.event();
    if (!session.track.empty() && event != nullptr && event->track(session.track) == nullptr) {
      add(ConflictKind::kUnknownTrack, session, session.track);
    }
  }

  bool is_outside(const Session& session) const {
    const Event* const event = programme_.event();
    if (event == nullptr || session.event != event->id) return false;
    const Day* const day = event->day(session.day);
    return day == nullptr || session.starts_at < day->starts_at || session.ends_at > day->ends_at;
  }

  void look_at_seats(const Session& session) {
    const std::optional<std::int64_t> taken = taken_(session.id);
    if (!taken || *taken == 0) return;
    if (session.cancelled) return add(ConflictKind::kCancelledSold, session, {}, *taken);
    const std::int64_t seats = session.bookable ? session.capacity : 0;
    if (*taken > seats) add(ConflictKind::kSeatsSold, session, {}, *taken);
  }

  void compare(const Session& earlier, const Session& later) {
    if (earlier.cancelled || later.cancelled || !at_once(earlier, later)) return;
    if (!later.room.empty() && earlier.room == later.room) {
      found_.push_back({ConflictKind::kRoomTwice, later.id, earlier.id, later.room, 0});
    }
    for (const std::string& speaker : later.speakers) {
      if (std::ranges::find(earlier.speakers, speaker) != earlier.speakers.end()) {
        found_.push_back({ConflictKind::kSpeakerTwice, later.id, earlier.id, speaker, 0});
      }
    }
  }

  const Programme& programme_;
  const SeatsTaken& taken_;
  std::vector<Conflict> found_;
};

}  // namespace

std::string_view to_string(ConflictKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::vector<Conflict> conflicts(const Programme& programme, const SeatsTaken& seats_taken) {
  return Search(programme, seats_taken).run();
}

std::vector<Conflict> conflicts_of(const std::vector<Conflict>& all, std::string_view session) {
  std::vector<Conflict> own;
  std::ranges::copy_if(all, std::back_inserter(own), [&](const Conflict& conflict) {
    return conflict.session == session || conflict.other == session;
  });
  return own;
}

}  // namespace revier::event
