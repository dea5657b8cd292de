// SPDX-License-Identifier: EUPL-1.2
// Rows of check-ins. No rules here: see check_in.h. A row goes with its registration; one without
// a registration carries a date of its own.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "door/types.h"
#include "records/records.h"

namespace revier::door::rows {

// After those of ticket: what that domain kept of check-ins moves here.
[[nodiscard]] std::span<const records::Migration> migrations();

// Removes rows without registration whose time is over (those of a registration go with it). How
// many.
[[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);
// Gives it the next revision.
[[nodiscard]] Result<> insert(records::Session& session, CheckIn& check_in);
// kResourceNotFound where there is none.
[[nodiscard]] Result<CheckIn> find(records::Session& session, std::string_view id);
[[nodiscard]] Result<> set_undone(records::Session& session, CheckIn& check_in, Instant now,
                                  std::string_view by);

// Check-ins of this day that stand, of the same registration or, without one, of the same code; the
// earliest first.
[[nodiscard]] Result<std::vector<CheckIn>> standing(records::Session& session,
                                                    std::string_view booking, std::string_view code,
                                                    std::string_view day);
[[nodiscard]] Result<std::vector<CheckIn>> of_booking(records::Session& session,
                                                      std::string_view booking);

// A check-in with what people know the ticket by. Empty without registration.
struct Line {
  CheckIn check_in;
  std::string name;
};
// With a revision beyond `after`, in that order, undone ones too.
[[nodiscard]] Result<std::vector<CheckIn>> since(records::Session& session, std::string_view day,
                                                 std::int64_t after, std::int64_t limit);
// The newest by time, undone ones too.
[[nodiscard]] Result<std::vector<Line>> latest(records::Session& session, std::string_view day,
                                               std::int64_t limit);
// All that stand of tickets that were taken more than once, or that have a problem; those of one
// ticket together, the earliest first.
[[nodiscard]] Result<std::vector<Line>> conflicts(records::Session& session, std::string_view day);

// Tickets that are in: each counts once, those with a problem do not.
[[nodiscard]] Result<std::int64_t> count_in(records::Session& session, std::string_view day);
// The time of each of these tickets, the first where there are several; in order.
[[nodiscard]] Result<std::vector<Instant>> times(records::Session& session, std::string_view day);

}  // namespace revier::door::rows
