// SPDX-License-Identifier: EUPL-1.2
// One-time links, signing in, sessions, the own password.
#include <algorithm>

#include "audit/audit.h"
#include "base/log.h"
#include "identity/detail/seal.h"
#include "identity/detail/sql_identity.h"

namespace revier::identity::detail {
namespace {

constexpr std::size_t kPasswordBytesMax = 1'000;
constexpr Duration kChallengeMax = Duration::minutes(5);
constexpr std::string_view kDevicePurpose = "device";

tl::unexpected<Error> refuse_attempt() {
  log_event(Level::kWarn, "identity.attempts", {});
  return fail(Code::kTooManyRequests,
              "too many failed sign-ins: try again in a quarter of an hour");
}

}  // namespace

Result<> SqlIdentity::record_own(Session& session, const StoredAccount& account,
                                 std::string_view action, audit::Outcome outcome) const {
  const Instant now = clock_.now();
  return audit::write(session, {.civil = now + options_.civil_difference,
                                .real = now,
                                .actor = audit::Actor::kAccount,
                                .actor_id = account.id,
                                .actor_name = account.name,
                                .action = std::string(action),
                                .kind = "account",
                                .object = account.id,
                                .outcome = outcome});
}

// Attempts are limited here as well.
void SqlIdentity::record_refused_own(const StoredAccount& account, std::string_view action) {
  const auto done = database_.writer().run_blocking([&](Session& session) {
    return record_own(session, account, action, audit::Outcome::kRefused);
  });
  if (!done) log_event(Level::kWarn, "audit.not_written", {{"reason", done.error().message}});
}

// Somebody failed to be this account. Attempts are limited, so these lines are too. A line for
// names that nobody has, too: without it the answer would come sooner and tell which exist.
void SqlIdentity::record_refused(const std::string& account) {
  const Instant now = clock_.now();
  const auto done = database_.writer().run_blocking([&](Session& session) {
    return audit::write(session, {.civil = now + options_.civil_difference,
                                  .real = now,
                                  .action = "session.start",
                                  .kind = "account",
                                  .object = account,
                                  .outcome = audit::Outcome::kRefused});
  });
  if (!done) log_event(Level::kWarn, "audit.not_written", {{"reason", done.error().message}});
}

// --- one-time links

Result<std::optional<std::string>> SqlIdentity::first_link() {
  const std::string secret = random_secret(random_);
  return change([&](Session& session) -> Result<std::optional<std::string>> {
    RV_TRY(session.execute("DELETE FROM identity_link WHERE account IS NULL"));
    RV_ASSIGN(const std::int64_t administrators, count_administrators(session));
    if (administrators > 0) return std::nullopt;
    RV_TRY(insert_link(session, secret, "", clock_.now() + kLinkLife));
    return secret;
  });
}

Result<Account> SqlIdentity::link_account(std::string_view secret) {
  return look<Account>([&](Session& session) -> Result<Account> {
    RV_ASSIGN(const std::string id, link_target(session, secret, clock_.now()));
    if (id.empty()) {
      RV_TRY(check_no_administrator(session));
      return Account{};
    }
    RV_ASSIGN(auto accounts, list_accounts(session, id));
    return std::move(accounts.at(0));
  });
}

Result<Account> SqlIdentity::use_link(std::string_view secret, std::string_view name,
                                      std::string_view password) {
  RV_ASSIGN(const Account before, link_account(secret));
  if (before.id.empty()) RV_TRY(fold_name(name));
  RV_TRY(check_password(password));
  RV_ASSIGN(const std::string hash, hash_password(password));
  const std::string fresh_id = random_id(random_);
  return change([&](Session& session) -> Result<Account> {
    RV_ASSIGN(std::string id, take_link(session, secret, clock_.now()));
    if (id.empty()) {
      RV_TRY(check_no_administrator(session));
      const std::array<RoleGrant, 1> roles{RoleGrant{.role = "administrator"}};
      RV_TRY(insert_account(session, {fresh_id, name, hash, roles, clock_.now()}));
      id = fresh_id;
    } else {
      RV_TRY(set_password(session, id, hash));
    }
    RV_ASSIGN(auto accounts, list_accounts(session, id));
    RV_TRY(record_own(session, {.id = id, .name = accounts.at(0).name}, "account.link-used"));
    return std::move(accounts.at(0));
  });
}

// --- signing in

Result<> SqlIdentity::take_attempt(const std::string& account, const std::string& address) {
  const Instant now = clock_.now();
  const unsigned max = options_.attempts_max;
  // The address first: where it has had its share, nothing new is remembered of it.
  const bool taken = attempts_.take("from " + address, max * 3, now) &&
                     attempts_.take("both " + account + " " + address, max, now) &&
                     attempts_.take("for " + account, max * 10, now);
  if (taken) return {};
  return refuse_attempt();
}

std::string SqlIdentity::known_device(std::string_view secret, std::string_view account) const {
  const auto text = unseal(options_.key, kDevicePurpose, secret);
  const std::size_t end = text ? text->find(' ') : std::string::npos;
  if (end == std::string::npos || std::string_view(*text).substr(0, end) != account) return {};
  return "device " + text->substr(end + 1);
}

void SqlIdentity::good_attempt(const std::string& account, const std::string& address) {
  attempts_.forget("both " + account + " " + address);
  attempts_.give_back("from " + address);
  attempts_.give_back("for " + account);
}

Result<SignedIn> SqlIdentity::sign_in(std::string_view name, std::string_view password,
                                      std::string_view address, std::string_view device,
                                      std::string_view device_secret) {
  const auto folded = fold_name(name);
  const std::string account = folded.value_or("");
  const std::string network = network_of(address);
  const std::string known = known_device(device_secret, account);
  if (known.empty()) {
    RV_TRY(take_attempt(account, network));
  } else if (!attempts_.take(known, options_.attempts_max, clock_.now())) {
    return refuse_attempt();
  }
  const auto found =
      look<StoredAccount>([&](Session& session) { return find_account(session, account); });
  if (!found && found.error().code != Code::kResourceNotFound) return fail(found.error());
  const bool right = password.size() <= kPasswordBytesMax &&
                     verify_password(found ? found->password : std::string(), password);
  if (!right || found->locked) {
    record_refused(found ? found->id : std::string());
    return fail(Code::kUnauthenticated, "the name or the password is wrong");
  }
  if (known.empty()) {
    good_attempt(account, network);
  } else {
    attempts_.forget(known);
  }
  if (found->totp.empty()) {
    return change([&](Session& session) -> Result<SignedIn> {
      // The password was looked at outside: it may have been changed, or the account locked, since.
      RV_ASSIGN(const StoredAccount still, account_by_id(session, found->id));
      if (still.locked || still.password != found->password || !still.totp.empty()) {
        return fail(Code::kUnauthenticated, "the name or the password is wrong");
      }
      return open_session(session, still, device_name(device));
    });
  }
  const Instant now = clock_.now();
  const SignedIn challenge{random_secret(random_), found->id, now + kChallengeMax, true};
  challenges_.put(digest(kChallengePurpose, challenge.cookie_secret),
                  {found->id, found->password, device_name(device), challenge.expires}, now);
  return challenge;
}

Result<SignedIn> SqlIdentity::sign_in_code(std::string_view challenge, std::string_view code) {
  const Digest key = digest(kChallengePurpose, challenge);
  const auto open = challenges_.take_try(key, clock_.now());
  if (!open) return fail(Code::kGone, "this sign-in has ended: begin again");
  const std::string tries = "code " + open->account;
  if (!attempts_.take(tries, options_.attempts_max, clock_.now())) {
    return fail(Code::kTooManyRequests, "too many wrong codes: try again in a quarter of an hour");
  }
  StoredAccount account;
  auto signed_in = change([&](Session& session) -> Result<SignedIn> {
    RV_ASSIGN(account, account_by_id(session, open->account));
    if (account.locked || account.password != open->password) {
      return fail(Code::kGone, "this sign-in has ended: begin again");
    }
    RV_TRY(use_code(session, account, code));
    return open_session(session, account, open->device);
  });
  if (signed_in) {
    challenges_.end(key);
    attempts_.forget(tries);
  } else if (signed_in.error().code == Code::kUnauthenticated) {
    record_refused(account.id);
  }
  return signed_in;
}

Result<SignedIn> SqlIdentity::open_session(Session& session, const StoredAccount& account,
                                           std::string_view device) {
  const Instant now = clock_.now();
  SignedIn signed_in{random_secret(random_), account.id, now + options_.session_max};
  RV_ASSIGN(const std::string folded, fold_name(account.name));
  signed_in.device_secret = seal(options_.key, kDevicePurpose, folded + " " + random_id(random_));
  RV_TRY(session.execute("DELETE FROM identity_session WHERE expires_at <= :now OR used_at < :idle",
                         {{"now", now}, {"idle", now - options_.session_idle - kLinkLife}}));
  RV_TRY(session.execute("DELETE FROM identity_link WHERE expires_at <= :now", {{"now", now}}));
  RV_TRY(
      session.execute("INSERT INTO identity_session (hash, account, created_at, expires_at, id,"
                      " used_at, device) VALUES (:hash, :account, :now, :expires, :id, :used,"
                      " :device)",
                      {{"hash", to_hex(digest(kSessionPurpose, signed_in.cookie_secret))},
                       {"account", account.id},
                       {"now", now},
                       {"expires", signed_in.expires},
                       {"id", random_id(random_)},
                       {"used", now},
                       {"device", device}}));
  RV_TRY(record_own(session, account, "session.start"));
  return signed_in;
}

Result<> SqlIdentity::sign_out(std::string_view cookie_secret) {
  return change([&](Session& session) -> Result<> {
    RV_TRY(session.execute("DELETE FROM identity_session WHERE hash = :hash",
                           {{"hash", to_hex(digest(kSessionPurpose, cookie_secret))}}));
    return {};
  });
}

// --- the own password

Result<> SqlIdentity::check_own_password(const StoredAccount& account, std::string_view password,
                                         std::string_view action) {
  // As an address of its own: nobody's wrong passwords stop others.
  const std::string own = "own " + account.id;
  RV_TRY(take_attempt(account.id, own));
  const bool right =
      password.size() <= kPasswordBytesMax && verify_password(account.password, password);
  if (!right) {
    record_refused_own(account, action);
    return fail(Code::kUnauthenticated, "the password is wrong", "password");
  }
  good_attempt(account.id, own);
  return {};
}

Result<> SqlIdentity::change_password(std::string_view account_id, std::string_view old_password,
                                      std::string_view new_password) {
  const std::string id(account_id);
  RV_TRY(check_password(new_password));
  RV_ASSIGN(const StoredAccount account,
            look<StoredAccount>([&](Session& session) { return account_by_id(session, id); }));
  RV_TRY(check_own_password(account, old_password, "account.password"));
  RV_ASSIGN(const std::string hash, hash_password(new_password));
  return change([&](Session& session) -> Result<> {
    RV_TRY(set_password(session, id, hash));
    return record_own(session, account, "account.password");
  });
}

// --- sessions

Result<std::vector<SessionRow>> SqlIdentity::sessions(std::string_view account_id) {
  const Instant now = clock_.now();
  RV_ASSIGN(
      std::vector<SessionRow> list,
      look<std::vector<SessionRow>>([&](Session& session) -> Result<std::vector<SessionRow>> {
        RV_ASSIGN(const auto rows,
                  session.query("SELECT id, device, created_at, used_at, expires_at"
                                " FROM identity_session WHERE account = :account"
                                " AND expires_at > :now ORDER BY created_at DESC, id",
                                {{"account", account_id}, {"now", now}}));
        std::vector<SessionRow> found;
        for (const records::Row& row : rows) {
          found.push_back({row.text("id"), row.text("device"), Instant{row.integer("created_at")},
                           Instant{row.integer("used_at")}, Instant{row.integer("expires_at")}});
        }
        return found;
      }));
  const auto state = snapshot();
  for (const auto& [digest, known] : state->sessions) {
    for (SessionRow& row : list) {
      if (row.id == known.use->id) row.used = Instant{known.use->at_us.load()};
    }
  }
  std::erase_if(list,
                [&](const SessionRow& row) { return now - row.used >= options_.session_idle; });
  return list;
}

Result<> SqlIdentity::end_session(std::string_view account_id, std::string_view session_id,
                                  const Caller& by) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto gone, session.execute("DELETE FROM identity_session WHERE id = :id"
                                               " AND account = :account",
                                               {{"id", session_id}, {"account", account_id}}));
    if (gone == 0) return fail(Code::kResourceNotFound, "there is no such session any more");
    return record(session, by, {"session.end", "account", account_id});
  });
}

Result<> SqlIdentity::end_sessions(std::string_view account_id, std::string_view kept,
                                   const Caller& by) {
  return change([&](Session& session) -> Result<> {
    RV_TRY(session.execute("DELETE FROM identity_session WHERE account = :account AND id <> :kept",
                           {{"account", account_id}, {"kept", kept}}));
    return record(session, by, {"session.end-all", "account", account_id});
  });
}

}  // namespace revier::identity::detail
