// SPDX-License-Identifier: EUPL-1.2
// Mail addresses with a domain that is not ASCII ("post@büro.example").
//
// Servers that we write to are not asked for SMTPUTF8 (RFC 6531), so that an address goes to them
// in ASCII: the domain by IDNA (UTS 46), and what stands before the @ has to be ASCII by itself.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace revier::mail {

// "post@xn--bro-hoa.example"; an ASCII address stays as it is. Nothing where it has no such form.
[[nodiscard]] std::optional<std::string> address_in_ascii(std::string_view address);

// For comparing: ASCII letters small, the domain as people write it, whichever form it came in.
[[nodiscard]] std::string address_key(std::string_view address);

}  // namespace revier::mail
