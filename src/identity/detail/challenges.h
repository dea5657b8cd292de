// SPDX-License-Identifier: EUPL-1.2
// Sign-ins between password and code: short-lived, bounded, in memory.
//
// Thread safety: all methods from any thread.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>

#include "base/thread_safety.h"
#include "base/time.h"
#include "identity/detail/secrets.h"

namespace revier::identity::detail {

struct Challenge {
  std::string account;
  std::string password;  // the account's stored one that was right: another ends the sign-in
  std::string device;
  Instant expires;
  unsigned tries = 0;
};

class Challenges {
 public:
  void put(const Digest& digest, Challenge challenge, Instant now);
  // One more try; nullopt when it is unknown, has ended or was tried too often.
  [[nodiscard]] std::optional<Challenge> take_try(const Digest& digest, Instant now);
  void end(const Digest& digest);

 private:
  Mutex mutex_;
  std::unordered_map<Digest, Challenge, DigestHash> open_ RV_GUARDED_BY(mutex_);
};

// "Firefox, Windows" of a User-Agent: as much as its owner needs to know a device again.
[[nodiscard]] std::string device_name(std::string_view user_agent);

}  // namespace revier::identity::detail
