// SPDX-License-Identifier: EUPL-1.2
// Accounts, console sessions, one-time links, API tokens, tenants.
//
// Secrets are kept as hashes only: passwords by argon2id, sessions, links and tokens by BLAKE2b-256
// (they are 160 random bits). What a request needs is in memory, an immutable table that is swapped
// under a lock; what changes it is written first and read back then.
//
// Thread safety: all methods from any thread. authenticate() and tenant_*() never block and do no
// I/O; all others block on SQL or argon2id: from an io thread by net::Pool.
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
#include "net/http.h"
#include "records/records.h"

namespace revier::identity {

// To be handed to records::Database::open with those of the other domains.
[[nodiscard]] std::span<const records::Migration> migrations();

struct Options {
  bool no_auth = false;           // serve --no-auth: every caller may do everything
  bool public_read = true;        // anonymous callers read tenants whose reading is public
  bool tenants_implicit = false;  // every well-formed tenant name exists
  Duration session_max = Duration::hours(12);
  Duration link_max = Duration::hours(24);
  // Failed sign-ins for one account from one address in a window; three times as many from one
  // address, ten times as many for one account.
  unsigned attempts_max = 10;
  Duration attempts_window = Duration::minutes(15);
};

struct RoleGrant {
  std::string role;  // a name of roles()
  ScopeKind kind = ScopeKind::kInstance;
  std::string id;
  std::string within;
};

struct Account {
  std::string id;
  std::string name;  // sign-in name, unique, case ignored
  bool has_password = false;
  bool locked = false;
  std::vector<RoleGrant> roles;
};

struct TokenOptions {
  std::string label;  // what it is for, 1 to 100 characters
  std::vector<Action> actions = {Action::kDataRead};
  std::optional<std::string> tenant = "";  // "" = default tenant; nullopt = every scope
  std::optional<Instant> expires;
};
struct TokenRow {
  std::string id;
  std::string label;
  std::vector<Action> actions;
  std::optional<std::string> tenant;
  Instant created;
  std::optional<Instant> expires;
};
struct NewToken {
  std::string id;
  std::string secret;  // "rv_" and 32 characters; shown once, not stored
};

struct Tenant {
  std::string name;  // 1 to 50 of a-z 0-9 _ (NGSILD-Tenant); "" is the default tenant
  bool public_read = true;
};

struct SignedIn {
  std::string cookie_secret;
  std::string account_id;
  Instant expires;
};

class Identity {
 public:
  // `database`, `clock` (the real one) and `random` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<Identity>> open(records::Database& database,
                                                              const Clock& clock, Random& random,
                                                              Options options);
  virtual ~Identity() = default;

  // Who sends this: "Authorization: Bearer TOKEN", or the session's cookie, or nobody. A session
  // counts for an unsafe method only when the request comes from our own pages
  // (web::same_origin); otherwise the caller is rejected.
  [[nodiscard]] virtual Caller authenticate(const net::Request& request) const = 0;
  [[nodiscard]] virtual Caller authenticate_token(std::string_view secret) const = 0;

  [[nodiscard]] virtual bool tenant_exists(std::string_view name) const = 0;
  [[nodiscard]] virtual std::vector<Tenant> tenants() const = 0;
  // Errors: kAlreadyExists, kUnprocessable with `field` "name".
  [[nodiscard]] virtual Result<> create_tenant(const Tenant& tenant) = 0;
  [[nodiscard]] virtual Result<> set_public_read(std::string_view tenant, bool public_read) = 0;

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

  // Errors: kUnauthenticated (name or password), kTooManyRequests after too many failures.
  [[nodiscard]] virtual Result<SignedIn> sign_in(std::string_view name, std::string_view password,
                                                 std::string_view address) = 0;
  [[nodiscard]] virtual Result<> sign_out(std::string_view cookie_secret) = 0;
  // Ends every session of the account. Errors: kUnauthenticated for the old one, kUnprocessable.
  [[nodiscard]] virtual Result<> change_password(std::string_view account_id,
                                                 std::string_view old_password,
                                                 std::string_view new_password) = 0;

  // The secret of the link with which the new account sets its password.
  // Errors: kUnprocessable with `field` "name" (taken, too) or "roles".
  [[nodiscard]] virtual Result<std::string> create_user(std::string_view name,
                                                        std::span<const RoleGrant> roles) = 0;
  // A new link for a forgotten password; the old one goes on until the link is used.
  [[nodiscard]] virtual Result<std::string> reset_link(std::string_view name) = 0;
  [[nodiscard]] virtual Result<std::vector<Account>> users() = 0;
  // Errors of the three: kResourceNotFound; kConflict when nobody would be administrator of the
  // instance any more.
  [[nodiscard]] virtual Result<> set_roles(std::string_view name,
                                           std::span<const RoleGrant> roles) = 0;
  [[nodiscard]] virtual Result<> set_locked(std::string_view name, bool locked) = 0;
  [[nodiscard]] virtual Result<> remove_user(std::string_view name) = 0;

  // Errors: kUnprocessable with `field` "label", "rights" or "tenant".
  [[nodiscard]] virtual Result<NewToken> create_token(const TokenOptions& options) = 0;
  [[nodiscard]] virtual Result<std::vector<TokenRow>> tokens() = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> revoke_token(std::string_view id) = 0;

  // Takes over what another process (the command line) has changed; cheap when nothing has. To be
  // called every few seconds.
  [[nodiscard]] virtual Result<> refresh() = 0;
};

inline constexpr std::string_view kSessionCookie = "revier_session";
// Set-Cookie values (HttpOnly, SameSite=Lax, Path=/, Secure when `secure`).
[[nodiscard]] std::string session_cookie(const SignedIn& session, Instant now, bool secure);
[[nodiscard]] std::string ended_cookie(bool secure);
// "/console/start/SECRET"
[[nodiscard]] std::string start_path(std::string_view link_secret);

}  // namespace revier::identity
