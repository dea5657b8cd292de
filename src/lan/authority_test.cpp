// SPDX-License-Identifier: EUPL-1.2
#include "lan/authority.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "support/temporary_folder.h"

namespace revier::lan {
namespace {

constexpr Instant kNow{1'900'000'000'000'000};

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Loaded = std::unique_ptr<X509, FreeCertificate>;

class Authority : public ::testing::Test {
 protected:
  Result<Certificates> make(const std::string& host) {
    return certificates(temporary.path(), {.host = host, .addresses = {"192.168.178.20"}}, kNow);
  }
  Loaded load(const std::string& name) {
    std::FILE* file = std::fopen((temporary.path() + "/" + name).c_str(), "re");
    if (file == nullptr) return nullptr;
    Loaded loaded(PEM_read_X509(file, nullptr, nullptr, nullptr));
    std::fclose(file);
    return loaded;
  }
  // What a phone says that trusts the authority: X509_V_OK, or why not.
  int verify() {
    const Loaded authority = load("ca.pem");
    const Loaded server = load("server.pem");
    X509_STORE* store = X509_STORE_new();
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, authority.get());
    X509_STORE_CTX_init(context, store, server.get(), nullptr);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context),
                               static_cast<std::time_t>(kNow.us / Duration::seconds(1).us));
    X509_verify_cert(context);
    const int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return error;
  }
  bool is_for_host(const std::string& name) {
    return X509_check_host(load("server.pem").get(), name.c_str(), name.size(), 0, nullptr) == 1;
  }
  bool is_for_address(const std::string& address) {
    return X509_check_ip_asc(load("server.pem").get(), address.c_str(), 0) == 1;
  }

  const test::TemporaryFolder temporary;
};

TEST_F(Authority, VouchesForTheMachinesNameAndAddresses) {
  ASSERT_TRUE(make("kasse"));
  EXPECT_EQ(verify(), X509_V_OK);
  EXPECT_TRUE(is_for_host("kasse"));
  EXPECT_TRUE(is_for_host("kasse.local"));
  EXPECT_TRUE(is_for_address("192.168.178.20"));
}

TEST_F(Authority, ARenamedMachineStaysTrusted) {
  const auto first = make("kasse");
  ASSERT_TRUE(first);
  const auto renamed = make("buehne");
  ASSERT_TRUE(renamed);
  EXPECT_TRUE(renamed->renewed);
  EXPECT_EQ(renamed->fingerprint, first->fingerprint);
  EXPECT_EQ(verify(), X509_V_OK);
  EXPECT_FALSE(is_for_host("buehne"));
  EXPECT_TRUE(is_for_host("buehne.local"));
  EXPECT_TRUE(is_for_address("192.168.178.20"));
  const auto again = make("buehne");
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->renewed);
}

TEST_F(Authority, IsNotMadeAnewWhereAFileCannotBeOpened) {
  const auto first = make("kasse");
  ASSERT_TRUE(first);
  const std::filesystem::path key = temporary.path() + "/ca-key.pem";
  const std::filesystem::path aside = temporary.path() + "/aside.pem";
  std::filesystem::rename(key, aside);
  std::filesystem::create_symlink(key, key);  // leads nowhere, but is there
  const auto refused = make("kasse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  std::filesystem::remove(key);
  std::filesystem::rename(aside, key);
  EXPECT_EQ(make("kasse")->fingerprint, first->fingerprint);
}

}  // namespace
}  // namespace revier::lan
