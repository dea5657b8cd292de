// SPDX-License-Identifier: EUPL-1.2
// Time-based one-time passwords: RFC 6238 over HOTP (RFC 4226), HMAC-SHA-1, six digits, 30 seconds:
// what every authenticator app takes.
//
// Thread safety: pure functions.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace revier::identity::detail {

using TotpSecret = std::array<std::uint8_t, 20>;

[[nodiscard]] std::int64_t totp_step(Instant now);
// Six digits.
[[nodiscard]] std::string totp_code(const TotpSecret& secret, std::int64_t step);
// The step of a right code, at most one step away from now and after `last`, so that a code that
// was used is not used again. Blanks in the code do not count.
[[nodiscard]] std::optional<std::int64_t> totp_match(const TotpSecret& secret,
                                                     std::string_view code, Instant now,
                                                     std::int64_t last);
// RFC 4648, without padding.
[[nodiscard]] std::string base32(const TotpSecret& secret);
// "otpauth://totp/ISSUER:NAME?secret=..." as apps read it from a QR code.
[[nodiscard]] std::string totp_uri(const TotpSecret& secret, std::string_view issuer,
                                   std::string_view name);

}  // namespace revier::identity::detail
