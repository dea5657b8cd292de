// SPDX-License-Identifier: EUPL-1.2
// Modules: identity
// Parsers: src/identity/jws.cpp src/identity/issuer_options.cpp
// Any bytes as a signed token, as a JWK set and as the file of the issuers: nothing that was not
// signed by a known key is believed, and what is read keeps its bounds.
#include "base/check.h"
#include "identity/issuers.h"
#include "identity/jws.h"

namespace {

using revier::identity::Jws;
using revier::identity::KeySet;

// RFC 8037, A.2 and A.4.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
constexpr std::string_view kGenuinePart =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeySet known = *KeySet::parse(kKeys);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto token = revier::identity::read_jws(text)) {
    RV_CHECK(size <= Jws::kBytesMax && !token->signature.empty());
    const bool genuine = known.verify(*token) == KeySet::Verdict::kGenuine;
    RV_CHECK(!genuine || token->signed_part == kGenuinePart);
  }
  if (const auto keys = KeySet::parse(text)) {
    RV_CHECK(keys->size() > 0 && keys->size() <= KeySet::kKeysMax);
  }
  if (const auto issuers = revier::identity::parse_issuers(text)) {
    for (const auto& issuer : *issuers) RV_CHECK(!issuer.audiences.empty());
  }
  return 0;
}
