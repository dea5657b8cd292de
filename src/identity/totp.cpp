// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "base/check.h"
#include "web/html.h"

namespace revier::identity::detail {
namespace {

constexpr std::int64_t kStepUs = 30'000'000;
constexpr std::int64_t kDriftSteps = 1;
constexpr std::size_t kDigits = 6;

std::string digits_of(std::string_view code) {
  std::string digits;
  for (const char c : code) {
    if (c != ' ') digits += c;
  }
  return digits;
}

}  // namespace

std::int64_t totp_step(Instant now) { return now.us / kStepUs; }

std::string totp_code(const TotpSecret& secret, std::int64_t step) {
  std::array<std::uint8_t, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                          counter.data(), counter.size(), mac.data(), &length);
  RV_CHECK(made != nullptr && length == 20);
  // RFC 4226, 5.3: dynamic truncation.
  const std::size_t at = mac[19] & 0x0FU;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7FU) << 24) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) |
                               static_cast<std::uint32_t>(mac[at + 3]);
  return fmt::format("{:06}", number % 1'000'000);
}

std::optional<std::int64_t> totp_match(const TotpSecret& secret, std::string_view code, Instant now,
                                       std::int64_t last) {
  const std::string typed = digits_of(code);
  if (typed.size() != kDigits) return std::nullopt;
  std::optional<std::int64_t> found;
  const std::int64_t here = totp_step(now);
  for (std::int64_t step = here - kDriftSteps; step <= here + kDriftSteps; ++step) {
    const std::string right = totp_code(secret, step);
    const bool same = sodium_memcmp(right.data(), typed.data(), kDigits) == 0;
    if (same && step > last) found = step;
  }
  return found;
}

std::string base32(const TotpSecret& secret) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  unsigned bits = 0;
  std::uint32_t buffer = 0;
  for (const std::uint8_t byte : secret) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += kLetters[(buffer >> (bits - 5)) & 31U];
  }
  return text;
}

std::string totp_uri(const TotpSecret& secret, std::string_view issuer, std::string_view name) {
  web::Html encoded(web::Language::kDe);
  encoded.literal("otpauth://totp/");
  encoded.url_part(issuer);
  encoded.literal(":");
  encoded.url_part(name);
  encoded.literal("?secret=");
  encoded.url_part(base32(secret));
  encoded.literal("&issuer=");
  encoded.url_part(issuer);
  encoded.literal("&algorithm=SHA1&digits=6&period=30");
  return encoded.str();
}

}  // namespace revier::identity::detail
