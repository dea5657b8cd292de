// SPDX-License-Identifier: EUPL-1.2
// Counts attempts by key in windows of time, in bounded memory.
//
// Thread safety: all methods from any thread.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/thread_safety.h"
#include "base/time.h"

namespace revier {

class Attempts {
 public:
  // `keys_max`: when so many are counted, all whose window has ended are forgotten; if none has,
  // the oldest is: nobody fills the memory such that new keys are refused.
  Attempts(Duration window, std::size_t keys_max) : window_(window), keys_max_(keys_max) {}

  // Counts one attempt; false when the key has had `max` in its window already.
  [[nodiscard]] bool take(const std::string& key, unsigned max, Instant now);
  // Whether take() would say no; counts nothing.
  [[nodiscard]] bool exhausted(const std::string& key, unsigned max, Instant now);
  void forget(const std::string& key);
  // One attempt less: it was a good one.
  void give_back(const std::string& key);

 private:
  struct Window {
    Instant start;
    unsigned count = 0;
  };
  void make_room(Instant now) RV_REQUIRES(mutex_);

  const Duration window_;
  const std::size_t keys_max_;
  Mutex mutex_;
  std::unordered_map<std::string, Window> windows_ RV_GUARDED_BY(mutex_);
};

// As what an address counts: IPv4 as it is, of IPv6 the first 64 bits, which one customer has all
// of ("2001:db8:1:2::/64"). What is no address stays as it is.
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace revier
