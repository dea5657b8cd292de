// SPDX-License-Identifier: EUPL-1.2
#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace revier {
namespace {

// RFC 4648 base 32 in lower case; `bytes` is a multiple of five long.
std::string base32(std::span<const std::uint8_t> bytes) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  out.reserve(bytes.size() / 5 * 8);
  for (std::size_t i = 0; i + 5 <= bytes.size(); i += 5) {
    std::uint64_t block = 0;
    for (std::size_t k = 0; k < 5; ++k) block = block << 8 | bytes[i + k];
    for (int shift = 35; shift >= 0; shift -= 5) out += kAlphabet[block >> shift & 31];
  }
  return out;
}

template <std::size_t kBytes>
std::string random_text(Random& random) {
  std::array<std::uint8_t, kBytes> bytes{};
  random.fill(bytes);
  return base32(bytes);
}

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      RV_CHECK(errno == EINTR);
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// SplitMix64 (Steele, Lea, Flood 2014).
void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    byte = static_cast<std::uint8_t>(z ^ z >> 31);
  }
}

std::uint64_t random_u64(Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.fill(bytes);
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string random_secret(Random& random) { return random_text<20>(random); }
std::string random_id(Random& random) { return random_text<10>(random); }

}  // namespace revier
