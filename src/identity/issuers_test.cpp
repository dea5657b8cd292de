// SPDX-License-Identifier: EUPL-1.2
#include "identity/issuers.h"

#include <array>
#include <map>

#include <gtest/gtest.h>
#include <sodium.h>

#include "identity/identity.h"
#include "identity/jws.h"
#include "support/test_records.h"

namespace revier::identity {
namespace {

std::string base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.resize(text.find('\0'));
  return text;
}

// A provider's key pair (Ed25519), from a seed.
class Signer {
 public:
  explicit Signer(std::string id) : id_(std::move(id)) {
    EXPECT_GE(sodium_init(), 0);
    std::array<unsigned char, crypto_sign_SEEDBYTES> seed{};
    std::copy_n(id_.begin(), std::min(id_.size(), seed.size()), seed.begin());
    crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
  }
  [[nodiscard]] std::string jwk() const {
    const std::string_view bytes(reinterpret_cast<const char*>(public_.data()), public_.size());
    return fmt::format(R"({{"kty":"OKP","crv":"Ed25519","kid":"{}","x":"{}"}})", id_,
                       base64url(bytes));
  }
  [[nodiscard]] std::string sign(std::string_view claims) const {
    const std::string header = fmt::format(R"({{"alg":"EdDSA","kid":"{}"}})", id_);
    const std::string text = base64url(header) + "." + base64url(claims);
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         secret_.data());
    return text + "." +
           base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
  }

 private:
  std::string id_;
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_{};
};

// Answers from memory, when it is told to.
class Web final : public net::Client {
 public:
  using Client::send;
  void send(net::Outgoing request, Done done) override {
    ++asked;
    const auto page = pages.find(request.url);
    net::Reply reply{.status = 404, .headers = {}, .body = {}};
    if (page != pages.end()) reply = {.status = 200, .headers = {}, .body = page->second};
    if (held) {
      waiting.push_back([done = std::move(done), reply] { done(reply); });
      return;
    }
    done(reply);
  }
  void answer_all() {
    while (!waiting.empty()) {
      auto first = std::move(waiting.front());
      waiting.erase(waiting.begin());
      first();
    }
  }

  std::map<std::string, std::string> pages;
  std::vector<std::function<void()>> waiting;
  bool held = false;
  int asked = 0;
};

std::map<std::string, std::string> files;  // by path
Result<std::string> read_file(const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return fail(Code::kResourceNotFound, path + ": cannot be read");
  return found->second;
}

constexpr std::int64_t kNow = 1'700'000'000;

class IssuersTest : public testing::Test {
 protected:
  void publish(std::string_view keys) {
    web_.pages["https://login.example/city/.well-known/openid-configuration"] =
        R"({"issuer":"https://login.example/city/","jwks_uri":"https://login.example/keys"})";
    web_.pages["https://login.example/keys"] = fmt::format(R"({{"keys":[{}]}})", keys);
  }
  void open() {
    auto options = parse_issuers(R"([{"name":"login","issuer":"https://login.example/city/",
        "audience":["revier"],"roles":["scope",["realm_access","roles"]]}])");
    ASSERT_TRUE(options) << options.error().message;
    issuers_ = Issuers::open(*std::move(options), web_, clock_, read_file).value();
  }
  void SetUp() override { publish(one_.jwk()); }

  static std::string claims(std::string_view more = "", std::int64_t expires = kNow + 300,
                            std::string_view audience = R"("revier")") {
    return fmt::format(
        R"({{"iss":"https://login.example/city/","aud":{},"sub":"7f3a","exp":{}{}{}}})", audience,
        expires, more.empty() ? "" : ",", more);
  }
  Code code(const std::string& token) {
    const auto checked = issuers_->check(token);
    return checked ? Code::kAlreadyExists : checked.error().code;
  }
  std::string why(const std::string& token) {
    const auto checked = issuers_->check(token);
    return checked ? "taken" : checked.error().message;
  }

  bool is_fetching(const std::string& token) {
    return why(token).find("try again") != std::string::npos;
  }

  Signer one_{"one"};
  Signer two_{"two"};
  Web web_;
  ManualClock clock_{Instant{kNow * 1'000'000}};
  std::shared_ptr<Issuers> issuers_;
};

