// SPDX-License-Identifier: EUPL-1.2
// Chance behind a seam, and the two kinds of identifier made from it.
//
// Thread safety: SystemRandom from any thread; a SeededRandom by one thread at a time.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace revier {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

// The kernel's cryptographic generator.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

// The same sequence for the same seed; tests only, it can be guessed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t state_;
};

[[nodiscard]] std::uint64_t random_u64(Random& random);

// 160 bits as 32 characters a-z2-7: for secrets in links and tokens.
[[nodiscard]] std::string random_secret(Random& random);

// 80 bits as 16 characters a-z2-7: for ids that need not be secret.
[[nodiscard]] std::string random_id(Random& random);

}  // namespace revier
