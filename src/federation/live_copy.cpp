// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/live_copy.h"

#include <algorithm>

#include "base/log.h"

namespace revier::federation::detail {
namespace {

using State = Copy::State;

constexpr std::int64_t kCopyBackOffMaxUs = 300'000'000;
constexpr std::int64_t kRefusedUs = 3'600'000'000;
constexpr int kEndingDaysMax = 7;

bool is_taken(const Result<net::Reply>& reply) {
  return reply && reply->status >= 200 && reply->status < 300;
}

bool is_lost(const Result<net::Reply>& reply) {
  return reply && (reply->status == 404 || reply->status == 410);
}

}  // namespace

bool was_sent(const Answered& answered) {
  return answered.reply || answered.reply.error().code != Code::kNotImplemented;
}

void Course::set_state(LiveCopy& live, State state) const {
  live.copy.state = state;
  live.copy.since = civil_clock_.now();
  live.failures = 0;
  live.refused = false;
  live.next_us = 0;
  live.problem.clear();
}

void Course::back_off(LiveCopy& live, std::int64_t least_us) const {
  const std::int64_t back_off_us =
      std::min((back_off_ms_ * 1'000) << std::min(live.failures++, 16), kCopyBackOffMaxUs);
  live.next_us = monotonic_us() + std::max(least_us, back_off_us);
}

Course::Turn Course::take(LiveCopy& live, const Answered& answered) const {
  const Result<net::Reply>& reply = answered.reply;
  if (answered.asked == State::kUnwanted) {
    const bool gone = is_taken(reply) || is_lost(reply);
    if (gone || !was_sent(answered) || is_given_up(live, reply)) return Turn::kEnded;
    note_failure(live, reply);
    return Turn::kNone;
  }
  if (live.copy.state == State::kUnwanted) {
    live.next_us = 0;  // it went meanwhile
    return Turn::kNone;
  }
  if (is_lost(reply) && live.doubted) return Turn::kAnother;
  return settle(live, answered);
}

// Of a copy that stays.
Course::Turn Course::settle(LiveCopy& live, const Answered& answered) const {
  if (answered.asked != State::kWanted && is_lost(answered.reply)) {
    live.copy.had.clear();
    set_state(live, State::kWanted);  // the source has lost it
    return Turn::kChanged;
  }
  if (answered.asked == State::kMade) {
    // One that was changed meanwhile is due at once.
    if (live.copy.state == State::kMade) look_again(live, answered);
    return Turn::kNone;
  }
  // 409: a request before a crash has made it.
  const bool there =
      answered.asked == State::kWanted && answered.reply && answered.reply->status == 409;
  const bool of_now = live.copy.told.body == answered.sent;
  if (!is_taken(answered.reply) && !there) {
    note_failure(live, answered.reply);
    if (live.refused && !of_now) {  // what is wished now was not refused
      live.refused = false;
      live.next_us = 0;
    }
    return Turn::kNone;
  }
  live.copy.had = answered.sent;
  const bool as_wished = !there && of_now;
  const int failures = there ? live.failures : 0;
  live.doubted = there;
  set_state(live, as_wished ? State::kMade : State::kOther);
  live.failures = failures;
  if (as_wished) live.next_us = next_look_us();
  return Turn::kChanged;
}

std::int64_t Course::next_look_us() const { return monotonic_us() + look_after_ms_ * 1'000; }

// A source that is away keeps its copy: only that it is away is told.
void Course::look_again(LiveCopy& live, const Answered& answered) const {
  live.next_us = next_look_us();
  live.problem.clear();
  const Result<net::Reply>& reply = answered.reply;
  if (was_sent(answered) && (!reply || reply->status >= 500)) live.problem = problem_of(reply);
}

bool Course::is_given_up(const LiveCopy& live, const Result<net::Reply>& reply) const {
  const Instant end = live.copy.since + Duration::days(kEndingDaysMax);
  if (civil_clock_.now() < end) return false;
  log_event(Level::kWarn, "federation.copy_left",
            {{"registration", live.copy.registration->id}, {"reason", problem_of(reply)}});
  return true;
}

void Course::note_failure(LiveCopy& live, const Result<net::Reply>& reply) const {
  live.problem = problem_of(reply);
  live.refused = is_refusal(reply);
  back_off(live, live.refused ? kRefusedUs : 0);
}

}  // namespace revier::federation::detail
