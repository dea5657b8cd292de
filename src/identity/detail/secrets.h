// SPDX-License-Identifier: EUPL-1.2
// Hashes of secrets. Secrets of ours are 160 random bits, so a fast hash is enough for them;
// passwords are argon2id.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::identity::detail {

using Digest = std::array<std::uint8_t, 32>;

// Digests are uniform: any of their bytes are a hash.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

// BLAKE2b-256 over `purpose`, a NUL and the secret.
[[nodiscard]] Digest digest(std::string_view purpose, std::string_view secret);
// The same, for what a client sends with every request: each thread remembers the digests it made
// last, found by a keyed hash of the secret, which it does not keep. `purpose` is a constant.
[[nodiscard]] Digest digest_of_request(std::string_view purpose, std::string_view secret);
[[nodiscard]] std::string to_hex(const Digest& digest);
// nullopt-like: all zeros for what is no 64 hexadecimal digits.
[[nodiscard]] Digest from_hex(std::string_view text);

// 32 MiB and about 60 ms; blocks. Errors: kUnavailable without the memory.
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
// An empty hash costs the same time and is never right, so that the time tells nothing.
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);
inline constexpr std::size_t kPasswordMin = 10;  // bytes
// Errors: kUnprocessable with field "password".
[[nodiscard]] Result<> check_password(std::string_view password);

}  // namespace revier::identity::detail
