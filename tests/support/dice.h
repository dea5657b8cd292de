// SPDX-License-Identifier: EUPL-1.2
// Chance for property tests: small numbers and choices, the same for the same seed.
//
// Thread safety: a Dice by one thread at a time.
#pragma once
#include <initializer_list>
#include <string>

#include "base/random.h"

namespace revier::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  // 0 to n - 1; n is over 0.
  int below(int n) { return static_cast<int>(random_u64(random_) % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  std::string of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(static_cast<int>(choices.size())));
  }

 private:
  SeededRandom random_;
};

}  // namespace revier::test
