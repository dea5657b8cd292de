// SPDX-License-Identifier: EUPL-1.2
// A copy of a subscription at a context source, while this server runs: when its next request is
// due, and what the answers of the source make of it (5.8.1.4, 5.8.2.4, 5.8.5.4).
//
// Thread safety: none; whoever has the copies locks them.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/turns.h"
#include "federation/detail/copy.h"

namespace revier::federation::detail {

// A copy and what is not stored of it.
struct LiveCopy {
  Copy copy;
  bool busy = false;
  bool refused = false;
  bool doubted = false;  // the source said that its id is there: whose it is shows when it is used
  int failures = 0;
  std::int64_t next_us = 0;  // monotonic: nothing is sent before
  std::string problem;
  std::uint64_t received = 0;
  std::optional<Instant> last_received;
  std::deque<std::string> seen;  // ids of notifications, the last of them
  std::array<Turns, 16> turns;   // of what arrives

  // Notifications of one id are taken one after the other, and sometimes of two. From any thread.
  [[nodiscard]] Turns& turn_of(const std::string& id) {
    return turns[std::hash<std::string>{}(id) % turns.size()];
  }
};
using LiveCopyPtr = std::shared_ptr<LiveCopy>;

// A request that has ended.
struct Answered {
  Copy::State asked;         // the state that it was for
  std::string sent;          // its body, as the source has it now where it took it
  Result<net::Reply> reply;  // kNotImplemented: the registration does not offer it
};

class Course {
 public:
  // `back_off_ms` and `look_after_ms` as in DistributedNeeds.
  Course(const Clock& civil_clock, std::int64_t back_off_ms, std::int64_t look_after_ms)
      : civil_clock_(civil_clock), back_off_ms_(back_off_ms), look_after_ms_(look_after_ms) {}

  // Into a state, whose request is due at once.
  void set_state(LiveCopy& live, Copy::State state) const;
  // The next request is due later, the later the more have failed.
  void back_off(LiveCopy& live, std::int64_t least_us) const;

  enum class Turn : std::uint8_t {
    kNone,     // nothing to be written
    kChanged,  // its row is to be written
    kAnother,  // its id is not ours: it is of no use, another copy is to be made
    kEnded,    // it is not at the source any more, or we have given up
  };
  [[nodiscard]] Turn take(LiveCopy& live, const Answered& answered) const;

 private:
  [[nodiscard]] Turn settle(LiveCopy& live, const Answered& answered) const;
  void look_again(LiveCopy& live, const Answered& answered) const;
  [[nodiscard]] bool is_given_up(const LiveCopy& live, const Result<net::Reply>& reply) const;
  void note_failure(LiveCopy& live, const Result<net::Reply>& reply) const;
  [[nodiscard]] std::int64_t next_look_us() const;

  const Clock& civil_clock_;
  const std::int64_t back_off_ms_;
  const std::int64_t look_after_ms_;
};

// The registration offers the request that was due.
[[nodiscard]] bool was_sent(const Answered& answered);

}  // namespace revier::federation::detail
