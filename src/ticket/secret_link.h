// SPDX-License-Identifier: EUPL-1.2
// Links that only their owner knows, without storing the secret: "<id>.<mac>", where the second
// part is a keyed hash of purpose and id under the instance's key (HMAC-SHA-512/256, libsodium
// crypto_auth). A repeat of a request therefore gets the same link, and a copy of the database
// opens none.
//
// Thread safety: constant after construction.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::ticket {

class SecretLinks {
 public:
  using Key = std::array<std::uint8_t, 32>;
  explicit SecretLinks(const Key& key) : key_(key) {}

  // `purpose` keeps a link of one kind from opening another ("hold", "registration").
  [[nodiscard]] std::string token(std::string_view purpose, std::string_view id) const;
  // The id of a genuine token. Errors: kResourceNotFound, the same for every fault.
  [[nodiscard]] Result<std::string> open(std::string_view purpose, std::string_view token) const;

 private:
  Key key_;
};

}  // namespace revier::ticket
