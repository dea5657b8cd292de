// SPDX-License-Identifier: EUPL-1.2
#include "lan/authority.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "net/http.h"

namespace revier::lan {
namespace {

constexpr std::int64_t kAuthorityDays = 3650;
constexpr std::int64_t kServerDays = 397;  // what browsers take at most
constexpr std::int64_t kRenewDays = 30;

template <class T, void (*release)(T*)>
struct Free {
  void operator()(T* thing) const { release(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

tl::unexpected<Error> openssl_fault(std::string_view what) {
  std::array<char, 200> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return fail(Code::kInternalError, fmt::format("{}: {}", what, text.data()));
}

tl::unexpected<Error> system_fault(const std::string& path) {
  return fail(Code::kUnavailable, fmt::format("{}: {}", path, std::strerror(errno)));
}

// The file is complete or not there at all.
template <class Write>
Result<> write_file(const std::string& path, mode_t mode, Write write) {
  const std::string draft = path + ".new";
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return system_fault(draft);
  File file(::fdopen(descriptor, "w"));
  if (file == nullptr || !write(file.get()) || std::fflush(file.get()) != 0 ||
      ::fsync(descriptor) != 0 || ::rename(draft.c_str(), path.c_str()) != 0) {
    return system_fault(path);
  }
  return {};
}

// Nothing where there is no such file. One that is there and cannot be opened is not made anew: the
// phones trust what it holds.
Result<File> open_file(const std::string& path) {
  File file(std::fopen(path.c_str(), "re"));
  if (file == nullptr && errno != ENOENT) return system_fault(path);
  return file;
}

Result<Key> read_key(const std::string& path) {
  RV_ASSIGN(const File file, open_file(path));
  if (file == nullptr) return Key();
  Key key(PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return fail(Code::kCorrupt, path + " is no key of ours");
  return key;
}

Result<Certificate> read_certificate(const std::string& path) {
  RV_ASSIGN(const File file, open_file(path));
  if (file == nullptr) return Certificate();
  Certificate certificate(PEM_read_X509(file.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return fail(Code::kCorrupt, path + " is no certificate of ours");
  return certificate;
}

Result<> write_key(const std::string& path, EVP_PKEY* key) {
  return write_file(path, S_IRUSR | S_IWUSR, [key](std::FILE* file) {
    return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) return false;
  const bool done = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return done;
}

bool set_serial(X509* certificate) {
  BIGNUM* number = BN_new();
  const bool done = number != nullptr &&
                    BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return done;
}

bool set_name(X509_NAME* name, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(text.size()),
                                    -1, 0) == 1;
}

// A certificate with everything but issuer, extensions and signature. A day back, for phones whose
// clock is slow.
Certificate begin(EVP_PKEY* key, const std::string& name, Instant now, std::int64_t days) {
  Certificate made(X509_new());
  const auto seconds = static_cast<std::time_t>(now.us / Duration::seconds(1).us);
  constexpr std::time_t kDay = 24 * 60 * 60;
  std::time_t at = seconds;
  if (made == nullptr || X509_set_version(made.get(), X509_VERSION_3) != 1 ||
      !set_serial(made.get()) ||
      X509_time_adj(X509_getm_notBefore(made.get()), -kDay, &at) == nullptr ||
      X509_time_adj(X509_getm_notAfter(made.get()), static_cast<long>((days - 1) * kDay), &at) ==
          nullptr ||
      X509_set_pubkey(made.get(), key) != 1 || !set_name(X509_get_subject_name(made.get()), name)) {
    return nullptr;
  }
  return made;
}

struct Authority {
  Key key;
  Certificate certificate;
};

std::string permitted(const Names& names) {
  std::string text =
      "critical,permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:172.16.0.0/255.240.0.0,"
      "permitted;IP:192.168.0.0/255.255.0.0,permitted;IP:169.254.0.0/255.255.0.0,"
      "permitted;IP:127.0.0.0/255.0.0.0,"
      "permitted;IP:fc00:0:0:0:0:0:0:0/fe00:0:0:0:0:0:0:0,permitted;DNS:localhost,"
      "permitted;DNS:local,permitted;DNS:lan,permitted;DNS:home.arpa";
  if (!names.host.empty()) text += ",permitted;DNS:" + names.host;
  return text;
}

Result<Authority> make_authority(const std::string& folder, const Names& names, Instant now) {
  Authority made{.key = Key(EVP_EC_gen("P-256")), .certificate = nullptr};
  if (made.key == nullptr) return openssl_fault("a key");
  made.certificate =
      begin(made.key.get(), fmt::format("Revier {}", names.host), now, kAuthorityDays);
  X509* own = made.certificate.get();
  if (own == nullptr || X509_set_issuer_name(own, X509_get_subject_name(own)) != 1 ||
      !add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(own, own, NID_subject_key_identifier, "hash") ||
      !add_extension(own, own, NID_name_constraints, permitted(names)) ||
      X509_sign(own, made.key.get(), EVP_sha256()) == 0) {
    return openssl_fault("the certificate authority");
  }
  RV_TRY(write_key(folder + "/ca-key.pem", made.key.get()));
  RV_TRY(write_file(folder + "/ca.pem", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH,
                    [own](std::FILE* file) { return PEM_write_X509(file, own) == 1; }));
  return made;
}

Instant end_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return {};
  return {static_cast<std::int64_t>(::timegm(&time)) * Duration::seconds(1).us};
}

bool ends_soon(const X509* certificate, Instant now) {
  return end_of(certificate) < now + Duration::days(kRenewDays);
}

// The key is written first: where the certificate is there, its key is.
Result<Authority> authority(const std::string& folder, const Names& names, Instant now) {
  Authority known;
  RV_ASSIGN(known.key, read_key(folder + "/ca-key.pem"));
  RV_ASSIGN(known.certificate, read_certificate(folder + "/ca.pem"));
  const bool whole = known.key != nullptr && known.certificate != nullptr &&
                     X509_check_private_key(known.certificate.get(), known.key.get()) == 1;
  ERR_clear_error();
  if (whole && !ends_soon(known.certificate.get(), now)) return known;
  return make_authority(folder, names, now);
}

// Whether the authority may vouch for the machine's bare name: it was limited to the one that the
// machine had when the authority was made.
bool permits(const X509* authority, const std::string& host) {
  auto* limits = static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(authority, NID_name_constraints, nullptr, nullptr));
  bool found = false;
  const int count = limits == nullptr ? 0 : sk_GENERAL_SUBTREE_num(limits->permittedSubtrees);
  for (int i = 0; !found && i < count; ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(limits->permittedSubtrees, i)->base;
    if (base->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(base->d.dNSName));
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(base->d.dNSName));
    found = net::equals_ignoring_case({text, size}, host);
  }
  NAME_CONSTRAINTS_free(limits);
  return found;
}

// One name that the authority does not permit would spoil the whole certificate, also for the
// addresses.
std::string alternative_names(const X509* authority, const Names& names) {
  std::string text = "DNS:localhost,IP:127.0.0.1";
  if (!names.host.empty()) {
    if (permits(authority, names.host)) text += ",DNS:" + names.host;
    text += fmt::format(",DNS:{}.local", names.host);
  }
  for (const std::string& address : names.addresses) text += ",IP:" + address;
  return text;
}

// Whether the certificate was made for these names ("DNS:...,IP:...").
bool is_for(const X509* certificate, const std::string& names) {
  auto* known = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, nullptr, nullptr, nullptr, 0);
  X509_EXTENSION* wanted =
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  auto* names_wanted =
      wanted == nullptr ? nullptr : static_cast<GENERAL_NAMES*>(X509V3_EXT_d2i(wanted));
  bool same = known != nullptr && names_wanted != nullptr &&
              sk_GENERAL_NAME_num(known) == sk_GENERAL_NAME_num(names_wanted);
  for (int i = 0; same && i < sk_GENERAL_NAME_num(known); ++i) {
    same = GENERAL_NAME_cmp(sk_GENERAL_NAME_value(known, i),
                            sk_GENERAL_NAME_value(names_wanted, i)) == 0;
  }
  GENERAL_NAMES_free(known);
  GENERAL_NAMES_free(names_wanted);
  X509_EXTENSION_free(wanted);
  return same;
}

Result<Certificate> make_server(const std::string& folder, const Authority& authority,
                                const Names& names, Instant now) {
  const Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return openssl_fault("a key");
  Certificate made = begin(key.get(), names.host.empty() ? "Revier" : names.host, now, kServerDays);
  X509* own = made.get();
  X509* issuer = authority.certificate.get();
  if (own == nullptr || X509_set_issuer_name(own, X509_get_subject_name(issuer)) != 1 ||
      !add_extension(own, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(own, issuer, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(own, issuer, NID_ext_key_usage, "serverAuth") ||
      !add_extension(own, issuer, NID_subject_key_identifier, "hash") ||
      !add_extension(own, issuer, NID_authority_key_identifier, "keyid") ||
      !add_extension(own, issuer, NID_subject_alt_name, alternative_names(issuer, names)) ||
      X509_sign(own, authority.key.get(), EVP_sha256()) == 0) {
    return openssl_fault("the server's certificate");
  }
  RV_TRY(write_key(folder + "/server-key.pem", key.get()));
  RV_TRY(write_file(folder + "/server.pem", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH,
                    [own, issuer](std::FILE* file) {
                      return PEM_write_X509(file, own) == 1 && PEM_write_X509(file, issuer) == 1;
                    }));
  return made;
}

Result<Certificate> known_server(const std::string& folder, const Authority& authority,
                                 const Names& names, Instant now) {
  RV_ASSIGN(Certificate known, read_certificate(folder + "/server.pem"));
  RV_ASSIGN(const Key key, read_key(folder + "/server-key.pem"));
  if (known == nullptr || key == nullptr) return Certificate();
  const Key issuer_key(X509_get_pubkey(authority.certificate.get()));
  const bool good = X509_check_private_key(known.get(), key.get()) == 1 &&
                    X509_verify(known.get(), issuer_key.get()) == 1 &&
                    !ends_soon(known.get(), now) &&
                    is_for(known.get(), alternative_names(authority.certificate.get(), names));
  ERR_clear_error();
  return good ? std::move(known) : Certificate();
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), hash.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{}{:02X}", i == 0 ? "" : ":", hash[i]);
  return text;
}

}  // namespace

Result<Certificates> certificates(const std::string& folder, const Names& names, Instant now) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return system_fault(folder);
  RV_ASSIGN(const Authority signer, authority(folder, names, now));
  RV_ASSIGN(Certificate server, known_server(folder, signer, names, now));
  const bool renewed = server == nullptr;
  if (renewed) {
    RV_ASSIGN(server, make_server(folder, signer, names, now));
  }
  return Certificates{.server_file = folder + "/server.pem",
                      .server_key_file = folder + "/server-key.pem",
                      .authority_der = der_of(signer.certificate.get()),
                      .fingerprint = fingerprint_of(signer.certificate.get()),
                      .server_until = end_of(server.get()),
                      .renewed = renewed};
}

}  // namespace revier::lan
