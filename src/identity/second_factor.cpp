// SPDX-License-Identifier: EUPL-1.2
// The second factor: codes of an app (RFC 6238), recovery codes, who must have it.
#include <charconv>

#include "base/ascii.h"
#include "identity/detail/seal.h"
#include "identity/detail/sql_identity.h"
#include "identity/detail/totp.h"

namespace revier::identity::detail {
namespace {

constexpr std::string_view kStored = "second factor";
constexpr std::string_view kEnrolment = "second factor enrolment";
constexpr Duration kEnrolmentMax = Duration::hours(1);
constexpr int kRecoveryCodes = 10;

TotpSecret secret_of(std::string_view bytes) {
  TotpSecret secret{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), secret.size()), secret.begin());
  return secret;
}

std::string text_of(const TotpSecret& secret) { return {secret.begin(), secret.end()}; }

// "abcd-efgh-ijkl-mnop" as typed, without its signs; empty for what is none.
std::string recovery_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    code += to_lower(c);
    if (code.size() > 16) return {};
  }
  return code.size() == 16 ? code : std::string();
}

std::string grouped(const std::string& code) {
  std::string text;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) text += '-';
    text += code[i];
  }
  return text;
}

Error wrong_code() {
  return {Code::kUnauthenticated, "the code is wrong or was used already", "code"};
}

// What is between the two steps of setting up.
struct Pending {
  std::string account;
  Instant expires;
  TotpSecret secret;
};

std::string text_of(const Pending& pending) {
  return fmt::format("{}\n{}\n", pending.account, pending.expires.us) + text_of(pending.secret);
}

Result<Pending> pending_of(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = text.find('\n', first + 1);
  if (first == text.npos || second == text.npos) return fail(Code::kCorrupt, "no enrolment");
  Pending pending{.account = std::string(text.substr(0, first)),
                  .expires = {},
                  .secret = secret_of(text.substr(second + 1))};
  std::from_chars(text.data() + first + 1, text.data() + second, pending.expires.us);
  return pending;
}

}  // namespace

Result<> SqlIdentity::use_code(Session& session, const StoredAccount& account,
                               std::string_view code) {
  if (const std::string recovery = recovery_code(code); !recovery.empty()) {
    RV_ASSIGN(const auto used,
              session.execute(
                  "DELETE FROM identity_recovery WHERE account = :id AND hash = :hash",
                  {{"id", account.id}, {"hash", to_hex(digest(kRecoveryPurpose, recovery))}}));
    if (used == 0) return fail(wrong_code());
    return record_own(session, account, "second-factor.recovery-code");
  }
  RV_ASSIGN(const std::string secret, unseal(options_.key, kStored, account.totp));
  const auto step = totp_match(secret_of(secret), code, clock_.now(), account.totp_step);
  if (!step) return fail(wrong_code());
  RV_TRY(session.execute("UPDATE identity_account SET totp_step = :step WHERE id = :id",
                         {{"step", *step}, {"id", account.id}}));
  return {};
}

Result<std::vector<std::string>> SqlIdentity::make_recovery_codes(Session& session,
                                                                  std::string_view account) {
  RV_TRY(session.execute("DELETE FROM identity_recovery WHERE account = :id", {{"id", account}}));
  std::vector<std::string> codes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    const std::string code = random_id(random_);
    RV_TRY(session.execute("INSERT INTO identity_recovery (account, hash) VALUES (:id, :hash)",
                           {{"id", account}, {"hash", to_hex(digest(kRecoveryPurpose, code))}}));
    codes.push_back(grouped(code));
  }
  return codes;
}

Result<SecondFactor> SqlIdentity::second_factor(std::string_view account_id) {
  return look<SecondFactor>([&](Session& session) -> Result<SecondFactor> {
    RV_ASSIGN(const StoredAccount account, account_by_id(session, account_id));
    RV_ASSIGN(const records::Row rules,
              session.one("SELECT COUNT(*) AS n FROM identity_grant g JOIN identity_role_rule r "
                          "ON r.role = g.role WHERE g.account = :id",
                          {{"id", account_id}}));
    RV_ASSIGN(const records::Row codes,
              session.one("SELECT COUNT(*) AS n FROM identity_recovery WHERE account = :id",
                          {{"id", account_id}}));
    return SecondFactor{!account.totp.empty(), rules.integer("n") > 0, codes.integer("n")};
  });
}

Result<Enrolment> SqlIdentity::begin_second_factor(std::string_view account_id,
                                                   std::string_view password,
                                                   std::string_view issuer) {
  RV_ASSIGN(const StoredAccount account, look<StoredAccount>([&](Session& session) {
              return account_by_id(session, account_id);
            }));
  if (!account.totp.empty()) return fail(Code::kConflict, "there is a second factor already");
  RV_TRY(check_own_password(account, password, "second-factor.set"));
  Pending pending{.account = account.id, .expires = clock_.now() + kEnrolmentMax, .secret = {}};
  random_.fill(pending.secret);
  return Enrolment{.sealed = seal(options_.key, kEnrolment, text_of(pending)),
                   .secret = base32(pending.secret),
                   .uri = totp_uri(pending.secret, issuer, account.name)};
}

