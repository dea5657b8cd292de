// SPDX-License-Identifier: EUPL-1.2
// Accounts, console sessions, second factors, one-time links, API tokens, tokens of identity
// providers, tenants.
//
// Secrets are kept as hashes only: passwords by argon2id, sessions, links, tokens and recovery
// codes by BLAKE2b-256 (they are 80 or 160 random bits); the secret of a second factor, which must
// be read again, is sealed under Options::key. What a request needs is in memory, an immutable
// table that is swapped under a lock; what changes it is written first and read back then. Every
// change writes its line of the audit log in the same transaction; `by` is who makes it.
//
// Thread safety: trust() before requests come, all other methods from any thread. authenticate()
// and tenant_*() never block and do no I/O; all others block on SQL or argon2id: from an io thread
// by net::Pool.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/thread_safety.h"
#include "base/time.h"
#include "identity/access.h"
#include "identity/types.h"
#include "net/http.h"
#include "records/records.h"

namespace revier::identity {

// To be handed to records::Database::open with those of the other domains. Those of the audit log
// are among them.
[[nodiscard]] std::span<const records::Migration> migrations();

class Issuers;

class Identity {
 public:
  // `database`, `clock` (the real one) and `random` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<Identity>> open(records::Database& database,
                                                              const Clock& clock, Random& random,
                                                              Options options);
  virtual ~Identity() = default;

  // Who sends this: "Authorization: Bearer TOKEN", or the session's cookie, or nobody. A session
  // counts for an unsafe method only when the request comes from our own pages
  // (web::same_origin); otherwise the caller is rejected. Under Options::no_auth this holds for
  // every unsafe method, and is all that is asked.
  [[nodiscard]] virtual Caller authenticate(const net::Request& request) const = 0;
  [[nodiscard]] virtual Caller authenticate_token(std::string_view secret) const = 0;
  // As authenticate(), asked once more for an answer that goes on (a stream): is no use of the
  // session or token, so that nothing is kept from ending by it.
  [[nodiscard]] virtual Caller authenticate_again(const net::Request& request) const = 0;
  // The caller with these Caller::grounds() as she would be now: of an own token, by the token; of
  // an account, by its roles; of a token of a provider, by the present profiles of the roles that
  // it named. Rejected, with a refusal(), where nothing is left. Never blocks; is no use of the
  // token.
  [[nodiscard]] virtual Caller standing(std::string_view grounds) const = 0;
  // Takes tokens of these providers, too: their callers are of the kind kToken, "ISSUER:SUBJECT".
  virtual void trust(std::shared_ptr<Issuers> issuers) = 0;

