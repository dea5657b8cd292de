// SPDX-License-Identifier: EUPL-1.2
#include "identity/jws.h"

#include <algorithm>
#include <array>
#include <optional>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/ascii.h"
#include "json/json.h"

namespace revier::identity {
namespace {

constexpr int kBase64Url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kKeyIdMax = 256;
constexpr std::size_t kCoordinateBytes = 32;  // of P-256 and Ed25519
constexpr std::size_t kRsaBytesMin = 256;
constexpr std::size_t kRsaBytesMax = 1'024;
constexpr std::size_t kExponentBytesMax = 8;

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freeing<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Freeing<EVP_MD_CTX_free>>;
using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freeing<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freeing<OSSL_PARAM_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freeing<BN_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freeing<ECDSA_SIG_free>>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

tl::unexpected<Error> no_token(std::string_view why) {
  return fail(Code::kUnauthenticated, fmt::format("the token is not valid: {}", why), "token");
}

// One text for the same bytes: no padding, no other signs, no bits left over.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, &end, kBase64Url) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::optional<JwsAlgorithm> algorithm_named(std::string_view name) {
  if (name == "RS256") return JwsAlgorithm::kRs256;
  if (name == "PS256") return JwsAlgorithm::kPs256;
  if (name == "ES256") return JwsAlgorithm::kEs256;
  if (name == "EdDSA") return JwsAlgorithm::kEdDsa;
  return std::nullopt;
}

bool is_token_type(const json::Value& header) {
  const auto type = header.find("typ");
  if (!type) return true;
  std::string name = lower_case(type->as_string().value_or("?"));
  if (name.starts_with("application/")) name.erase(0, std::string_view("application/").size());
  return name == "jwt" || name == "at+jwt";
}

Result<> take_header(std::string_view text, Jws& out) {
  const auto document = json::Document::parse(text, {.bytes_max = Jws::kBytesMax, .depth_max = 8});
  if (!document || !document->root().is_object()) return no_token("its header is no JSON object");
  const json::Value header = document->root();
  const auto algorithm = algorithm_named(header.text("alg"));
  if (!algorithm) return no_token("alg is none of RS256, PS256, ES256 and EdDSA");
  if (header.find("crit")) return no_token("it asks for extensions (crit)");
  if (!is_token_type(header)) return no_token("typ is neither JWT nor at+jwt");
  out.algorithm = *algorithm;
  if (const auto key = header.find("kid")) {
    const auto name = key->as_string();
    if (!name || name->empty() || name->size() > kKeyIdMax) return no_token("kid is no name");
    out.key_id = std::string(*name);
  }
  return {};
}

std::optional<std::string> octets_of(const json::Value& key, std::string_view name) {
  const std::string_view text = key.text(name);
  return text.empty() ? std::nullopt : from_base64url(text);
}

PkeyPtr made_of(const char* kind, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0) {
    return nullptr;
  }
  return PkeyPtr(key);
}

NumberPtr number_of(std::string_view bytes) {
  return NumberPtr(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
}

PkeyPtr rsa_key(const json::Value& key) {
  const auto modulus = octets_of(key, "n");
  const auto exponent = octets_of(key, "e");
  if (!modulus || !exponent || modulus->size() < kRsaBytesMin || modulus->size() > kRsaBytesMax ||
      exponent->size() > kExponentBytesMax) {
    return nullptr;
  }
  const NumberPtr n = number_of(*modulus);
  const NumberPtr e = number_of(*exponent);
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < static_cast<int>(kRsaBytesMin) * 8 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return made_of("RSA", builder.get());
}

PkeyPtr p256_key(const json::Value& key) {
  const auto x = octets_of(key, "x");
  const auto y = octets_of(key, "y");
  if (key.text("crv") != "P-256" || !x || !y || x->size() != kCoordinateBytes ||
      y->size() != kCoordinateBytes) {
    return nullptr;
  }
  const std::string point = "\x04" + *x + *y;
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return made_of("EC", builder.get());
}

PkeyPtr ed25519_key(const json::Value& key) {
  const auto x = octets_of(key, "x");
  if (key.text("crv") != "Ed25519" || !x || x->size() != kCoordinateBytes) return nullptr;
  return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(*x), x->size()));
}

bool is_for_verifying(const json::Value& key) {
  const auto use = key.find("use");
  if (use && use->as_string() != "sig") return false;
  const auto operations = key.find("key_ops");
  if (!operations) return true;
  bool verifies = false;
  for (const json::Value one : operations->elements()) {
    verifies = verifies || one.as_string() == "verify";
  }
  return verifies;
}

// As OpenSSL wants an ECDSA signature: a sequence of two numbers.
std::optional<std::string> der_of(std::string_view raw) {
  if (raw.size() != 2 * kCoordinateBytes) return std::nullopt;
  const SignaturePtr both(ECDSA_SIG_new());
  NumberPtr r = number_of(raw.substr(0, kCoordinateBytes));
  NumberPtr s = number_of(raw.substr(kCoordinateBytes));
  if (!both || !r || !s || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) return std::nullopt;
  (void)r.release();
  (void)s.release();
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &bytes);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

