// SPDX-License-Identifier: EUPL-1.2
#include "mail/dkim.h"

// The header speaks of C's bool by its first name.
#define _Bool bool
#include <dkim.h>
#undef _Bool
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

#include <fmt/format.h>

namespace revier::mail {
namespace {

constexpr unsigned kKeyBits = 2048;  // RFC 8301, 3.2; 4096 does not fit into one UDP answer
constexpr std::string_view kField = "DKIM-Signature: ";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CloseLibrary {
  void operator()(DKIM_LIB* library) const { dkim_close(library); }
};
struct FreeHandle {
  void operator()(DKIM* handle) const { dkim_free(handle); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeKey>;
using BioPtr = std::unique_ptr<BIO, FreeBio>;
using LibraryPtr = std::unique_ptr<DKIM_LIB, CloseLibrary>;

std::string content_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// libopendkim takes texts as bytes that are not const.
unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
}

// The public key as p= has it: base64 of its SubjectPublicKeyInfo.
Result<std::string> public_part(std::string_view pem) {
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return fail(Code::kCorrupt, "this is no RSA key in PEM form");
  }
  const BioPtr der(BIO_new(BIO_s_mem()));
  if (i2d_PUBKEY_bio(der.get(), key.get()) != 1) {
    return fail(Code::kInternalError, "the public key cannot be written");
  }
  const std::string bytes = content_of(der.get());
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool set_headers(DKIM_LIB* library, int option, const char* const* names) {
  return dkim_options(library, DKIM_OP_SETOPT, option, const_cast<char**>(names),
                      sizeof(const char**)) == DKIM_STAT_OK;
}

Result<LibraryPtr> open_library() {
  static constexpr std::array<const char*, 18> kSigned{"from",
                                                       "reply-to",
                                                       "to",
                                                       "subject",
                                                       "date",
                                                       "list-id",
                                                       "message-id",
                                                       "mime-version",
                                                       "content-type",
                                                       "content-language",
                                                       "content-transfer-encoding",
                                                       "auto-submitted",
                                                       "list-unsubscribe",
                                                       "list-unsubscribe-post",
                                                       "cc",
                                                       "in-reply-to",
                                                       "references",
                                                       nullptr};
  static constexpr std::array<const char*, 2> kOnce{"from", nullptr};
  LibraryPtr library(dkim_init(nullptr, nullptr));
  if (!library || !set_headers(library.get(), DKIM_OPTS_SIGNHDRS, kSigned.data()) ||
      !set_headers(library.get(), DKIM_OPTS_OVERSIGNHDRS, kOnce.data())) {
    return fail(Code::kInternalError, "libopendkim does not start");
  }
  return library;
}

class OpenDkim final : public DkimSigner {
 public:
  OpenDkim(LibraryPtr library, std::string pem, std::string domain, std::string selector,
           DkimRecord record)
      : library_(std::move(library)),
        pem_(std::move(pem)),
        domain_(std::move(domain)),
        selector_(std::move(selector)),
        record_(std::move(record)) {}

  Result<std::string> sign(const std::string& mime) const override {
    static const std::string kId = "letter";
    DKIM_STAT status = DKIM_STAT_OK;
    const std::unique_ptr<DKIM, FreeHandle> handle(
        dkim_sign(library_.get(), bytes_of(kId), nullptr, bytes_of(pem_), bytes_of(selector_),
                  bytes_of(domain_), DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256,
                  -1, &status));
    if (!handle) return refused(status);
    unsigned char* field = nullptr;
    std::size_t size = 0;
    for (const DKIM_STAT step :
         {dkim_chunk(handle.get(), bytes_of(mime), mime.size()),
          dkim_chunk(handle.get(), nullptr, 0), dkim_eom(handle.get(), nullptr),
          dkim_getsighdr_d(handle.get(), kField.size(), &field, &size)}) {
      if (step != DKIM_STAT_OK) return refused(step);
    }
    return fmt::format("{}{}\r\n{}", kField,
                       std::string_view(reinterpret_cast<const char*>(field), size), mime);
  }
  const DkimRecord& record() const override { return record_; }

 private:
  static tl::unexpected<Error> refused(DKIM_STAT status) {
    return fail(Code::kInternalError,
                fmt::format("the letter cannot be signed: {}", dkim_getresultstr(status)));
  }

  const LibraryPtr library_;
  const std::string pem_;
  const std::string domain_;
  const std::string selector_;
  const DkimRecord record_;
};

}  // namespace

Result<std::string> DkimSigner::make_key() {
  const KeyPtr key(EVP_RSA_gen(kKeyBits));
  const BioPtr out(BIO_new(BIO_s_mem()));
  // The older form of RSA keys: every libopendkim reads it.
  if (!key || PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0,
                                                   nullptr, nullptr) != 1) {
    return fail(Code::kInternalError, "no key could be made");
  }
  return content_of(out.get());
}

Result<std::unique_ptr<DkimSigner>> DkimSigner::open(std::string_view pem, std::string_view domain,
                                                     std::string_view selector) {
  RV_ASSIGN(const std::string key, public_part(pem));
  RV_ASSIGN(LibraryPtr library, open_library());
  DkimRecord record{.name = fmt::format("{}._domainkey.{}", selector, domain),
                    .value = fmt::format("v=DKIM1; k=rsa; p={}", key)};
  return std::make_unique<OpenDkim>(std::move(library), std::string(pem), std::string(domain),
                                    std::string(selector), std::move(record));
}

}  // namespace revier::mail
