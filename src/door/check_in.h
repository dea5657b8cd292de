// SPDX-License-Identifier: EUPL-1.2
// Taking tickets at the door: once a ticket and day.
//
// On line the server decides and a ticket that is in is refused. A desk that was cut off has
// decided by itself, by the signature and what it knew; what it took is recorded as it happened,
// the earliest of a ticket is the one that counts, and the others stand beside it as conflicts.
//
// Thread safety: from any thread; the Tasks from io threads.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "door/types.h"
#include "identity/access.h"
#include "records/records.h"
#include "ticket/api.h"
#include "ticket/days.h"

namespace revier::door {

struct Request {
  std::string ticket;    // as typed or scanned: the short code or the signed text
  ticket::DayQuota day;  // which the desk works for
  std::string desk;      // at most 60 bytes, may be empty
  std::string id;        // 1 to 64 of A-Z a-z 0-9 - _ .; empty: a new one
  std::string account;   // who asks
  // Both by the device's clock: when the ticket was taken by a desk that was cut off, and when this
  // request was sent. Only their difference is believed, up to seven days; without `sent_at` the
  // first is taken for civil time.
  std::optional<Instant> taken_at;
  std::optional<Instant> sent_at;
};

enum class Verdict : std::uint8_t {
  kAccepted,
  kUsed,              // is in already
  kUnknown,           // no registration has this code
  kForged,            // looks like a signed ticket, but no key of ours signed it
  kCancelled,         // the registration was cancelled
  kWaiting,           // is on the day's waiting list only
  kOtherDay,          // not booked for this day
  kPassedOn,          // another person has it now, with another code
  kSessionCancelled,  // for a session of this day that does not take place, and for nothing else
};
[[nodiscard]] std::string_view to_string(Verdict verdict);  // "other-day"

struct Answer {
  Verdict verdict = Verdict::kUnknown;
  // What was written; with kUsed the first check-in. Set with other verdicts, too, where the desk
  // had taken the ticket already: it is recorded with its problem.
  std::optional<CheckIn> check_in;
  std::vector<CheckIn> others;  // of the same ticket and day, that stand beside check_in
  std::optional<ticket::Booking> booking;
};

// Durable when it answers; a repeat with the same `id` answers the same.
// Errors: kUnprocessable (desk or id malformed, id used for another ticket) with the field.
[[nodiscard]] Task<Result<Answer>> check_in(const ticket::Domain& tickets, Request request);

// Takes a mistake back: the ticket can be used again. It stands in the audit log. A repeat is no
// error and changes nothing.
// Errors: kResourceNotFound.
[[nodiscard]] Task<Result<CheckIn>> undo(const ticket::Domain& tickets, std::string id,
                                         identity::Caller by);

}  // namespace revier::door