bool set_up(EVP_MD_CTX* context, EVP_PKEY* key, JwsAlgorithm algorithm) {
  EVP_PKEY_CTX* settings = nullptr;
  const EVP_MD* const hash = algorithm == JwsAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  if (EVP_DigestVerifyInit(context, &settings, hash, nullptr, key) != 1) return false;
  if (algorithm != JwsAlgorithm::kPs256) return true;
  return EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(settings, EVP_sha256()) == 1;
}

bool is_genuine(EVP_PKEY* key, const Jws& token) {
  std::string_view signature = token.signature;
  std::optional<std::string> der;
  if (token.algorithm == JwsAlgorithm::kEs256) {
    der = der_of(signature);
    if (!der) return false;
    signature = *der;
  }
  const DigestContextPtr context(EVP_MD_CTX_new());
  const bool genuine = context && set_up(context.get(), key, token.algorithm) &&
                       EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                        octets(token.signed_part), token.signed_part.size()) == 1;
  ERR_clear_error();  // others on this thread ask for theirs
  return genuine;
}

}  // namespace

struct KeySet::Key {
  std::string id;
  std::optional<JwsAlgorithm> only;  // where the key says so
  bool is_rsa = false;
  JwsAlgorithm curve = JwsAlgorithm::kEs256;  // of keys that are not RSA
  PkeyPtr pkey;

  [[nodiscard]] bool is_for(JwsAlgorithm algorithm) const {
    if (only && *only != algorithm) return false;
    if (algorithm == JwsAlgorithm::kRs256 || algorithm == JwsAlgorithm::kPs256) return is_rsa;
    return !is_rsa && curve == algorithm;
  }
  // nullptr for a key that is of no use here.
  [[nodiscard]] static std::shared_ptr<const Key> read(const json::Value& value) {
    if (!is_for_verifying(value)) return nullptr;
    auto key = std::make_shared<Key>();
    key->id = std::string(value.text("kid"));
    if (const std::string_view name = value.text("alg"); !name.empty()) {
      key->only = algorithm_named(name);
      if (!key->only) return nullptr;
    }
    const std::string_view kind = value.text("kty");
    key->is_rsa = kind == "RSA";
    if (kind == "RSA") key->pkey = rsa_key(value);
    if (kind == "EC") key->pkey = p256_key(value);
    if (kind == "OKP") {
      key->curve = JwsAlgorithm::kEdDsa;
      key->pkey = ed25519_key(value);
    }
    return key->pkey ? key : nullptr;
  }
};

bool looks_like_jws(std::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 2;
}

Result<Jws> read_jws(std::string_view text) {
  if (text.size() > Jws::kBytesMax) {
    return no_token(fmt::format("it has more than {} bytes", Jws::kBytesMax));
  }
  if (!looks_like_jws(text)) return no_token("it has not the three parts of a signed one");
  const std::size_t first = text.find('.');
  const std::size_t second = text.rfind('.');
  const auto header = from_base64url(text.substr(0, first));
  auto payload = from_base64url(text.substr(first + 1, second - first - 1));
  auto signature = from_base64url(text.substr(second + 1));
  if (!header || !payload || !signature) return no_token("its parts are not base64url");
  Jws out;
  RV_TRY(take_header(*header, out));
  if (signature->empty()) return no_token("it is not signed");
  out.signed_part = std::string(text.substr(0, second));
  out.payload = *std::move(payload);
  out.signature = *std::move(signature);
  return out;
}

Result<KeySet> KeySet::parse(std::string_view text) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(text, {.bytes_max = kBytesMax, .depth_max = 8}));
  const auto list = document.root().find("keys");
  if (!list || !list->is_array() || list->size() > kKeysMax) {
    return fail(Code::kBadRequestData,
                fmt::format("expected a JWK set: {{\"keys\": [...]}}, at most {} keys", kKeysMax));
  }
  KeySet set;
  for (const json::Value one : list->elements()) {
    if (auto key = Key::read(one)) set.keys_.push_back(std::move(key));
  }
  ERR_clear_error();
  if (!set.keys_.empty()) return set;
  return fail(Code::kBadRequestData,
              "the JWK set has no key for RS256 or PS256 (2,048 bits and more), ES256 or EdDSA "
              "(Ed25519)",
              std::string(kNoUsableKey));
}

KeySet::Verdict KeySet::verify(const Jws& token) const {
  const Key* fitting = nullptr;
  for (const auto& key : keys_) {
    if (!key->is_for(token.algorithm)) continue;
    if (!token.key_id.empty() && key->id != token.key_id) continue;
    if (fitting != nullptr) return Verdict::kUnknownKey;
    fitting = key.get();
  }
  if (fitting == nullptr) return Verdict::kUnknownKey;
  return is_genuine(fitting->pkey.get(), token) ? Verdict::kGenuine : Verdict::kForged;
}

}  // namespace revier::identity
