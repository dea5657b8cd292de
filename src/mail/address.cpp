// SPDX-License-Identifier: EUPL-1.2
#include "mail/address.h"

#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/ascii.h"

namespace revier::mail {
namespace {

struct CloseIdna {
  void operator()(UIDNA* idna) const { uidna_close(idna); }
};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

using Convert = decltype(&uidna_nameToASCII_UTF8);

std::optional<std::string> convert(Convert to, std::string_view domain) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, CloseIdna> idna(
      uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                          UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
                      &status));
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::array<char, 1024> out{};
  const std::int32_t size = to(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()),
                               out.data(), static_cast<std::int32_t>(out.size()), &info, &status);
  if (U_FAILURE(status) || info.errors != 0) return std::nullopt;
  return std::string(out.data(), static_cast<std::size_t>(size));
}

}  // namespace

std::optional<std::string> address_in_ascii(std::string_view address) {
  if (is_ascii(address)) return std::string(address);
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || !is_ascii(address.substr(0, at))) return std::nullopt;
  const auto domain = convert(uidna_nameToASCII_UTF8, address.substr(at + 1));
  if (!domain) return std::nullopt;
  return std::string(address.substr(0, at + 1)) + *domain;
}

std::string address_key(std::string_view address) {
  std::string key = lower_case(address);
  const std::size_t begin = key.rfind('@') + 1;  // 0 where there is none
  const std::string_view domain = std::string_view(key).substr(begin);
  if (is_ascii(domain) && domain.find("xn--") == std::string_view::npos) return key;
  if (const auto shown = convert(uidna_nameToUnicodeUTF8, domain))
    key.replace(begin, key.size(), *shown);
  return key;
}

}  // namespace revier::mail