Result<std::vector<std::string>> SqlIdentity::confirm_second_factor(std::string_view sealed,
                                                                    std::string_view code,
                                                                    const Caller& by) {
  const auto text = unseal(options_.key, kEnrolment, sealed);
  if (!text) return fail(Code::kGone, "this set-up has ended: begin again");
  RV_ASSIGN(const Pending pending, pending_of(*text));
  if (pending.account != by.id() || pending.expires <= clock_.now()) {
    return fail(Code::kGone, "this set-up has ended: begin again");
  }
  const auto step = totp_match(pending.secret, code, clock_.now(), 0);
  if (!step) return fail(wrong_code());
  return change([&](Session& session) -> Result<std::vector<std::string>> {
    RV_ASSIGN(const auto set,
              session.execute("UPDATE identity_account SET totp = :totp, totp_step = :step "
                              "WHERE id = :id AND totp IS NULL",
                              {{"totp", seal(options_.key, kStored, text_of(pending.secret))},
                               {"step", *step},
                               {"id", pending.account}}));
    if (set == 0) return fail(Code::kConflict, "there is a second factor already");
    RV_TRY(record(session, by, {"second-factor.set", "account", pending.account}));
    return make_recovery_codes(session, pending.account);
  });
}

template <class T>
Result<T> SqlIdentity::change_by_code(
    std::string_view code, const Caller& by, std::string_view action,
    const std::function<Result<T>(Session&, const StoredAccount&)>& step) {
  const std::string id(by.id());
  const std::string tries = "code " + id;
  if (!attempts_.take(tries, options_.attempts_max, clock_.now())) {
    return fail(Code::kTooManyRequests, "too many wrong codes: try again in a quarter of an hour",
                "code");
  }
  auto done = change([&](Session& session) -> Result<T> {
    RV_ASSIGN(const StoredAccount account, account_by_id(session, id));
    if (account.totp.empty()) return fail(Code::kConflict, "there is no second factor");
    RV_TRY(use_code(session, account, code));
    RV_TRY(record(session, by, {action, "account", id}));
    return step(session, account);
  });
  if (done) {
    attempts_.forget(tries);
  } else if (done.error().code == Code::kUnauthenticated) {
    record_refused_own({.id = id, .name = std::string(by.name())}, action);
  }
  return done;
}

Result<std::vector<std::string>> SqlIdentity::renew_recovery_codes(std::string_view code,
                                                                   const Caller& by) {
  return change_by_code<std::vector<std::string>>(
      code, by, "second-factor.new-recovery-codes",
      [&](Session& session, const StoredAccount& account) {
        return make_recovery_codes(session, account.id);
      });
}

Result<> SqlIdentity::remove_second_factor(std::string_view code, const Caller& by) {
  RV_ASSIGN(const SecondFactor state, second_factor(by.id()));
  if (state.required) return fail(Code::kConflict, "a role demands the second factor");
  return change_by_code<void>(code, by, "second-factor.remove",
                              [](Session& session, const StoredAccount& account) {
                                return clear_second_factor(session, account.id);
                              });
}

Result<> SqlIdentity::reset_second_factor(std::string_view name, const Caller& by) {
  return change_account(
      name, "second-factor.reset", by, [](Session& session, const std::string& id) -> Result<> {
        RV_TRY(session.execute("DELETE FROM identity_session WHERE account = :id", {{"id", id}}));
        return clear_second_factor(session, id);
      });
}

Result<std::vector<std::string>> SqlIdentity::second_factor_roles() {
  return look<std::vector<std::string>>([](Session& session) -> Result<std::vector<std::string>> {
    RV_ASSIGN(const auto rows, session.query("SELECT role FROM identity_role_rule ORDER BY role"));
    std::vector<std::string> names;
    for (const records::Row& row : rows) names.push_back(row.text("role"));
    return names;
  });
}

Result<> SqlIdentity::set_second_factor_roles(std::span<const std::string> roles,
                                              const Caller& by) {
  for (const std::string& role : roles) {
    if (find_role(role) == nullptr) return fail(Code::kUnprocessable, "no such role", "roles");
  }
  return change([&](Session& session) -> Result<> {
    RV_TRY(session.execute("DELETE FROM identity_role_rule"));
    std::string names;
    for (const std::string& role : roles) {
      RV_TRY(
          session.execute("INSERT INTO identity_role_rule (role) VALUES (:role) "
                          "ON CONFLICT DO NOTHING",
                          {{"role", role}}));
      names += (names.empty() ? "" : ",") + role;
    }
    return record(session, by, {"second-factor.roles", "roles", names});
  });
}

}  // namespace revier::identity::detail
