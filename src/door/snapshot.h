// SPDX-License-Identifier: EUPL-1.2
// What a desk takes along for the time without network: for every ticket a keyed hash and whether
// it is good for the day. No names, no codes: a lost phone tells nothing about who comes, and no
// code can be made from it.
//
// Thread safety: all from any thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/thread_safety.h"
#include "base/time.h"
#include "ticket/api.h"
#include "ticket/days.h"

namespace revier::door {

// Stands for a code on a desk: base64url of the first 12 bytes of SHA-256(salt + code).
[[nodiscard]] std::string ticket_hash(std::string_view salt, std::string_view code);
// The same for an instance and a day, so that a desk keeps what it has.
[[nodiscard]] std::string salt_of(const ticket::Domain& tickets, std::string_view day);

struct Snapshot {
  std::string tag;  // changes when a ticket changes
  Instant at;       // civil: before the tickets were read
  std::string
      json;  // {"HASH": "ok 2" | "other-day" | "waiting" | "session-cancelled" | "cancelled", ...}
};

// Makes snapshots and keeps the last of each day for some seconds: many desks ask.
class Snapshots {
 public:
  explicit Snapshots(const ticket::Domain& tickets) : tickets_(tickets) {}
  // Blocks: call it on the pool.
  [[nodiscard]] Result<std::shared_ptr<const Snapshot>> of(const ticket::DayQuota& day);

 private:
  struct Kept {
    std::shared_ptr<const Snapshot> snapshot;
    std::int64_t made_us = 0;
  };
  const ticket::Domain tickets_;
  Mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::door
