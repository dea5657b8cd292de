// SPDX-License-Identifier: EUPL-1.2
// Signed tokens of identity providers: JWS in its compact form (RFC 7515), and the keys that their
// signatures are held against, a JWK set (RFC 7517).
//
// Taken are RS256, PS256, ES256 (RFC 7518) and EdDSA with Ed25519 (RFC 8037). What a token says of
// where its key is to be had (jku, x5u, jwk) is not looked at, and a token with `crit` is refused.
//
// Thread safety: values; a KeySet is immutable.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::identity {

enum class JwsAlgorithm : std::uint8_t { kRs256, kPs256, kEs256, kEdDsa };

struct Jws {
  static constexpr std::size_t kBytesMax = 8'192;

  JwsAlgorithm algorithm = JwsAlgorithm::kRs256;
  std::string key_id;  // empty where it names none
  std::string signed_part;
  std::string payload;  // bytes, as they were signed: nobody has looked at them
  std::string signature;
};

// Three parts of base64url between two points: what read_jws() is for.
[[nodiscard]] bool looks_like_jws(std::string_view text);
// Errors: kUnauthenticated, saying what is wrong; no part of the token is in the message.
[[nodiscard]] Result<Jws> read_jws(std::string_view text);

class KeySet {
 public:
  static constexpr std::size_t kBytesMax = 262'144;
  static constexpr std::size_t kKeysMax = 64;
  // The field of parse()'s error where the text is a JWK set, of keys that are of no use here.
  static constexpr std::string_view kNoUsableKey = "keys";

  // Keys of other kinds, for other uses, and RSA keys of less than 2,048 bits are passed over.
  // Errors: kBadRequestData: no JWK set, or none with a key that can be used.
  [[nodiscard]] static Result<KeySet> parse(std::string_view json);

  enum class Verdict : std::uint8_t {
    kGenuine,
    kForged,      // the signature is not that of the key
    kUnknownKey,  // no such key is here, or the token names none and several fit
  };
  [[nodiscard]] Verdict verify(const Jws& token) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct Key;  // what OpenSSL makes of it
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace revier::identity
