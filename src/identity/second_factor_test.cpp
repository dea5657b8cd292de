// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include "audit/audit.h"
#include "identity/detail/challenges.h"
#include "identity/detail/seal.h"
#include "identity/detail/totp.h"
#include "identity/identity.h"
#include "support/test_records.h"

namespace revier::identity {
namespace {

constexpr std::string_view kFirstFactor = "correct horse";

detail::TotpSecret rfc_secret() {
  detail::TotpSecret secret{};
  const std::string_view text = "12345678901234567890";
  std::copy(text.begin(), text.end(), secret.begin());
  return secret;
}

// RFC 6238, appendix B (the last six of its eight digits).
TEST(Totp, GivesTheCodesOfTheStandard) {
  const auto code_at = [](std::int64_t seconds) {
    return detail::totp_code(rfc_secret(), detail::totp_step({seconds * 1'000'000}));
  };
  EXPECT_EQ(code_at(59), "287082");
  EXPECT_EQ(code_at(1'111'111'109), "081804");
  EXPECT_EQ(code_at(1'111'111'111), "050471");
  EXPECT_EQ(code_at(1'234'567'890), "005924");
  EXPECT_EQ(code_at(2'000'000'000), "279037");
  EXPECT_EQ(code_at(20'000'000'000), "353130");
}

TEST(Totp, TakesOneStepOfDriftAndNoCodeTwice) {
  const Instant now{1'111'111'111'000'000};
  const std::int64_t here = detail::totp_step(now);
  const auto match = [&](std::int64_t step, std::int64_t last) {
    return detail::totp_match(rfc_secret(), detail::totp_code(rfc_secret(), step), now, last);
  };
  EXPECT_EQ(match(here, 0), here);
  EXPECT_EQ(match(here - 1, 0), here - 1);
  EXPECT_EQ(match(here + 1, 0), here + 1);
  EXPECT_EQ(match(here - 2, 0), std::nullopt);
  EXPECT_EQ(match(here + 2, 0), std::nullopt);
  EXPECT_EQ(match(here, here), std::nullopt);
  EXPECT_EQ(match(here - 1, here), std::nullopt);
  EXPECT_EQ(detail::totp_match(rfc_secret(), "050 471", now, 0), here);
  for (const char* wrong : {"", "05047", "0504711", "O50471", "\xD9\xA0\xD9\xA5\xD9\xA0"}) {
    EXPECT_EQ(detail::totp_match(rfc_secret(), wrong, now, 0), std::nullopt) << wrong;
  }
}

TEST(Totp, TheAddressIsWhatAppsRead) {
  EXPECT_EQ(detail::base32(rfc_secret()), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(detail::totp_uri(rfc_secret(), "Smart City & Co", "anna@city.example"),
            "otpauth://totp/Smart%20City%20%26%20Co:anna%40city.example?secret="
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Smart%20City%20%26%20Co&algorithm=SHA1"
            "&digits=6&period=30");
}

TEST(Seal, OpensWhatItSealedForThatUseOnly) {
  detail::SealKey key{};
  key[3] = 7;
  const std::string sealed = detail::seal(key, "a", std::string("x\0y", 3));
  EXPECT_EQ(*detail::unseal(key, "a", sealed), std::string("x\0y", 3));
  EXPECT_NE(sealed, detail::seal(key, "a", std::string("x\0y", 3)));
  EXPECT_FALSE(detail::unseal(key, "b", sealed));
  EXPECT_FALSE(detail::unseal(detail::SealKey{}, "a", sealed));
  std::string changed = sealed;
  changed.back() = changed.back() == '0' ? '1' : '0';
  EXPECT_FALSE(detail::unseal(key, "a", changed));
  for (const std::string& wrong : {std::string(), std::string("zz"), sealed.substr(1),
                                   std::string(10'000, 'a'), std::string(80, '0')}) {
    EXPECT_FALSE(detail::unseal(key, "a", wrong));
  }
}

TEST(Device, IsNamedShortly) {
  EXPECT_EQ(detail::device_name("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:125.0) "
                                "Gecko/20100101 Firefox/125.0"),
            "Firefox, Windows");
  EXPECT_EQ(detail::device_name("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) "
                                "AppleWebKit/605 Version/17.4 Mobile/15E148 Safari/604.1"),
            "Safari, iPhone");
  EXPECT_EQ(detail::device_name("Mozilla/5.0 (X11; Linux x86_64) Chrome/124.0 Safari/537 Edg/1"),
            "Edge, Linux");
  EXPECT_EQ(detail::device_name("<script>"), "");
  EXPECT_EQ(detail::device_name(std::string(100'000, 'x')), "");
}

TEST(Challenges, EndByTimeAndTries) {
  detail::Challenges challenges;
  const auto key = detail::digest("challenge", "x");
  challenges.put(key, {"a", "", "", Instant{100}}, Instant{0});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(challenges.take_try(key, Instant{1}));
  EXPECT_FALSE(challenges.take_try(key, Instant{1}));
  challenges.put(key, {"a", "", "", Instant{100}}, Instant{0});
  EXPECT_FALSE(challenges.take_try(key, Instant{100}));
  EXPECT_FALSE(challenges.take_try(key, Instant{1}));
}

class StaffTest : public testing::TestWithParam<std::string> {
 protected:
  void open(Options options = {}) {
    options.key[0] = 1;
    options.civil_difference = Duration::days(-500);
    auto opened = Identity::open(*database_, clock_, random_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    identity_ = std::move(*opened);
  }
  void SetUp() override {
    open();
    user("admin", "administrator");
    admin_ = session_of("admin");
  }
  void user(std::string_view name, const std::string& role) {
    const std::vector<RoleGrant> roles{{.role = role}};
    const auto link = identity_->create_user(name, roles);
    ASSERT_TRUE(link) << link.error().message;
    ASSERT_TRUE(identity_->use_link(*link, "", kFirstFactor));
  }
  std::string session_of(std::string_view name) {
    const auto in = identity_->sign_in(name, kFirstFactor, "10.0.0.1", "Firefox/1 Linux");
    EXPECT_TRUE(in) << in.error().message;
    return in ? in->cookie_secret : "";
  }
  Caller with_cookie(const std::string& secret) {
    const std::string cookie = std::string(kSessionCookie) + "=" + secret;
    const std::vector<net::Field> fields{{"Cookie", cookie}};
    net::Request request;
    request.fields = fields;
    return identity_->authenticate(request);
  }
  Caller admin() { return with_cookie(admin_); }

  // An authenticator app that was shown the secret.
  std::string app_code(int steps = 0) {
    return detail::totp_code(secret_, detail::totp_step(clock_.now()) + steps);
  }
  void learn(const std::string& base32) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::size_t bits = 0;
    std::uint32_t buffer = 0;
    std::size_t at = 0;
    for (const char c : base32) {
      buffer = (buffer << 5) | static_cast<std::uint32_t>(kLetters.find(c));
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      secret_.at(at++) = static_cast<std::uint8_t>(buffer >> bits);
    }
    ASSERT_EQ(at, 20U);
  }
  std::vector<std::string> set_up() {
    const Caller by = admin();
    const auto begun = identity_->begin_second_factor(by.id(), kFirstFactor, "Revier");
    EXPECT_TRUE(begun);
    learn(begun->secret);
    const auto codes = identity_->confirm_second_factor(begun->sealed, app_code(), by);
    EXPECT_TRUE(codes) << codes.error().message;
    clock_.advance(Duration::seconds(60));
    return codes.value_or(std::vector<std::string>{});
  }
  Result<SignedIn> with_code(const std::string& code) {
    const auto first = identity_->sign_in("admin", kFirstFactor, "10.0.0.1");
    EXPECT_TRUE(first && first->needs_code);
    return identity_->sign_in_code(first->cookie_secret, code);
  }
  std::vector<audit::Line> audit_lines(const audit::Filter& filter = {}) {
    std::vector<audit::Line> lines;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(lines, audit::list(session, filter));
      return {};
    }));
    return lines;
  }

  tests::TestRecords place_{GetParam()};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
  ManualClock clock_{Instant{1'700'000'000'000'000}};
  SeededRandom random_{1};
  std::unique_ptr<Identity> identity_;
  std::string admin_;
  detail::TotpSecret secret_{};
};
INSTANTIATE_TEST_SUITE_P(On, StaffTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(StaffTest, TheSecondFactorIsAskedAndNoCodeCountsTwice) {
  ASSERT_EQ(set_up().size(), 10U);
  const auto first = identity_->sign_in("admin", kFirstFactor, "10.0.0.1");
  ASSERT_TRUE(first->needs_code);
  EXPECT_FALSE(with_cookie(first->cookie_secret).signed_in());
  EXPECT_EQ(identity_->sign_in_code(first->cookie_secret, "000000").error().code,
            Code::kUnauthenticated);
  const auto in = identity_->sign_in_code(first->cookie_secret, app_code());
  ASSERT_TRUE(in) << in.error().message;
  EXPECT_TRUE(with_cookie(in->cookie_secret).may(Action::kUsersManage));
  EXPECT_EQ(identity_->sign_in_code(first->cookie_secret, app_code()).error().code, Code::kGone);
  EXPECT_EQ(with_code(app_code()).error().code, Code::kUnauthenticated) << "used already";
  EXPECT_EQ(with_code(app_code(-1)).error().code, Code::kUnauthenticated) << "older than the used";
  EXPECT_TRUE(with_code(app_code(1)));
}

TEST_P(StaffTest, ARecoveryCodeCountsOnce) {
  const auto codes = set_up();
  std::string shouted = codes.at(0);
  for (char& c : shouted) c = static_cast<char>(std::toupper(c));
  EXPECT_TRUE(with_code(shouted));
  EXPECT_EQ(with_code(codes.at(0)).error().code, Code::kUnauthenticated);
  EXPECT_TRUE(with_code(codes.at(1)));
  EXPECT_EQ(identity_->second_factor(admin().id())->recovery_codes, 8);
  const auto fresh = identity_->renew_recovery_codes(app_code(), admin());
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_EQ(with_code(codes.at(2)).error().code, Code::kUnauthenticated);
  EXPECT_TRUE(with_code(fresh->at(2)));
}

TEST_P(StaffTest, ANewPasswordEndsASignInUnderWay) {
  set_up();
  const auto begun = identity_->sign_in("admin", kFirstFactor, "10.0.0.1");
  ASSERT_TRUE(begun);
  const auto link = identity_->reset_link("admin", admin(), {});
  ASSERT_TRUE(link) << link.error().message;
  ASSERT_TRUE(identity_->use_link(*link, "", "another password"));
  EXPECT_EQ(identity_->sign_in_code(begun->cookie_secret, app_code(1)).error().code, Code::kGone);
}

TEST_P(StaffTest, WrongCodesAreStopped) {
  open({.attempts_max = 3});
  set_up();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(with_code("000000").error().code, Code::kUnauthenticated);
  EXPECT_EQ(with_code(app_code()).error().code, Code::kTooManyRequests);
  clock_.advance(Duration::minutes(15));
  EXPECT_TRUE(with_code(app_code()));
}

TEST_P(StaffTest, SettingUpAsksForPasswordAndCodeOfTheSameAccount) {
  const Caller by = admin();
  EXPECT_EQ(identity_->begin_second_factor(by.id(), "wrong", "x").error().field, "password");
  const auto begun = identity_->begin_second_factor(by.id(), kFirstFactor, "x");
  ASSERT_TRUE(begun);
  learn(begun->secret);
  EXPECT_EQ(identity_->confirm_second_factor(begun->sealed, "1", by).error().field, "code");
  EXPECT_EQ(identity_->confirm_second_factor("ab", app_code(), by).error().code, Code::kGone);
  user("other", "viewer");
  const Caller other = with_cookie(session_of("other"));
  EXPECT_EQ(identity_->confirm_second_factor(begun->sealed, app_code(), other).error().code,
            Code::kGone);
  clock_.advance(Duration::hours(1));
  EXPECT_EQ(identity_->confirm_second_factor(begun->sealed, app_code(), admin()).error().code,
            Code::kGone);
  EXPECT_FALSE(identity_->second_factor(by.id())->on);
  set_up();
  EXPECT_EQ(identity_->begin_second_factor(by.id(), kFirstFactor, "x").error().code,
            Code::kConflict);
}

TEST_P(StaffTest, ARoleMayDemandTheSecondFactor) {
  EXPECT_FALSE(identity_->set_second_factor_roles(std::vector<std::string>{"king"}, admin()));
  ASSERT_TRUE(identity_->set_second_factor_roles(
      std::vector<std::string>{"administrator", "organiser"}, admin()));
  EXPECT_TRUE(admin().signed_in());
  EXPECT_TRUE(admin().needs_second_factor());
  EXPECT_FALSE(admin().may(Action::kUsersManage));
  set_up();
  EXPECT_TRUE(admin().may(Action::kUsersManage));
  EXPECT_EQ(identity_->remove_second_factor(app_code(), admin()).error().code, Code::kConflict);
  ASSERT_TRUE(identity_->set_second_factor_roles({}, admin()));
  EXPECT_EQ(identity_->remove_second_factor("000000", admin()).error().code,
            Code::kUnauthenticated);
  EXPECT_TRUE(identity_->remove_second_factor(app_code(), admin()));
  EXPECT_FALSE(identity_->sign_in("admin", kFirstFactor, "10.0.0.1")->needs_code);
}

TEST_P(StaffTest, AnAdministratorResetsTheSecondFactor) {
  set_up();
  const std::string mine = admin_;
  ASSERT_TRUE(identity_->reset_second_factor("ADMIN", Caller::command_line()));
  EXPECT_FALSE(with_cookie(mine).signed_in());
  EXPECT_FALSE(identity_->sign_in("admin", kFirstFactor, "10.0.0.1")->needs_code);
  const auto lines = audit_lines({.action = "second-factor.reset"});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().actor, audit::Actor::kCommandLine);
}

TEST_P(StaffTest, SessionsAreListedAndEnded) {
  const std::string second = session_of("admin");
  const std::string third = session_of("admin");
  clock_.advance(Duration::minutes(5));
  const std::string id(admin().id());
  EXPECT_TRUE(with_cookie(second).signed_in());
  const auto list = identity_->sessions(id);
  ASSERT_EQ(list->size(), 3U);
  for (const SessionRow& row : *list) {
    EXPECT_EQ(row.device, "Firefox, Linux");
    const bool used = row.id == with_cookie(second).session() || row.id == admin().session();
    EXPECT_EQ(row.used == clock_.now(), used);
  }
  const std::string other(with_cookie(second).session());
  EXPECT_EQ(identity_->end_session("somebody", other, admin()).error().code,
            Code::kResourceNotFound);
  ASSERT_TRUE(identity_->end_session(id, other, admin()));
  EXPECT_FALSE(with_cookie(second).signed_in());
  EXPECT_TRUE(with_cookie(third).signed_in());
  ASSERT_TRUE(identity_->end_sessions(id, admin().session(), admin()));
  EXPECT_FALSE(with_cookie(third).signed_in());
  EXPECT_TRUE(admin().signed_in());
}

TEST_P(StaffTest, AnIdleSessionEnds) {
  for (int i = 0; i < 3; ++i) {
    clock_.advance(Duration::minutes(119));
    EXPECT_TRUE(admin().signed_in());
  }
  ASSERT_TRUE(identity_->tick());
  open();
  clock_.advance(Duration::minutes(119));
  EXPECT_TRUE(admin().signed_in()) << "the last use is stored";
  clock_.advance(Duration::minutes(120));
  EXPECT_FALSE(admin().signed_in());
}

TEST_P(StaffTest, TokensTellWhenTheyWereUsedAndWhoMadeThem) {
  const auto token = identity_->create_token({.label = "sensors"}, admin());
  EXPECT_EQ(identity_->tokens()->front().used, std::nullopt);
  EXPECT_EQ(identity_->tokens()->front().made_by, "admin");
  clock_.advance(Duration::minutes(2));
  EXPECT_EQ(identity_->authenticate_token(token->secret).name(), "sensors");
  ASSERT_TRUE(identity_->tick());
  open();
  EXPECT_EQ(identity_->tokens()->front().used, clock_.now());
}

TEST_P(StaffTest, RolesAreAddedAndTakenAndTheLastAdministratorStays) {
  user("desk", "viewer");
  const std::string session = session_of("desk");
  const RoleGrant desk{"desk", ScopeKind::kEvent, "e1", ""};
  ASSERT_TRUE(identity_->add_role("desk", desk, admin()));
  EXPECT_TRUE(with_cookie(session).may(Action::kCheckIn, Scope::event("e1"))) << "at once";
  ASSERT_TRUE(identity_->remove_role("desk", desk, admin()));
  EXPECT_FALSE(with_cookie(session).may_somewhere(Action::kCheckIn));
  EXPECT_EQ(identity_->remove_role("desk", desk, admin()).error().code, Code::kResourceNotFound);
  EXPECT_EQ(identity_->remove_role("admin", {.role = "administrator"}, admin()).error().code,
            Code::kConflict);
  EXPECT_TRUE(admin().may(Action::kUsersManage));
}

TEST_P(StaffTest, AnInvitationAndItsMailAreWrittenTogetherOrNotAtAll) {
  std::string seen;
  const Invitation wrong{.name = "anna", .roles = {}, .mail = "not an address", .also = {}};
  EXPECT_EQ(identity_->invite(wrong).error().field, "mail");
  const Invitation failing{.name = "anna",
                           .roles = {},
                           .mail = "anna@city.example",
                           .also = [](records::Session&, const std::string&) -> Result<> {
                             return fail(Code::kUnavailable, "no mail");
                           }};
  EXPECT_EQ(identity_->invite(failing, admin()).error().code, Code::kUnavailable);
  EXPECT_EQ(identity_->users()->size(), 1U);
  Invitation good = failing;
  good.also = [&](records::Session&, const std::string& secret) -> Result<> {
    seen = secret;
    return {};
  };
  const auto link = identity_->invite(good, admin());
  ASSERT_TRUE(link);
  EXPECT_EQ(*link, seen);
  EXPECT_EQ(identity_->users()->at(1).mail, "anna@city.example");
  EXPECT_EQ(audit_lines({.action = "account.invite"}).size(), 2U);
}

TEST_P(StaffTest, LockingEndsSessionsAndLinks) {
  user("desk", "desk");
  const std::string session = session_of("desk");
  const auto link = identity_->reset_link("desk", admin());
  ASSERT_TRUE(identity_->set_locked("desk", true, admin()));
  EXPECT_FALSE(with_cookie(session).signed_in());
  EXPECT_EQ(identity_->link_account(*link).error().code, Code::kGone);
  ASSERT_TRUE(identity_->set_locked("desk", false, admin()));
  EXPECT_FALSE(with_cookie(session).signed_in()) << "an old session does not come back";
  EXPECT_TRUE(with_cookie(session_of("desk")).signed_in());
}

TEST_P(StaffTest, TheAuditLogTellsWhoDidWhatInBothTimes) {
  const std::string id(admin().id());
  (void)identity_->sign_in("admin", "wrong", "10.0.0.1");
  ASSERT_TRUE(identity_->create_token({.label = "t"}, admin()));
  const auto lines = audit_lines();
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines[0].action, "token.create");
  EXPECT_EQ(lines[0].actor, audit::Actor::kAccount);
  EXPECT_EQ(lines[0].actor_id, id);
  EXPECT_EQ(lines[0].actor_name, "admin");
  EXPECT_EQ(lines[0].real, clock_.now());
  EXPECT_EQ(lines[0].civil, clock_.now() + Duration::days(-500));
  EXPECT_EQ(lines[1].outcome, audit::Outcome::kRefused);
  EXPECT_EQ(lines[1].object, id);
  clock_.advance(Duration::days(366));
  ASSERT_TRUE(identity_->tick());
  EXPECT_TRUE(audit_lines().empty());
}

TEST_P(StaffTest, TheAuditLogTellsOfWrongPasswordsAndCodesWithinASession) {
  const std::string id(admin().id());
  EXPECT_FALSE(identity_->change_password(id, "wrong", "a longer password"));
  EXPECT_FALSE(identity_->begin_second_factor(id, "wrong", "x"));
  set_up();
  EXPECT_FALSE(identity_->renew_recovery_codes("000000", admin()));
  EXPECT_FALSE(identity_->remove_second_factor("000000", admin()));
  std::vector<std::string> refused;
  for (const audit::Line& line : audit_lines()) {
    if (line.outcome != audit::Outcome::kRefused) continue;
    refused.push_back(line.action);
    EXPECT_EQ(line.actor, audit::Actor::kAccount);
    EXPECT_EQ(line.actor_name, "admin");
    EXPECT_EQ(line.object, id);
  }
  EXPECT_EQ(refused,
            (std::vector<std::string>{"second-factor.remove", "second-factor.new-recovery-codes",
                                      "second-factor.set", "account.password"}));
}

TEST_P(StaffTest, WhatFailsLeavesNoLine) {
  const std::size_t before = audit_lines().size();
  EXPECT_FALSE(identity_->remove_user("admin", admin()));
  EXPECT_FALSE(identity_->revoke_token("none", admin()));
  EXPECT_EQ(audit_lines().size(), before);
}

}  // namespace
}  // namespace revier::identity
