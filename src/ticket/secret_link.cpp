// SPDX-License-Identifier: EUPL-1.2
#include "ticket/secret_link.h"

#include <sodium.h>

namespace revier::ticket {
namespace {
constexpr std::size_t kMacBytes = 20;
}

std::string SecretLinks::token(std::string_view purpose, std::string_view id) const {
  std::string message(purpose);
  message += '\0';
  message += id;
  std::array<unsigned char, crypto_auth_BYTES> mac{};
  crypto_auth(mac.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
              key_.data());
  std::array<char, sodium_base64_ENCODED_LEN(kMacBytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)>
      text{};
  sodium_bin2base64(text.data(), text.size(), mac.data(), kMacBytes,
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return std::string(id) + "." + text.data();
}

Result<std::string> SecretLinks::open(std::string_view purpose, std::string_view given) const {
  const std::string_view id = given.substr(0, given.find('.'));
  const std::string genuine = token(purpose, id);
  const bool same = genuine.size() == given.size() &&
                    sodium_memcmp(genuine.data(), given.data(), genuine.size()) == 0;
  if (!same) return fail(Code::kResourceNotFound, "this link is not valid");
  return std::string(id);
}

}  // namespace revier::ticket
