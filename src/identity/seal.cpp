// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/seal.h"

#include <sodium.h>

#include "base/check.h"

namespace revier::identity::detail {
namespace {

constexpr std::size_t kNonce = crypto_secretbox_NONCEBYTES;
constexpr std::size_t kTag = crypto_secretbox_MACBYTES;
constexpr std::size_t kSealedMax = 2'000;
static_assert(std::tuple_size_v<SealKey> == crypto_secretbox_KEYBYTES);

SealKey key_for(const SealKey& key, std::string_view purpose) {
  RV_CHECK(sodium_init() >= 0);
  SealKey derived{};
  crypto_generichash(derived.data(), derived.size(),
                     reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size(),
                     key.data(), key.size());
  return derived;
}

}  // namespace

std::string seal(const SealKey& key, std::string_view purpose, std::string_view content) {
  const SealKey own = key_for(key, purpose);
  std::string box(kNonce + kTag + content.size(), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(box.data());
  randombytes_buf(bytes, kNonce);
  crypto_secretbox_easy(bytes + kNonce, reinterpret_cast<const unsigned char*>(content.data()),
                        content.size(), bytes, own.data());
  std::string text(box.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, box.size());
  text.pop_back();
  return text;
}

Result<std::string> unseal(const SealKey& key, std::string_view purpose, std::string_view sealed) {
  std::string box(sealed.size() / 2, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(box.data());
  std::size_t length = 0;
  const bool hex =
      sealed.size() <= kSealedMax && sodium_hex2bin(bytes, box.size(), sealed.data(), sealed.size(),
                                                    nullptr, &length, nullptr) == 0;
  if (!hex || length != box.size() || length < kNonce + kTag) {
    return fail(Code::kCorrupt, "not sealed by this installation");
  }
  const SealKey own = key_for(key, purpose);
  std::string content(length - kNonce - kTag, '\0');
  const int code = crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(content.data()),
                                              bytes + kNonce, length - kNonce, bytes, own.data());
  if (code != 0) return fail(Code::kCorrupt, "not sealed by this installation");
  return content;
}

}  // namespace revier::identity::detail