  [[nodiscard]] virtual bool tenant_exists(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<Tenant> tenants() const = 0;
  // Errors: kAlreadyExists, kUnprocessable with `field` "name".
  [[nodiscard]] virtual Result<> create_tenant(const Tenant& tenant, const Caller& by = {}) = 0;
  [[nodiscard]] virtual Result<> set_public_read(std::string_view tenant, bool public_read,
                                                 const Caller& by = {}) = 0;

  // The secret of a one-time link that creates the first administrator; nullopt when there is one.
  // Links given out before end. The page is start_path(secret).
  [[nodiscard]] virtual Result<std::optional<std::string>> first_link() = 0;
  // The account whose password the link sets; an empty name for the first administrator.
  // Errors: kGone for a link that is used, ended or unknown.
  [[nodiscard]] virtual Result<Account> link_account(std::string_view secret) = 0;
  // Uses the link up. `name` counts for the first administrator only. Ends the account's sessions.
  // Errors: kGone; kUnprocessable with `field` "name" or "password".
  [[nodiscard]] virtual Result<Account> use_link(std::string_view secret, std::string_view name,
                                                 std::string_view password) = 0;

  // `device` is a User-Agent; of it a short name is kept. `device_secret` is what the browser had
  // of an earlier SignedIn: whoever fails for an account locks strangers out, not its owner's
  // device. Errors: kUnauthenticated (name or password), kTooManyRequests after too many failures.
  [[nodiscard]] virtual Result<SignedIn> sign_in(std::string_view name, std::string_view password,
                                                 std::string_view address,
                                                 std::string_view device = {},
                                                 std::string_view device_secret = {}) = 0;
  // The second step: a code of the app or a recovery code. A challenge lasts five minutes.
  // Errors: kUnauthenticated for a wrong code, kGone when one has to begin again,
  // kTooManyRequests.
  [[nodiscard]] virtual Result<SignedIn> sign_in_code(std::string_view challenge,
                                                      std::string_view code) = 0;
  [[nodiscard]] virtual Result<> sign_out(std::string_view cookie_secret) = 0;
  // Ends every session of the account. Errors: kUnauthenticated for the old one, kUnprocessable.
  [[nodiscard]] virtual Result<> change_password(std::string_view account_id,
                                                 std::string_view old_password,
                                                 std::string_view new_password) = 0;

  [[nodiscard]] virtual Result<std::vector<SessionRow>> sessions(std::string_view account_id) = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> end_session(std::string_view account_id,
                                             std::string_view session_id, const Caller& by) = 0;
  // All but `kept`, which may be empty.
  [[nodiscard]] virtual Result<> end_sessions(std::string_view account_id, std::string_view kept,
                                              const Caller& by) = 0;

  [[nodiscard]] virtual Result<SecondFactor> second_factor(std::string_view account_id) = 0;
  // Errors: kUnauthenticated with field "password", kTooManyRequests, kConflict: there is one.
  [[nodiscard]] virtual Result<Enrolment> begin_second_factor(std::string_view account_id,
                                                              std::string_view password,
                                                              std::string_view issuer) = 0;
  // Stores it and gives ten recovery codes, each good once; shown now or never.
  // Errors: kUnauthenticated for a wrong code, kGone for an enrolment of an hour ago.
  [[nodiscard]] virtual Result<std::vector<std::string>> confirm_second_factor(
      std::string_view sealed, std::string_view code, const Caller& by) = 0;
  // Both ask for a code of the caller's own. Errors: kUnauthenticated, kTooManyRequests; kConflict
  // where a role demands the second factor.
  [[nodiscard]] virtual Result<std::vector<std::string>> renew_recovery_codes(std::string_view code,
                                                                              const Caller& by) = 0;
  [[nodiscard]] virtual Result<> remove_second_factor(std::string_view code, const Caller& by) = 0;
  // For one who has lost app and codes; ends the sessions. Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> reset_second_factor(std::string_view name, const Caller& by) = 0;
  // Names of the roles that demand a second factor. Whoever has such a role without it can do
  // nothing but set it up.
  [[nodiscard]] virtual Result<std::vector<std::string>> second_factor_roles() = 0;
  [[nodiscard]] virtual Result<> set_second_factor_roles(std::span<const std::string> roles,
                                                         const Caller& by) = 0;

  // The secret of the link with which the new account sets its password.
  // Errors: kUnprocessable with `field` "name" (taken, too) or "roles" (also one that opens nothing
  // at its scope: opens_at()); those of `also`.
  [[nodiscard]] virtual Result<std::string> invite(const Invitation& invitation,
                                                   const Caller& by = {}) = 0;
  [[nodiscard]] Result<std::string> create_user(std::string_view name,
                                                std::span<const RoleGrant> roles) {
    return invite({.name = name, .roles = roles});
  }
  // A new link for a forgotten password; the old one goes on until the link is used.
  [[nodiscard]] virtual Result<std::string> reset_link(std::string_view name, const Caller& by = {},
                                                       const WithLink& also = {}) = 0;
  [[nodiscard]] virtual Result<std::vector<Account>> users() = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<Account> user(std::string_view id) = 0;
  // Errors of these: kResourceNotFound; kUnprocessable with `field` "roles" for one that is given;
  // kConflict when nobody would be administrator of the instance any more.
  [[nodiscard]] virtual Result<> set_roles(std::string_view name, std::span<const RoleGrant> roles,
                                           const Caller& by = {}) = 0;
  [[nodiscard]] virtual Result<> add_role(std::string_view name, const RoleGrant& role,
                                          const Caller& by) = 0;
  [[nodiscard]] virtual Result<> remove_role(std::string_view name, const RoleGrant& role,
                                             const Caller& by) = 0;
  [[nodiscard]] virtual Result<> set_locked(std::string_view name, bool locked,
                                            const Caller& by = {}) = 0;
  [[nodiscard]] virtual Result<> remove_user(std::string_view name, const Caller& by = {}) = 0;

  // Errors: kUnprocessable with `field` "label", "rights" or "tenant".
  [[nodiscard]] virtual Result<NewToken> create_token(const TokenOptions& options,
                                                      const Caller& by = {}) = 0;
  [[nodiscard]] virtual Result<std::vector<TokenRow>> tokens() = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> revoke_token(std::string_view id, const Caller& by = {}) = 0;

  // Makes it, or changes the one of its name. Holds at once, for tokens that are out, too.
  // Errors: kUnprocessable with `field` "name", "issuer", "role", "actions", "rights" or "tenant".
  // The right users.manage is given to no profile: what a provider says makes no lasting tokens.
  [[nodiscard]] virtual Result<> put_profile(const Profile& profile, const Caller& by = {}) = 0;
  [[nodiscard]] virtual Result<std::vector<ProfileRow>> profiles() = 0;
  // Holds at once. Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> remove_profile(std::string_view name, const Caller& by = {}) = 0;

  // Writes a line of the audit log within the caller's transaction.
  [[nodiscard]] virtual Result<> record(records::Session& session, const Caller& by,
                                        const Deed& deed) const = 0;

  // Takes over what another process (the command line) has changed; cheap when nothing has.
  [[nodiscard]] virtual Result<> refresh() = 0;
  // refresh(), and now and then: stores when sessions and tokens were used, and lets old lines of
  // the audit log go, and tokens that ended a week ago. To be called every few seconds by one
  // thread.
  [[nodiscard]] virtual Result<> tick() = 0;
};

inline constexpr std::string_view kSessionCookie = "revier_session";
inline constexpr std::string_view kDeviceCookie = "revier_device";
// Set-Cookie values (HttpOnly, SameSite=Lax, Path=/, Secure when `secure`).
[[nodiscard]] std::string session_cookie(const SignedIn& session, Instant now, bool secure);
[[nodiscard]] std::string ended_cookie(bool secure);
// Stays when the session ends.
[[nodiscard]] std::string device_cookie(const SignedIn& session, bool secure);
// "/console/start/SECRET"
[[nodiscard]] std::string start_path(std::string_view link_secret);

}  // namespace revier::identity
