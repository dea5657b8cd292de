// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/secrets.h"

#include <sodium.h>

#include "base/check.h"

namespace revier::identity::detail {
namespace {

constexpr unsigned long long kOperations = 3;
constexpr std::size_t kMemoryBytes = std::size_t{32} << 20;
constexpr std::size_t kPasswordMax = 200;

void ready() {
  static const int result = sodium_init();
  RV_CHECK(result >= 0);
}

// Of a random password that nobody has kept.
const std::string& decoy() {
  static const std::string hash = [] {
    std::array<char, 32> password{};
    randombytes_buf(password.data(), password.size());
    return hash_password({password.data(), password.size()}).value_or("");
  }();
  return hash;
}

}  // namespace

Digest digest(std::string_view purpose, std::string_view secret) {
  ready();
  crypto_generichash_state state;
  Digest result{};
  const auto* nul = reinterpret_cast<const unsigned char*>("");
  crypto_generichash_init(&state, nullptr, 0, result.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()),
                            purpose.size());
  crypto_generichash_update(&state, nul, 1);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(secret.data()),
                            secret.size());
  crypto_generichash_final(&state, result.data(), result.size());
  return result;
}

namespace {

using SecretMark = std::array<std::uint8_t, crypto_shorthash_siphashx24_BYTES>;

// A keyed hash of a secret, of 128 bits, with a key that this process alone has: who does not know
// the key cannot make another text with the same one.
SecretMark mark_of(std::string_view secret) {
  static const auto key = [] {
    ready();
    std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES> random{};
    randombytes_buf(random.data(), random.size());
    return random;
  }();
  SecretMark mark{};
  crypto_shorthash_siphashx24(mark.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                              secret.size(), key.data());
  return mark;
}

struct Remembered {
  std::string_view purpose;
  SecretMark mark{};
  Digest digest{};
};

}  // namespace

Digest digest_of_request(std::string_view purpose, std::string_view secret) {
  static thread_local std::array<Remembered, 64> memory;
  const SecretMark mark = mark_of(secret);
  Remembered& place = memory[mark[0] % memory.size()];
  if (place.purpose != purpose || place.mark != mark) {
    place = {purpose, mark, digest(purpose, secret)};
  }
  return place.digest;
}

std::string to_hex(const Digest& digest) {
  std::string text(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

Digest from_hex(std::string_view text) {
  Digest result{};
  std::size_t length = 0;
  const int code = sodium_hex2bin(result.data(), result.size(), text.data(), text.size(), nullptr,
                                  &length, nullptr);
  if (code != 0 || length != result.size()) return {};
  return result;
}

Result<std::string> hash_password(std::string_view password) {
  ready();
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const int code = crypto_pwhash_str_alg(out.data(), password.data(), password.size(), kOperations,
                                         kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13);
  if (code != 0) return fail(Code::kUnavailable, "not enough memory for a password, try again");
  return std::string(out.data());
}

bool verify_password(const std::string& hash, std::string_view password) {
  ready();
  const std::string& against = hash.empty() ? decoy() : hash;
  const int code = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size());
  return code == 0 && !hash.empty();
}

Result<> check_password(std::string_view password) {
  if (password.size() >= kPasswordMin && password.size() <= kPasswordMax) return {};
  return fail(Code::kUnprocessable, "a password has 10 to 200 characters", "password");
}

}  // namespace revier::identity::detail
