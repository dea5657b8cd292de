// SPDX-License-Identifier: EUPL-1.2
// Against machines that take all times, without puzzles for people.
//
// Proof of work: the browser looks for a number so that SHA-256 of "HOLD:NUMBER" begins with
// kProofBits zero bits, about a second of work while the person types. A hold's id is random and
// used once, so nothing needs to be stored and no proof counts twice. Who has no script gives none:
// the appointment then lasts only until the link in the mail has been used in time.
//
// HoldLimit: holds of one network in a quarter of an hour. Addresses are kept in memory only, as
// keyed hashes of the network (IPv4 /24, IPv6 /56) that end with the process.
//
// Thread safety: HoldLimit from any thread; the rest is pure.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/thread_safety.h"
#include "base/time.h"

namespace revier::appointment {

inline constexpr int kProofBits = 16;
// `number` has 1 to 20 digits.
[[nodiscard]] bool is_proof(std::string_view hold, std::string_view number);

// "192.0.2.7" -> "192.0.2", "2001:db8:1:2::1" -> "20010db8000100", the first 56 bits.
[[nodiscard]] std::string network_of(std::string_view address);

class HoldLimit {
 public:
  // `clock` is the real one and outlives it.
  HoldLimit(const Clock& clock, std::int64_t holds_max);
  // Counts one hold of the address. False when its network has had as many as it may.
  [[nodiscard]] bool take(std::string_view address);

  static constexpr Duration kWindow = Duration::minutes(15);

 private:
  struct Count {
    Instant since;
    std::int64_t holds = 0;
  };
  const Clock& clock_;
  const std::int64_t holds_max_;
  std::array<unsigned char, 32> key_{};
  Mutex mutex_;
  std::map<std::array<unsigned char, 16>, Count> counts_ RV_GUARDED_BY(mutex_);
  Instant swept_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::appointment