TEST_F(IssuersTest, AGoodTokenSaysWhoseItIsAndWhatSheIs) {
  open();
  const auto bearer = issuers_->check(
      one_.sign(claims(R"("scope":"read write","realm_access":{"roles":["a b","c"]},"x":1)")));
  ASSERT_TRUE(bearer) << bearer.error().message;
  EXPECT_EQ((*bearer)->issuer, "login");
  EXPECT_EQ((*bearer)->subject, "7f3a");
  EXPECT_EQ((*bearer)->roles, (std::vector<std::string>{"read", "write", "a b", "c"}));
  EXPECT_EQ((*bearer)->ends, Instant{(kNow + 360) * 1'000'000});
  EXPECT_EQ(web_.asked, 2);  // the discovery document and the keys
}

TEST_F(IssuersTest, ClaimsThatDoNotFitAreRefused) {
  open();
  const auto says = [&](const std::string& body, std::string_view word) {
    const std::string message = why(one_.sign(body));
    EXPECT_NE(message.find(word), std::string::npos) << message;
  };
  says(claims("", kNow + 300, R"("other")"), "aud");
  says(claims("", kNow + 300, R"(["other",7])"), "aud");
  EXPECT_EQ(why(one_.sign(claims("", kNow + 300, R"(["other","revier"])"))), "taken");
  says(claims("", kNow - 60), "expired");
  EXPECT_EQ(why(one_.sign(claims("", kNow - 59))), "taken");
  says(claims(fmt::format(R"("nbf":{})", kNow + 61)), "nbf");
  EXPECT_EQ(why(one_.sign(claims(fmt::format(R"("nbf":{})", kNow + 60)))), "taken");
  says(claims(fmt::format(R"("iat":{}.5)", kNow + 61)), "iat");
  says(claims(R"("nbf":"soon")"), "nbf");
  says(claims(R"("cnf":{"jkt":"x"})"), "cnf");
  says(R"({"iss":"https://login.example/city/","aud":"revier","sub":"a"})", "exp");
  says(R"({"iss":"https://login.example/city/","aud":"revier","sub":"a","exp":1e300})", "exp");
  says(R"({"iss":"https://login.example/city/","aud":"revier","exp":1700000300})", "sub");
  says(R"({"iss":"https://evil.example","aud":"revier","sub":"a","exp":1700000300})", "iss");
  says(R"({"iss":"https://login.example/city","aud":"revier","sub":"a","exp":1700000300})", "iss");
  says("[]", "object");
  EXPECT_EQ(code(one_.sign(claims()) + "A"), Code::kUnauthenticated);
  EXPECT_NE(why(std::string(9'000, 'a')).find("bytes"), std::string::npos);
}

TEST_F(IssuersTest, AKnownTokenEndsWithItsTimeAndWithItsKey) {
  open();
  const std::string token = one_.sign(claims());
  EXPECT_EQ(why(token), "taken");
  clock_.advance(Duration::seconds(359));
  EXPECT_EQ(why(token), "taken");
  clock_.advance(Duration::seconds(1));
  EXPECT_NE(why(token).find("expired"), std::string::npos);

  const std::string longer = one_.sign(claims("", kNow + 9'000));
  EXPECT_EQ(why(longer), "taken");
  publish(two_.jwk());
  clock_.advance(Duration::minutes(10));
  issuers_->tick();
  EXPECT_TRUE(is_fetching(longer));  // that key is asked for, once
  EXPECT_NE(why(longer).find("no such key"), std::string::npos);
}

TEST_F(IssuersTest, AnUnknownKeyIsFetchedOnceAMinute) {
  open();
  publish(one_.jwk() + "," + two_.jwk());
  web_.held = true;
  const std::string token = two_.sign(claims("", kNow + 900));
  EXPECT_TRUE(is_fetching(token));
  EXPECT_TRUE(is_fetching(token));               // under way
  EXPECT_EQ(why(one_.sign(claims())), "taken");  // in nobody's way
  EXPECT_EQ(web_.asked, 3);
  web_.answer_all();
  web_.held = false;
  EXPECT_EQ(why(token), "taken");
  const int asked = web_.asked;
  const Signer stranger("stranger");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(code(stranger.sign(claims())), Code::kUnauthenticated);
  EXPECT_EQ(web_.asked, asked);
  clock_.advance(Duration::seconds(60));
  EXPECT_TRUE(is_fetching(stranger.sign(claims())));
  EXPECT_EQ(code(stranger.sign(claims())), Code::kUnauthenticated);
  EXPECT_EQ(web_.asked, asked + 2);
}

TEST_F(IssuersTest, KeysThatWereFetchedCountForADayWithoutTheProvider) {
  open();
  const std::string token = one_.sign(claims("", kNow + 900'000));
  web_.pages.clear();
  for (int hour = 0; hour < 23; ++hour) {
    clock_.advance(Duration::hours(1));
    issuers_->tick();
    ASSERT_EQ(why(token), "taken") << hour;
  }
  clock_.advance(Duration::hours(1));
  EXPECT_TRUE(is_fetching(token));
  publish(one_.jwk());
  clock_.advance(Duration::minutes(1));
  issuers_->tick();
  EXPECT_EQ(why(token), "taken");
}

TEST_F(IssuersTest, ASetWithoutAKeyTakesTrustAwayAndADamagedOneDoesNot) {
  open();
  const std::string token = one_.sign(claims("", kNow + 900'000));
  EXPECT_EQ(why(token), "taken");
  const auto publish_text = [this](const std::string& text) {
    web_.pages["https://login.example/keys"] = text;
    clock_.advance(Duration::minutes(10));
    issuers_->tick();
  };
  publish_text("{");
  EXPECT_EQ(why(token), "taken");
  publish_text(R"({"keys":[]})");
  EXPECT_NE(why(token), "taken");
  publish(one_.jwk());
  clock_.advance(Duration::minutes(1));
  issuers_->tick();
  EXPECT_EQ(why(token), "taken");
}

TEST_F(IssuersTest, AProviderThatIsNotThereAtTheStartIsTriedAgain) {
  web_.pages.clear();
  open();
  const std::string token = one_.sign(claims());
  EXPECT_TRUE(is_fetching(token));
  publish(one_.jwk());
  clock_.advance(Duration::seconds(5));
  issuers_->tick();
  EXPECT_EQ(why(token), "taken");
}

TEST_F(IssuersTest, ADiscoveryDocumentOfAnotherIssuerIsNotBelieved) {
  web_.pages["https://login.example/city/.well-known/openid-configuration"] =
      R"({"issuer":"https://evil.example","jwks_uri":"https://login.example/keys"})";
  open();
  EXPECT_EQ(web_.asked, 1);
  web_.pages["https://login.example/city/.well-known/openid-configuration"] =
      R"({"issuer":"https://login.example/city/","jwks_uri":"http://login.example/keys"})";
  clock_.advance(Duration::seconds(5));
  issuers_->tick();
  EXPECT_EQ(web_.asked, 2);
  EXPECT_TRUE(is_fetching(one_.sign(claims())));
}

TEST_F(IssuersTest, KeysFromAFileNeedNoNetwork) {
  const std::string path = "/etc/revier/keys.json";
  const auto write = [&](const Signer& signer) {
    files[path] = fmt::format(R"({{"keys":[{}]}})", signer.jwk());
  };
  write(one_);
  const std::string text =
      fmt::format(R"([{{"name":"login","issuer":"https://login.example/city/","audience":"revier",
                        "roles":["scope"],"keysFile":"{}"}}])",
                  path);
  issuers_ = Issuers::open(parse_issuers(text).value(), web_, clock_, read_file).value();
  EXPECT_EQ(why(one_.sign(claims())), "taken");
  write(two_);
  clock_.advance(Duration::seconds(5));
  issuers_->tick();
  EXPECT_EQ(why(two_.sign(claims())), "taken");
  EXPECT_EQ(code(one_.sign(claims())), Code::kUnauthenticated);
  EXPECT_EQ(web_.asked, 0);
  files.clear();
  EXPECT_NE(Issuers::open(parse_issuers(text).value(), web_, clock_, read_file)
                .error()
                .message.find(path),
            std::string::npos);
}

TEST(IssuerOptions, WrongOnesSayWhatIsMissing) {
  const auto message = [](std::string_view json) {
    const auto issuers = parse_issuers(json);
    return issuers ? std::string("taken") : issuers.error().message;
  };
  EXPECT_EQ(message(R"([{"name":"a","issuer":"https://a","audience":"b","roles":["c"]}])"),
            "taken");
  EXPECT_EQ(message(R"([{"name":"a","issuer":"https://a","roles":["c"]}])"),
            "issuer 1: audience is missing");
  EXPECT_NE(message(R"([{"name":"A","issuer":"https://a"}])").find("name"), std::string::npos);
  EXPECT_NE(message(R"([{"issuer":"ftp://a"}])").find("https"), std::string::npos);
  EXPECT_NE(message(R"([{"rolls":1}])").find("rolls is none"), std::string::npos);
  EXPECT_NE(message(R"([{"leewaySeconds":301}])").find("300"), std::string::npos);
  EXPECT_NE(message("[]"), "taken");
  EXPECT_NE(message(R"([{"name":"a","issuer":"https://a","audience":"b","roles":["c"]},
                        {"name":"a","issuer":"https://b","audience":"b","roles":["c"]}])")
                .find("issuer 2"),
            std::string::npos);
}

// --- what a bearer may

class ProfilesTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    web_.pages["https://k"] = fmt::format(R"({{"keys":[{}]}})", signer_.jwk());
    const auto text =
        R"([{"name":"login","issuer":"https://i","audience":"revier","roles":["roles"],
             "keysUrl":"https://k"}])";
    identity_ = Identity::open(*database_, clock_, random_, {}).value();
    identity_->trust(Issuers::open(parse_issuers(text).value(), web_, clock_, read_file).value());
    ASSERT_TRUE(identity_->create_tenant({"herne", false}));
  }
  Caller caller(std::string_view roles) {
    return identity_->authenticate_token(signer_.sign(
        fmt::format(R"({{"iss":"https://i","aud":"revier","sub":"7f3a","exp":{},"roles":[{}]}})",
                    kNow + 300, roles)));
  }
  void put(Profile profile) {
    profile.issuer = "login";
    const auto done = identity_->put_profile(profile);
    ASSERT_TRUE(done) << done.error().message;
  }

  tests::TestRecords place_{GetParam()};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
  ManualClock clock_{Instant{kNow * 1'000'000}};
  SeededRandom random_{1};
  Signer signer_{"one"};
  Web web_;
  std::unique_ptr<Identity> identity_;
};
INSTANTIATE_TEST_SUITE_P(On, ProfilesTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(ProfilesTest, ATokenHasWhatTheProfilesOfItsRolesGiveAndNoMore) {
  put({.name = "r", .role = "reader", .actions = {Action::kDataRead}, .tenant = "herne"});
  put({.name = "w", .role = "writer", .actions = {Action::kDataWrite}});
  const Caller both = caller(R"("reader","writer","other")");
  EXPECT_EQ(both.kind(), Caller::Kind::kToken);
  EXPECT_EQ(both.name(), "login:7f3a");
  EXPECT_TRUE(both.may(Action::kDataRead, Scope::tenant("herne")));
  EXPECT_FALSE(both.may(Action::kDataWrite, Scope::tenant("herne")));
  EXPECT_TRUE(both.may(Action::kDataWrite, Scope::tenant("")));
  EXPECT_FALSE(both.may(Action::kUsersManage));
  const Caller none = caller(R"("other")");
  EXPECT_FALSE(none.may(Action::kDataRead, Scope::tenant("")));  // that everybody may read
  const auto refused = none.require(Action::kDataRead, Scope::tenant(""));
  EXPECT_EQ(refused.error().code, Code::kForbidden);
  EXPECT_NE(refused.error().message.find("no profile gives rights"), std::string::npos);
}

TEST_P(ProfilesTest, AProfileThatIsTakenAwayHoldsNoMoreAtOnce) {
  put({.name = "r", .role = "reader", .actions = {Action::kDataRead}, .tenant = "herne"});
  EXPECT_TRUE(caller(R"("reader")").may(Action::kDataRead, Scope::tenant("herne")));
  put({.name = "r", .role = "reader", .actions = {Action::kStateRead}, .tenant = "herne"});
  EXPECT_FALSE(caller(R"("reader")").may(Action::kDataRead, Scope::tenant("herne")));
  ASSERT_TRUE(identity_->remove_profile("r"));
  EXPECT_FALSE(caller(R"("reader")").may(Action::kStateRead, Scope::tenant("herne")));
  EXPECT_EQ(identity_->remove_profile("r").error().code, Code::kResourceNotFound);
}

TEST_P(ProfilesTest, RightsByEntityOfOneTenantAddUp) {
  put({.name = "a", .role = "a", .actions = {}, .tenant = "herne", .rights = "[1]"});
  put({.name = "b", .role = "b", .actions = {}, .tenant = "herne", .rights = "[2,3]"});
  put({.name = "c", .role = "c", .actions = {}, .tenant = std::nullopt, .rights = "[4]"});
  put({.name = "d", .role = "d", .actions = {Action::kDataRead}});
  const Caller both = caller(R"("a","b")");
  EXPECT_EQ(*both.rights("herne"), "[1,2,3]");
  EXPECT_EQ(both.rights(""), nullptr);
  EXPECT_FALSE(both.may(Action::kDataRead, Scope::tenant("")));
  EXPECT_EQ(*caller(R"("c")").rights("other"), "[4]");
  for (const char* const mixed : {R"("a","c")", R"("a","d")", R"("d","a")"}) {
    const Caller none = caller(mixed);
    EXPECT_EQ(none.rights("herne"), nullptr) << mixed;
    EXPECT_FALSE(none.may(Action::kDataRead, Scope::tenant(""))) << mixed;
    const auto refused = none.require(Action::kDataRead, Scope::tenant(""));
    EXPECT_EQ(refused.error().code, Code::kForbidden);
    EXPECT_NE(refused.error().message.find("cannot be had together"), std::string::npos);
  }
}

TEST_P(ProfilesTest, RightsOfABearerAreAskedAfterItsRequest) {
  put({.name = "a", .role = "a", .actions = {}, .rights = "[1]"});
  put({.name = "b", .role = "b", .actions = {}, .rights = "[2]"});
  put({.name = "d", .role = "d", .actions = {Action::kDataRead}});
  const std::string whole(caller(R"("d")").grounds());
  EXPECT_TRUE(identity_->standing(whole).may(Action::kDataRead, Scope::tenant("")));
  ASSERT_TRUE(identity_->remove_profile("d"));
  EXPECT_FALSE(identity_->standing(whole).may(Action::kDataRead, Scope::tenant("")));
  const std::string grounds(caller(R"("a","b","none")").grounds());
  EXPECT_EQ(grounds.find("none"), std::string::npos);
  EXPECT_EQ(identity_->standing(grounds).id(), "login:7f3a");
  EXPECT_EQ(*identity_->standing(grounds).rights(""), "[1,2]");
  put({.name = "b", .role = "b", .actions = {}, .rights = "[3]"});
  EXPECT_EQ(*identity_->standing(grounds).rights(""), "[1,3]");
  put({.name = "b", .role = "other", .actions = {}, .rights = "[3]"});
  EXPECT_EQ(*identity_->standing(grounds).rights(""), "[1]");
  put({.name = "a", .role = "a", .actions = {Action::kDataRead}});
  EXPECT_EQ(identity_->standing(grounds).rights(""), nullptr);
  ASSERT_TRUE(identity_->remove_profile("a"));
  EXPECT_EQ(identity_->standing(grounds).kind(), Caller::Kind::kRejected);
  EXPECT_NE(identity_->standing(grounds).refusal().find("no profile"), std::string::npos);
  put({.name = "a", .role = "a", .actions = {}, .rights = "[4]"});
  EXPECT_EQ(*identity_->standing(grounds).rights(""), "[4]");
  const auto without_provider = Identity::open(*database_, clock_, random_, {}).value();
  EXPECT_EQ(without_provider->standing(grounds).rights(""), nullptr);
}

TEST_P(ProfilesTest, ProfilesAreCheckedListedAndNoteTheirUse) {
  const auto field = [&](Profile profile) {
    const auto done = identity_->put_profile(profile);
    return done ? "taken" : done.error().field;
  };
  EXPECT_EQ(field({.name = "A"}), "name");
  EXPECT_EQ(field({.name = "a", .issuer = "other"}), "issuer");
  EXPECT_EQ(field({.name = "a", .issuer = "login"}), "role");
  EXPECT_EQ(field({.name = "a", .issuer = "login", .role = "r"}), "rights");
  EXPECT_EQ(field({.name = "a", .issuer = "login", .role = "r", .actions = {Action::kUsersManage}}),
            "actions");
  EXPECT_EQ(field({.name = "a",
                   .issuer = "login",
                   .role = "r",
                   .actions = {Action::kDataRead},
                   .tenant = "none"}),
            "tenant");
  put({.name = "a", .role = "r", .actions = {Action::kDataRead}});
  EXPECT_FALSE(identity_->profiles()->at(0).used);
  (void)caller(R"("r")");
  EXPECT_EQ(identity_->profiles()->at(0).used, clock_.now());
  clock_.advance(Duration::seconds(61));
  ASSERT_TRUE(identity_->tick());
  identity_ = Identity::open(*database_, clock_, random_, {}).value();
  EXPECT_TRUE(identity_->profiles()->at(0).used);
  EXPECT_EQ(identity_->profiles()->at(0).profile.role, "r");
}

TEST_P(ProfilesTest, WhatDoesNotHoldIsSaid) {
  const Caller wrong = identity_->authenticate_token("a.b.c");
  EXPECT_EQ(wrong.kind(), Caller::Kind::kRejected);
  EXPECT_EQ(wrong.name(), "");
  const auto refused = wrong.require(Action::kDataRead, Scope::tenant(""));
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_EQ(refused.error().field, "token");
  EXPECT_TRUE(refused.error().message.starts_with("the token is not valid: "));
}

}  // namespace
}  // namespace revier::identity
