// SPDX-License-Identifier: EUPL-1.2
// How fast letters to many are written to the outbox: one Pace for all who write such, so that the
// mail server's provider sees no more than it was asked about.
//
// Thread safety: none; for the one thread that writes them.
#pragma once
#include <cstdint>

#include "base/time.h"

namespace revier::mail {

class Pace {
 public:
  // `mails_a_minute` 0: as fast as they leave.
  Pace(const Clock& civil_clock, std::int64_t mails_a_minute)
      : clock_(civil_clock), mails_a_minute_(mails_a_minute), counted_at_(civil_clock.now()) {}

  // How many may be written now, where `waiting` of them are due in the outbox (count_due_bulk()).
  [[nodiscard]] std::int64_t allowance(std::int64_t waiting);
  void take(std::int64_t written) { allowed_ -= static_cast<double>(written); }

 private:
  const Clock& clock_;
  const std::int64_t mails_a_minute_;
  double allowed_ = 0;
  Instant counted_at_;
};

}  // namespace revier::mail
