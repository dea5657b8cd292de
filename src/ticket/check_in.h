// SPDX-License-Identifier: EUPL-1.2
// Taking tickets at the door: once a ticket and day.
//
// Thread safety: from any thread; the Task from io threads.
#pragma once
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "records/records.h"
#include "ticket/types.h"

namespace revier::ticket {

struct CheckInRequest {
  std::string code;  // as typed or scanned
  std::string day;   // "2025-02-05": the day the desk works for
  std::string desk;  // where, at most 60 characters; may be empty
};

struct CheckInAnswer {
  CheckIn check_in;
  Booking booking;
  // Set when the ticket had been used for this day before: then nothing was written, and check_in
  // says when and where the first use was.
  bool used_before = false;
};

// Errors: kResourceNotFound (no such ticket), kGone (cancelled), kConflict (not booked for this
// day; or only on its waiting list), kUnprocessable (desk too long). `day_quota` is the id of the
// quota of that day.
[[nodiscard]] Task<Result<CheckInAnswer>> check_in(records::Database& database,
                                                   const Clock& civil_clock, CheckInRequest request,
                                                   std::string day_quota);

}  // namespace revier::ticket
