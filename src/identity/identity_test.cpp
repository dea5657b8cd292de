// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

#include <gtest/gtest.h>

#include "base/attempts.h"
#include "identity/detail/secrets.h"
#include "support/test_records.h"

namespace revier::identity {
namespace {

constexpr std::string_view kPassword = "correct horse";

class IdentityTest : public testing::TestWithParam<std::string> {
 protected:
  void open(Options options = {}) {
    auto opened = Identity::open(*database_, clock_, random_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    identity_ = std::move(*opened);
  }
  void SetUp() override { open(); }

  // Makes the first administrator.
  void administrator() {
    const auto link = identity_->first_link();
    ASSERT_TRUE(link && *link);
    const auto account = identity_->use_link(**link, "Admin", kPassword);
    ASSERT_TRUE(account) << account.error().message;
  }
  // A user with a password.
  void user(std::string_view name, std::vector<RoleGrant> roles) {
    const auto link = identity_->create_user(name, roles);
    ASSERT_TRUE(link) << link.error().message;
    ASSERT_TRUE(identity_->use_link(*link, "", kPassword));
  }
  std::string session_of(std::string_view name) {
    const auto in = identity_->sign_in(name, kPassword, "10.0.0.1");
    EXPECT_TRUE(in) << in.error().message;
    return in ? in->cookie_secret : "";
  }
  Caller with_cookie(const std::string& secret, net::Method method = net::Method::kGet,
                     std::vector<net::Field> more = {}) {
    const std::string cookie = "a=b; " + std::string(kSessionCookie) + "=" + secret;
    more.push_back({"Cookie", cookie});
    return with(more, method);
  }
  Caller with(const std::vector<net::Field>& fields, net::Method method = net::Method::kGet) {
    net::Request request;
    request.method = method;
    request.fields = fields;
    request.host = "localhost";
    return identity_->authenticate(request);
  }
  Code attempt(std::string_view name, std::string_view password,
               std::string_view address = "10.0.0.1") {
    const auto in = identity_->sign_in(name, password, address);
    return in ? Code::kConflict : in.error().code;
  }

  tests::TestRecords place_{GetParam()};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
  ManualClock clock_{Instant{1'700'000'000'000'000}};
  SeededRandom random_{1};
  std::unique_ptr<Identity> identity_;
};
INSTANTIATE_TEST_SUITE_P(On, IdentityTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(IdentityTest, TheFirstLinkMakesOneAdministratorOnce) {
  const auto old = identity_->first_link();
  const auto link = identity_->first_link();
  ASSERT_TRUE(old && *old && link && *link);
  EXPECT_EQ(identity_->link_account(**old).error().code, Code::kGone);
  EXPECT_EQ(identity_->link_account(**link)->id, "");
  EXPECT_EQ(identity_->use_link(**link, "x y", kPassword).error().field, "name");
  EXPECT_EQ(identity_->use_link(**link, "admin", "short").error().field, "password");
  ASSERT_TRUE(identity_->use_link(**link, "Admin", kPassword));
  EXPECT_EQ(identity_->use_link(**link, "other", kPassword).error().code, Code::kGone);
  EXPECT_FALSE(identity_->first_link()->has_value());
  const Caller caller = with_cookie(session_of("ADMIN"));
  EXPECT_EQ(caller.name(), "Admin");
  EXPECT_TRUE(caller.may(Action::kSettingsManage));
  EXPECT_TRUE(caller.may(Action::kCheckIn, Scope::event("e1")));
}

TEST_P(IdentityTest, LinksEnd) {
  const auto link = identity_->first_link();
  clock_.advance(Duration::hours(24));
  EXPECT_EQ(identity_->use_link(**link, "admin", kPassword).error().code, Code::kGone);
}

TEST_P(IdentityTest, SecretsAreNotStored) {
  administrator();
  const std::string session = session_of("admin");
  const auto token = identity_->create_token({.label = "t"});
  const auto link = identity_->create_user("u", {});
  const auto done = database_->read([&](records::Session& s) -> Result<> {
    std::string all;
    for (const char* sql :
         {"SELECT hash AS x FROM identity_session", "SELECT hash AS x FROM identity_token",
          "SELECT hash AS x FROM identity_link", "SELECT password AS x FROM identity_account"}) {
      RV_ASSIGN(const auto rows, s.query(sql));
      EXPECT_FALSE(rows.empty());
      for (const auto& row : rows) all += row.text_or("x", "") + "\n";
    }
    for (const std::string& secret : {session, token->secret, *link, std::string(kPassword)}) {
      EXPECT_EQ(all.find(secret), std::string::npos);
    }
    EXPECT_NE(all.find("$argon2id$"), std::string::npos);
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
}

TEST_P(IdentityTest, SessionsEndAndSignOut) {
  administrator();
  const std::string first = session_of("admin");
  const std::string second = session_of("admin");
  ASSERT_TRUE(identity_->sign_out(first));
  EXPECT_EQ(with_cookie(first).kind(), Caller::Kind::kAnonymous);
  EXPECT_TRUE(with_cookie(second).signed_in());
  open();
  EXPECT_TRUE(with_cookie(second).signed_in());
  clock_.advance(Duration::hours(12));
  EXPECT_EQ(with_cookie(second).kind(), Caller::Kind::kAnonymous);
}

TEST_P(IdentityTest, ASessionWritesFromOurOwnPagesOnly) {
  administrator();
  const std::string session = session_of("admin");
  const auto post = [&](std::vector<net::Field> fields) {
    return with_cookie(session, net::Method::kPost, std::move(fields)).kind();
  };
  EXPECT_EQ(post({}), Caller::Kind::kRejected);
  EXPECT_EQ(post({{"Origin", "http://localhost"}}), Caller::Kind::kSession);
  EXPECT_EQ(post({{"Sec-Fetch-Site", "same-origin"}}), Caller::Kind::kSession);
  EXPECT_EQ(post({{"Sec-Fetch-Site", "same-site"}}), Caller::Kind::kRejected);
  EXPECT_EQ(post({{"Origin", "https://evil.example"}}), Caller::Kind::kRejected);
  EXPECT_EQ(post({{"Origin", "null"}}), Caller::Kind::kRejected);
  const Caller caller = with_cookie(session);
  EXPECT_TRUE(caller.require_csrf(std::string(caller.csrf())));
  EXPECT_FALSE(caller.require_csrf(""));
  EXPECT_FALSE(caller.require_csrf(std::string(caller.csrf().size(), 'a')));
  EXPECT_NE(caller.csrf(), with_cookie(session_of("admin")).csrf());
  EXPECT_FALSE(Caller().require_csrf(""));
}

TEST_P(IdentityTest, WrongPasswordsAreCountedAndStopped) {
  open({.attempts_max = 3});
  administrator();
  EXPECT_EQ(attempt("admin", "wrong"), Code::kUnauthenticated);
  EXPECT_EQ(attempt("nobody", "wrong"), Code::kUnauthenticated);
  EXPECT_EQ(attempt("n o", "wrong"), Code::kUnauthenticated);
  session_of("admin");  // a good one clears the count
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempt("admin", "wrong"), Code::kUnauthenticated);
  EXPECT_EQ(attempt("admin", kPassword), Code::kTooManyRequests);
  EXPECT_EQ(attempt("admin", "wrong", "10.0.0.2"), Code::kUnauthenticated);
  clock_.advance(Duration::minutes(15));
  session_of("admin");
}

TEST_P(IdentityTest, OneAddressLocksOnlyItselfOut) {
  open({.attempts_max = 2});
  administrator();
  user("second", {{.role = "viewer"}});
  // Six of a network, then nothing more, whatever the names.
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(attempt("x" + std::to_string(i), "wrong", "2001:db8::" + std::to_string(i + 1)),
              Code::kUnauthenticated);
  }
  EXPECT_EQ(attempt("x9", "wrong", "2001:db8::99"), Code::kTooManyRequests);
  EXPECT_EQ(attempt("admin", kPassword, "2001:db8:0:1::1"), Code::kConflict);
  const std::string id(with_cookie(session_of("admin")).id());
  const std::string other(with_cookie(session_of("second")).id());
  Code last = Code::kUnauthenticated;
  for (int i = 0; i < 8; ++i) {
    last = identity_->change_password(id, "wrong", "another password").error().code;
  }
  EXPECT_EQ(last, Code::kTooManyRequests);
  EXPECT_TRUE(identity_->change_password(other, kPassword, "another password"));
}

TEST_P(IdentityTest, StrangersLockNobodyOutOfADeviceThatShePutToUse) {
  open({.attempts_max = 2});
  administrator();
  user("second", {{.role = "viewer"}});
  const auto first = identity_->sign_in("Admin", kPassword, "10.0.0.1");
  ASSERT_TRUE(first);
  const auto other = identity_->sign_in("second", kPassword, "10.0.0.1");
  const auto from_device = [&](const std::string& secret, std::string_view password) {
    const auto in = identity_->sign_in("admin", password, "192.0.2.1", "", secret);
    return in ? Code::kConflict : in.error().code;
  };
  // Also from her own network, and until nobody is asked any more.
  for (int i = 0; i < 40; ++i) {
    (void)attempt("admin", "wrong", "2001:db8:0:" + std::to_string(i) + "::1");
    (void)attempt("admin", "wrong", "192.0.2.1");
  }
  EXPECT_EQ(attempt("admin", kPassword, "192.0.2.9"), Code::kTooManyRequests);
  EXPECT_EQ(from_device("", kPassword), Code::kTooManyRequests);
  EXPECT_EQ(from_device(other->device_secret, kPassword), Code::kTooManyRequests)
      << "a device of another account";
  EXPECT_EQ(from_device(first->device_secret + "00", kPassword), Code::kTooManyRequests);
  EXPECT_EQ(from_device(first->device_secret, kPassword), Code::kConflict) << "she is let in";
  EXPECT_EQ(from_device(first->device_secret, "wrong"), Code::kUnauthenticated);
  EXPECT_EQ(from_device(first->device_secret, "wrong"), Code::kUnauthenticated);
  EXPECT_EQ(from_device(first->device_secret, kPassword), Code::kTooManyRequests)
      << "a stolen device has few of its own";
}

TEST_P(IdentityTest, TheFirstLinkEndsWithTheFirstAdministrator) {
  const auto link = identity_->first_link();
  ASSERT_TRUE(link && *link);
  user("chief", {{.role = "administrator"}});
  EXPECT_EQ(identity_->link_account(**link).error().code, Code::kGone);
  EXPECT_EQ(identity_->use_link(**link, "intruder", kPassword).error().code, Code::kGone);
}

TEST_P(IdentityTest, ChangingThePasswordEndsTheSessions) {
  administrator();
  const std::string session = session_of("admin");
  const std::string id(with_cookie(session).id());
  EXPECT_EQ(identity_->change_password(id, "wrong", "another password").error().code,
            Code::kUnauthenticated);
  EXPECT_EQ(identity_->change_password(id, kPassword, "short").error().code, Code::kUnprocessable);
  ASSERT_TRUE(identity_->change_password(id, kPassword, "another password"));
  EXPECT_FALSE(with_cookie(session).signed_in());
  EXPECT_EQ(attempt("admin", kPassword), Code::kUnauthenticated);
  EXPECT_TRUE(identity_->sign_in("admin", "another password", "10.0.0.1"));
}

TEST_P(IdentityTest, TheLastAdministratorStays) {
  administrator();
  user("second", {{.role = "viewer"}});
  const std::vector<RoleGrant> viewer{{.role = "viewer"}};
  const std::vector<RoleGrant> admin{{.role = "administrator"}};
  EXPECT_EQ(identity_->remove_user("admin").error().code, Code::kConflict);
  EXPECT_EQ(identity_->set_locked("admin", true).error().code, Code::kConflict);
  EXPECT_EQ(identity_->set_roles("admin", viewer).error().code, Code::kConflict);
  ASSERT_TRUE(identity_->create_user("without-password", admin));
  EXPECT_EQ(identity_->remove_user("admin").error().code, Code::kConflict);
  ASSERT_TRUE(identity_->set_roles("second", admin));
  ASSERT_TRUE(identity_->remove_user("admin"));
  EXPECT_EQ(identity_->remove_user("second").error().code, Code::kConflict);
  EXPECT_EQ(identity_->remove_user("admin").error().code, Code::kResourceNotFound);
  EXPECT_EQ(identity_->users()->size(), 2U);
}

TEST_P(IdentityTest, RolesHoldOnTheirScope) {
  administrator();
  user("desk",
       {{"desk", ScopeKind::kEvent, "e1", ""}, {"case-worker", ScopeKind::kOffice, "o1", ""}});
  const std::string session = session_of("desk");
  const Caller caller = with_cookie(session);
  EXPECT_TRUE(caller.may(Action::kCheckIn, Scope::event("e1")));
  EXPECT_TRUE(caller.may(Action::kCheckIn, Scope::track("e1", "any")));
  EXPECT_FALSE(caller.may(Action::kCheckIn, Scope::event("e2")));
  EXPECT_FALSE(caller.may(Action::kCheckIn));
  EXPECT_TRUE(caller.may_somewhere(Action::kCheckIn));
  EXPECT_TRUE(caller.may(Action::kCasesWork, Scope::office("o1")));
  EXPECT_FALSE(caller.may(Action::kCasesWork, Scope::office("o2")));
  EXPECT_EQ(caller.require(Action::kUsersManage).error().code, Code::kForbidden);
  ASSERT_TRUE(identity_->set_locked("desk", true));
  EXPECT_FALSE(with_cookie(session).signed_in());
  EXPECT_EQ(attempt("desk", kPassword), Code::kUnauthenticated);
}

TEST_P(IdentityTest, ARoleIsGivenOnlyWhereItOpensSomething) {
  const auto code_of = [&](const RoleGrant& grant) {
    const auto link = identity_->create_user("a", {&grant, 1});
    return link ? std::string("made") : link.error().field;
  };
  EXPECT_EQ(code_of({"programme-editor", ScopeKind::kEvent, "e1", ""}), "roles");
  EXPECT_EQ(code_of({"newsletter-editor", ScopeKind::kTopic, "t1", ""}), "roles");
  EXPECT_EQ(code_of({"desk", ScopeKind::kTrack, "t1", "e1"}), "roles");
  EXPECT_EQ(code_of({"desk", ScopeKind::kOffice, "o1", ""}), "roles");
  EXPECT_EQ(code_of({"organiser", ScopeKind::kEvent, "e1", ""}), "made");
  const RoleGrant viewer{"viewer", ScopeKind::kEvent, "e1", ""};
  EXPECT_EQ(identity_->add_role("a", viewer, {}).error().field, "roles");
}

TEST(Access, AGrantHoldsOnItsScope) {
  const Grant track{bit(Action::kReviewWrite), ScopeKind::kTrack, "t1", "e2"};
  EXPECT_TRUE(track.covers(Action::kReviewWrite, Scope::track("e2", "t1")));
  EXPECT_FALSE(track.covers(Action::kReviewWrite, Scope::track("e1", "t1")));
  for (const Role& role : roles()) EXPECT_TRUE(opens_at(role, ScopeKind::kInstance)) << role.name;
}

TEST_P(IdentityTest, UsersAreCheckedAndListed) {
  EXPECT_EQ(identity_->create_user("a b", {}).error().field, "name");
  const std::vector<RoleGrant> wrong{{.role = "king"}};
  EXPECT_EQ(identity_->create_user("a", wrong).error().field, "roles");
  const std::vector<RoleGrant> desk{{"desk", ScopeKind::kEvent, "e1", ""}};
  ASSERT_TRUE(identity_->create_user("Anna@city.example", desk));
  EXPECT_EQ(identity_->create_user("anna@city.example", {}).error().field, "name");
  const auto users = identity_->users();
  ASSERT_EQ(users->size(), 1U);
  EXPECT_EQ(users->at(0).name, "Anna@city.example");
  EXPECT_FALSE(users->at(0).has_password);
  ASSERT_EQ(users->at(0).roles.size(), 1U);
  EXPECT_EQ(users->at(0).roles[0].id, "e1");
  const auto link = identity_->reset_link("ANNA@city.example");
  ASSERT_TRUE(link);
  EXPECT_EQ(identity_->link_account(*link)->name, "Anna@city.example");
}

TEST_P(IdentityTest, TokensWithRightsByEntityMayNothingElse) {
  ASSERT_TRUE(identity_->create_tenant({"herne", true}));
  const std::string rights = R"([{"operations":["read"]}])";
  const auto token = identity_->create_token(
      {.label = "narrow", .actions = {}, .tenant = "herne", .rights = rights});
  ASSERT_TRUE(token);
  const Caller caller = identity_->authenticate_token(token->secret);
  EXPECT_EQ(caller.kind(), Caller::Kind::kToken);
  ASSERT_NE(caller.rights("herne"), nullptr);
  EXPECT_EQ(*caller.rights("herne"), rights);
  EXPECT_EQ(caller.rights(""), nullptr);
  for (int i = 0; i < static_cast<int>(Action::kActionCount); ++i) {
    EXPECT_FALSE(caller.may(static_cast<Action>(i), Scope::tenant("herne"))) << i;
    EXPECT_FALSE(caller.may(static_cast<Action>(i))) << i;
  }
  EXPECT_EQ(identity_->tokens()->at(0).rights, rights);
  EXPECT_EQ(Caller().rights("herne"), nullptr);
  EXPECT_EQ(identity_->create_token({.label = "both", .rights = rights}).error().code,
            Code::kUnprocessable);
  EXPECT_EQ(identity_->create_token({.label = "none", .actions = {}}).error().code,
            Code::kUnprocessable);
}

TEST_P(IdentityTest, RightsOfATokenAreAskedAfterItsRequest) {
  const std::string rights = R"([{"operations":["read"]}])";
  const Instant end = clock_.now() + Duration::days(1);
  const auto token =
      identity_->create_token({.label = "a", .actions = {}, .expires = end, .rights = rights});
  const auto other = identity_->create_token({.label = "b", .actions = {}, .rights = rights});
  const auto full = identity_->create_token({.label = "c"});
  const std::string grounds(identity_->authenticate_token(token->secret).grounds());
  const std::string others(identity_->authenticate_token(other->secret).grounds());
  const std::string whole(identity_->authenticate_token(full->secret).grounds());
  EXPECT_NE(grounds, others);
  EXPECT_TRUE(identity_->standing(whole).require_still(Action::kDataRead, Scope::tenant("")));
  ASSERT_TRUE(identity_->revoke_token(full->id));
  EXPECT_FALSE(identity_->standing(whole).may(Action::kDataRead, Scope::tenant("")));
  const Scope all = Scope::tenant("");
  EXPECT_EQ(identity_->standing(whole).require_still(Action::kDataRead, all).error().message,
            "the token was revoked");
  EXPECT_EQ(identity_->standing(grounds).require_still(Action::kDataRead, all).error().message,
            "who made it has not the right \"data.read\" here any more");
  const Caller now = identity_->standing(grounds);
  EXPECT_EQ(now.id(), token->id);
  ASSERT_NE(now.rights(""), nullptr);
  EXPECT_EQ(*now.rights(""), rights);
  ASSERT_TRUE(identity_->revoke_token(other->id));
  EXPECT_EQ(identity_->standing(others).kind(), Caller::Kind::kRejected);
  EXPECT_EQ(identity_->standing(others).refusal(), "the token was revoked");
  EXPECT_NE(identity_->standing(grounds).rights(""), nullptr);
  clock_.advance(Duration::days(1));
  EXPECT_EQ(identity_->standing(grounds).rights(""), nullptr);
  EXPECT_EQ(identity_->standing(grounds).refusal(), "the token has ended");
  for (const char* const none : {"", "{}", "[]", R"({"token":"x"})", R"({"token":7})"}) {
    EXPECT_EQ(identity_->standing(none).kind(), Caller::Kind::kRejected) << none;
    EXPECT_NE(identity_->standing(none).refusal(), "") << none;
  }
}

TEST_P(IdentityTest, RightsOfAnAccountAreAskedAfterItsSession) {
  administrator();
  user("data", {{"data-steward"}});
  const std::string session = session_of("data");
  const std::string grounds(with_cookie(session).grounds());
  ASSERT_TRUE(identity_->sign_out(session));
  const auto may = [&](Action action) {
    return identity_->standing(grounds).may(action, Scope::tenant("herne"));
  };
  EXPECT_TRUE(may(Action::kDataWrite)) << "signing out takes no right";
  EXPECT_EQ(identity_->standing(grounds).name(), "data");
  ASSERT_TRUE(identity_->set_locked("data", true));
  EXPECT_FALSE(may(Action::kDataRead));
  EXPECT_EQ(identity_->standing(grounds).refusal(), "the account was locked or deleted");
  ASSERT_TRUE(identity_->set_locked("data", false));
  EXPECT_TRUE(may(Action::kDataRead));
  ASSERT_TRUE(identity_->set_roles("data", {}));
  EXPECT_FALSE(may(Action::kDataWrite));
  ASSERT_TRUE(identity_->remove_user("data"));
  EXPECT_EQ(identity_->standing(grounds).kind(), Caller::Kind::kRejected);
}

// A stream that stays open keeps no session from ending.
TEST_P(IdentityTest, AskingAgainIsNoUse) {
  administrator();
  const std::string session = session_of("admin");
  const std::string cookie = std::string(kSessionCookie) + "=" + session;
  const std::vector<net::Field> fields = {{"Cookie", cookie}};
  net::Request request;
  request.fields = fields;
  const Duration idle = Options().session_idle;
  clock_.advance(Duration{idle.us / 2});
  EXPECT_TRUE(identity_->authenticate_again(request).signed_in());
  clock_.advance(Duration{idle.us / 2 + 1});
  EXPECT_FALSE(identity_->authenticate_again(request).signed_in());
}

TEST_P(IdentityTest, TokensHoldForTheirTenantAndRights) {
  ASSERT_TRUE(identity_->create_tenant({"herne", false}));
  const auto token = identity_->create_token(
      {"sensors", {Action::kDataRead, Action::kDataWrite}, "herne", std::nullopt});
  ASSERT_TRUE(token);
  const std::string header = "bearer " + token->secret;
  const Caller caller = with({{"authorization", header}}, net::Method::kPost);
  EXPECT_EQ(caller.kind(), Caller::Kind::kToken);
  EXPECT_EQ(caller.id(), token->id);
  EXPECT_TRUE(caller.may(Action::kDataWrite, Scope::tenant("herne")));
  EXPECT_FALSE(caller.may(Action::kDataWrite, Scope::tenant("")));
  EXPECT_TRUE(caller.may(Action::kDataRead, Scope::tenant("")));  // everybody may
  EXPECT_FALSE(caller.may(Action::kUsersManage));
  EXPECT_EQ(with({{"Authorization", "Basic eDp5"}}).kind(), Caller::Kind::kRejected);
  EXPECT_EQ(with({{"Authorization", "Bearer rv_x"}}).require(Action::kDataRead).error().code,
            Code::kUnauthenticated);
  EXPECT_EQ(identity_->tokens()->at(0).label, "sensors");
  EXPECT_EQ(identity_->tokens()->at(0).tenant, "herne");
  EXPECT_EQ(identity_->tokens()->at(0).actions.size(), 2U);
  ASSERT_TRUE(identity_->revoke_token(token->id));
  EXPECT_EQ(with({{"Authorization", header}}).kind(), Caller::Kind::kRejected);
  EXPECT_EQ(identity_->revoke_token(token->id).error().code, Code::kResourceNotFound);
}

TEST_P(IdentityTest, TokensEndAndAreChecked) {
  const Instant end = clock_.now() + Duration::days(1);
  const auto token = identity_->create_token({"t", {Action::kUsersManage}, std::nullopt, end});
  EXPECT_TRUE(identity_->authenticate_token(token->secret).may(Action::kUsersManage));
  clock_.advance(Duration::days(1));
  EXPECT_FALSE(identity_->authenticate_token(token->secret).may(Action::kUsersManage));
  EXPECT_EQ(identity_->create_token({.label = ""}).error().field, "label");
  EXPECT_EQ(identity_->create_token({"t", {}, "", {}}).error().field, "rights");
  EXPECT_EQ(identity_->create_token({.label = "t", .tenant = "none"}).error().field, "tenant");
}

TEST_P(IdentityTest, ChangesOfAnotherProcessAreTakenOver) {
  auto other = Identity::open(*database_, clock_, random_, {});
  const auto token = (*other)->create_token({.label = "t"});
  EXPECT_EQ(identity_->authenticate_token(token->secret).kind(), Caller::Kind::kRejected);
  ASSERT_TRUE(identity_->refresh());
  EXPECT_EQ(identity_->authenticate_token(token->secret).kind(), Caller::Kind::kToken);
}

TEST_P(IdentityTest, NobodyReadsWhatIsPublicAndWritesNothing) {
  ASSERT_TRUE(identity_->create_tenant({"open", true}));
  ASSERT_TRUE(identity_->create_tenant({"closed", false}));
  EXPECT_EQ(identity_->create_tenant({"open", true}).error().code, Code::kAlreadyExists);
  EXPECT_EQ(identity_->create_tenant({"Ö", true}).error().code, Code::kUnprocessable);
  EXPECT_TRUE(identity_->create_tenant({"two-parts_1", false}));
  EXPECT_TRUE(identity_->tenant_exists(""));
  EXPECT_TRUE(identity_->tenant_exists("open"));
  EXPECT_FALSE(identity_->tenant_exists("none"));
  const auto reads = [&](std::string_view tenant) {
    return with({}).may(Action::kDataRead, Scope::tenant(tenant));
  };
  EXPECT_TRUE(reads(""));
  EXPECT_TRUE(reads("open"));
  EXPECT_FALSE(reads("closed"));
  EXPECT_EQ(with({}).require(Action::kDataWrite, Scope::tenant("")).error().code,
            Code::kUnauthenticated);
  ASSERT_TRUE(identity_->set_public_read("open", false));
  EXPECT_FALSE(reads("open"));
  open({.public_read = false});
  EXPECT_FALSE(reads(""));
}

TEST_P(IdentityTest, TokensGoAWeekAfterTheirEnd) {
  const Instant end = clock_.now() + Duration::days(1);
  const auto ends = identity_->create_token({.label = "ends", .expires = end});
  const auto stays = identity_->create_token({.label = "stays"});
  ASSERT_TRUE(ends && stays);
  clock_.advance(Duration::days(7));
  ASSERT_TRUE(identity_->tick());
  EXPECT_EQ(identity_->tokens()->size(), 2U) << "the list shows that it has ended";
  clock_.advance(Duration::days(1));
  ASSERT_TRUE(identity_->tick());
  ASSERT_EQ(identity_->tokens()->size(), 1U);
  EXPECT_EQ(identity_->tokens()->front().id, stays->id);
  ASSERT_TRUE(identity_->tick());
  EXPECT_EQ(identity_->authenticate_token(ends->secret).kind(), Caller::Kind::kRejected);
  EXPECT_EQ(identity_->authenticate_token(stays->secret).kind(), Caller::Kind::kToken);
}

TEST_P(IdentityTest, SuitesMayDoWithoutRules) {
  open({.no_auth = true, .tenants_implicit = true});
  EXPECT_TRUE(with({}).may(Action::kDataWrite, Scope::tenant("any")));
  EXPECT_TRUE(identity_->tenant_exists("any"));
  EXPECT_FALSE(identity_->tenant_exists("An y"));
  open({.tenants_implicit = true});
  EXPECT_TRUE(with({}).may(Action::kDataRead, Scope::tenant("any")));
  EXPECT_FALSE(with({}).may(Action::kDataWrite, Scope::tenant("any")));
}

TEST_P(IdentityTest, WithoutRulesOtherSitesStillChangeNothing) {
  open({.no_auth = true});
  const auto writes = [this](const std::vector<net::Field>& fields) {
    return with(fields, net::Method::kPost).may(Action::kDataWrite, Scope::tenant(""));
  };
  EXPECT_TRUE(writes({}));
  EXPECT_TRUE(writes({{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(writes({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(writes({{"Origin", "https://evil.example"}}));
  const Caller foreign = with({{"Origin", "https://evil.example"}}, net::Method::kPost);
  EXPECT_FALSE(foreign.require_csrf("").has_value());
  const std::vector<net::Field> link{{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_TRUE(with(link).may(Action::kDataRead, Scope::tenant("")));
}

TEST(Access, NamesAndTablesAreWhole) {
  for (int i = 0; i < static_cast<int>(Action::kActionCount); ++i) {
    const auto action = static_cast<Action>(i);
    ASSERT_FALSE(to_string(action).empty());
    EXPECT_EQ(*parse_action(to_string(action)), action);
    EXPECT_TRUE(find_role("administrator")->actions & bit(action));
  }
  EXPECT_FALSE(parse_action("data.eat"));
  EXPECT_EQ(find_role("king"), nullptr);
  for (int i = 0; i < 6; ++i) {
    const auto kind = static_cast<ScopeKind>(i);
    EXPECT_EQ(*parse_scope_kind(to_string(kind)), kind);
  }
}

TEST(Cookies, CarryTheirGuards) {
  const SignedIn session{"abc", "id", Instant{100'000'000}};
  EXPECT_EQ(session_cookie(session, Instant{40'000'000}, true),
            "revier_session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(ended_cookie(false), "revier_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}

TEST(Secrets, DigestsAndPasswords) {
  using namespace std::string_literals;
  const auto a = detail::digest("token", "x");
  EXPECT_NE(a, detail::digest("session", "x"));
  EXPECT_NE(detail::digest("ab", "c"), detail::digest("a", "bc"));
  EXPECT_EQ(detail::from_hex(detail::to_hex(a)), a);
  EXPECT_EQ(detail::from_hex("zz"), detail::Digest{});
  const auto hash = detail::hash_password("a\0b"s);
  EXPECT_TRUE(detail::verify_password(*hash, "a\0b"s));
  EXPECT_FALSE(detail::verify_password(*hash, "a\0c"s));
  EXPECT_FALSE(detail::verify_password("", "anything"));
}

TEST(Attempts, AreBoundedInMemory) {
  Attempts attempts(Duration::seconds(10), 3);
  EXPECT_TRUE(attempts.take("a", 2, Instant{0}));
  EXPECT_TRUE(attempts.take("a", 2, Instant{1}));
  EXPECT_FALSE(attempts.take("a", 2, Instant{2}));
  attempts.give_back("a");
  EXPECT_TRUE(attempts.take("a", 2, Instant{3}));
  EXPECT_TRUE(attempts.take("b", 1, Instant{3}));
  EXPECT_TRUE(attempts.take("c", 1, Instant{3}));
  EXPECT_FALSE(attempts.take("c", 1, Instant{4}));
  EXPECT_TRUE(attempts.exhausted("a", 2, Instant{4}));
  EXPECT_TRUE(attempts.take("d", 1, Instant{4}));  // "a" is the oldest
  EXPECT_FALSE(attempts.exhausted("a", 2, Instant{4}));
  EXPECT_FALSE(attempts.take("d", 1, Instant{5}));
  EXPECT_TRUE(attempts.take("d", 1, Instant{10'000'004}));
}

TEST(Attempts, AnIpv6CustomerHasOneNetwork) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("2001:db8:1:2::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("2001:db8:1:2:ffff::"), network_of("2001:db8:1:2::1"));
  EXPECT_NE(network_of("2001:db8:1:3::1"), network_of("2001:db8:1:2::1"));
  EXPECT_EQ(network_of("x"), "x");
}

}  // namespace
}  // namespace revier::identity
