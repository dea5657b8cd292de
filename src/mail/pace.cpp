// SPDX-License-Identifier: EUPL-1.2
#include "mail/pace.h"

#include <algorithm>

namespace revier::mail {
namespace {

constexpr std::int64_t kAhead = 2'000;  // letters to many that wait in the outbox at most

}  // namespace

std::int64_t Pace::allowance(std::int64_t waiting) {
  const std::int64_t room = std::max<std::int64_t>(0, kAhead - waiting);
  if (mails_a_minute_ == 0) {
    allowed_ = static_cast<double>(room);
    return room;
  }
  const double a_second = static_cast<double>(mails_a_minute_) / 60.0;
  const double seconds = static_cast<double>((clock_.now() - counted_at_).us) / 1e6;
  counted_at_ = clock_.now();
  // After a pause not all at once.
  allowed_ = std::min(allowed_ + seconds * a_second, std::max(1.0, 5.0 * a_second));
  return std::min(room, static_cast<std::int64_t>(allowed_));
}

}  // namespace revier::mail
