// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

#include <algorithm>

#include "base/log.h"
#include "identity/detail/accounts.h"
#include "identity/detail/attempts.h"
#include "identity/detail/secrets.h"
#include "identity/detail/snapshot.h"
#include "web/page.h"

namespace revier::identity {
namespace detail {
namespace {

using records::Session;

constexpr std::size_t kAttemptKeysMax = 50'000;

bool is_tenant_name(std::string_view name) {
  return name.size() <= 50 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool is_safe(net::Method method) {
  return method == net::Method::kGet || method == net::Method::kHead ||
         method == net::Method::kOptions;
}

Result<> check_token(const TokenOptions& options) {
  if (options.label.empty() || options.label.size() > 100) {
    return fail(Code::kUnprocessable, "a token's label has 1 to 100 characters", "label");
  }
  if (options.actions.empty()) {
    return fail(Code::kUnprocessable, "a token needs at least one right", "rights");
  }
  return {};
}

class SqlIdentity final : public Identity {
 public:
  SqlIdentity(records::Database& database, const Clock& clock, Random& random, Options options)
      : database_(database),
        clock_(clock),
        random_(random),
        options_(options),
        attempts_(options.attempts_window, kAttemptKeysMax) {}

  Caller authenticate(const net::Request& request) const override;
  Caller authenticate_token(std::string_view secret) const override;
  bool tenant_exists(std::string_view name) const override;
  std::vector<Tenant> tenants() const override;
  Result<> create_tenant(const Tenant& tenant) override;
  Result<> set_public_read(std::string_view tenant, bool public_read) override;
  Result<std::optional<std::string>> first_link() override;
  Result<Account> link_account(std::string_view secret) override;
  Result<Account> use_link(std::string_view secret, std::string_view name,
                           std::string_view password) override;
  Result<SignedIn> sign_in(std::string_view name, std::string_view password,
                           std::string_view address) override;
  Result<> sign_out(std::string_view cookie_secret) override;
  Result<> change_password(std::string_view account_id, std::string_view old_password,
                           std::string_view new_password) override;
  Result<std::string> create_user(std::string_view name, std::span<const RoleGrant> roles) override;
  Result<std::string> reset_link(std::string_view name) override;
  Result<std::vector<Account>> users() override;
  Result<> set_roles(std::string_view name, std::span<const RoleGrant> roles) override;
  Result<> set_locked(std::string_view name, bool locked) override;
  Result<> remove_user(std::string_view name) override;
  Result<NewToken> create_token(const TokenOptions& options) override;
  Result<std::vector<TokenRow>> tokens() override;
  Result<> revoke_token(std::string_view id) override;
  Result<> refresh() override;

 private:
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const {
    const ReadLock lock(mutex_);
    return snapshot_;
  }

  // Runs `step` durably, then takes its result into memory.
  template <class Step>
  auto change(Step step) -> std::invoke_result_t<Step&, Session&> {
    auto done = database_.writer().run_blocking(
        [&](Session& session) -> std::invoke_result_t<Step&, Session&> {
          RV_TRY(session.execute("UPDATE identity_state SET version = version + 1 WHERE id = 1"));
          return step(session);
        });
    if (done) RV_TRY(refresh());
    return done;
  }
  template <class T, class Step>
  Result<T> look(Step step) {
    Result<T> found = fail(Code::kInternalError, "not read");
    RV_TRY(database_.read([&](Session& session) -> Result<> {
      found = step(session);
      return {};
    }));
    return found;
  }
  // Changes the account of that name such that an administrator is left.
  Result<> change_account(std::string_view name,
                          const std::function<Result<>(Session&, const std::string&)>& step);

  [[nodiscard]] Result<> take_attempt(const std::string& account, const std::string& address);
  void good_attempt(const std::string& account, const std::string& address);
  [[nodiscard]] Result<SignedIn> open_session(const std::string& account);
  [[nodiscard]] Caller known(const KnownSecrets& secrets, const Digest& digest,
                             Caller::Kind kind) const;

  records::Database& database_;
  const Clock& clock_;
  Random& random_;
  const Options options_;
  Attempts attempts_;
  mutable SharedMutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_ RV_GUARDED_BY(mutex_);
};

// --- who asks

Caller SqlIdentity::known(const KnownSecrets& secrets, const Digest& digest,
                          Caller::Kind kind) const {
  const auto found = secrets.find(digest);
  if (found == secrets.end()) return {Caller::Kind::kRejected, nullptr};
  const Known& known = found->second;
  if (known.expires && *known.expires <= clock_.now()) return {Caller::Kind::kRejected, nullptr};
  return {kind, known.subject};
}

Caller SqlIdentity::authenticate_token(std::string_view secret) const {
  if (options_.no_auth) return {Caller::Kind::kUnchecked, nullptr};
  return known(snapshot()->tokens, digest(kTokenPurpose, secret), Caller::Kind::kToken);
}

Caller SqlIdentity::authenticate(const net::Request& request) const {
  if (options_.no_auth) return {Caller::Kind::kUnchecked, nullptr};
  if (const auto authorization = request.header("Authorization")) {
    constexpr std::string_view kScheme = "Bearer ";
    const bool bearer =
        net::equals_ignoring_case(authorization->substr(0, kScheme.size()), kScheme);
    if (!bearer) return {Caller::Kind::kRejected, nullptr};
    return authenticate_token(authorization->substr(kScheme.size()));
  }
  const auto now = snapshot();
  if (const auto cookie = request.cookie(kSessionCookie); cookie && !cookie->empty()) {
    Caller caller = known(now->sessions, digest(kSessionPurpose, *cookie), Caller::Kind::kSession);
    // A session that has ended is nobody: the public pages go on.
    const bool ended = caller.kind() == Caller::Kind::kRejected;
    if (!ended && !is_safe(request.method) && !web::same_origin(request)) {
      return {Caller::Kind::kRejected, nullptr};
    }
    if (!ended) return caller;
  }
  return {Caller::Kind::kAnonymous, now->nobody};
}

Result<> SqlIdentity::refresh() {
  const std::int64_t have = [this] {
    const ReadLock lock(mutex_);
    return snapshot_ ? snapshot_->version : -1;
  }();
  auto fresh = look<std::shared_ptr<const Snapshot>>(
      [&](Session& session) -> Result<std::shared_ptr<const Snapshot>> {
        RV_ASSIGN(const std::int64_t version, stored_version(session));
        if (version == have) return nullptr;
        RV_ASSIGN(Snapshot loaded, load(session, options_));
        return std::make_shared<const Snapshot>(std::move(loaded));
      });
  RV_TRY(fresh);
  const WriteLock lock(mutex_);
  const bool newer = *fresh && (!snapshot_ || snapshot_->version < (*fresh)->version);
  if (newer) snapshot_ = std::move(*fresh);
  return {};
}

// --- tenants

bool SqlIdentity::tenant_exists(std::string_view name) const {
  if (options_.tenants_implicit && is_tenant_name(name)) return true;
  return snapshot()->tenants.contains(name);
}

std::vector<Tenant> SqlIdentity::tenants() const {
  std::vector<Tenant> list;
  for (const auto& [name, tenant] : snapshot()->tenants) list.push_back(tenant);
  return list;
}

Result<> SqlIdentity::create_tenant(const Tenant& tenant) {
  if (tenant.name.empty() || !is_tenant_name(tenant.name)) {
    return fail(Code::kUnprocessable, "a tenant's name has 1 to 50 of a-z 0-9 _", "name");
  }
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto made,
              session.execute(
                  "INSERT INTO identity_tenant (name, public_read, created_at) "
                  "VALUES (:name, :public, :at) ON CONFLICT DO NOTHING",
                  {{"name", tenant.name}, {"public", tenant.public_read}, {"at", clock_.now()}}));
    if (made == 0) return fail(Code::kAlreadyExists, "there is a tenant of that name", "name");
    return {};
  });
}

Result<> SqlIdentity::set_public_read(std::string_view tenant, bool public_read) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto changed,
              session.execute("UPDATE identity_tenant SET public_read = :public WHERE name = :name",
                              {{"public", public_read}, {"name", tenant}}));
    if (changed == 0) return fail(Code::kNonexistentTenant, "there is no tenant of that name");
    return {};
  });
}

// --- one-time links

Result<std::optional<std::string>> SqlIdentity::first_link() {
  const std::string secret = random_secret(random_);
  return change([&](Session& session) -> Result<std::optional<std::string>> {
    RV_TRY(session.execute("DELETE FROM identity_link WHERE account IS NULL"));
    RV_ASSIGN(const std::int64_t administrators, count_administrators(session));
    if (administrators > 0) return std::nullopt;
    RV_TRY(insert_link(session, secret, "", clock_.now() + options_.link_max));
    return secret;
  });
}

Result<Account> SqlIdentity::link_account(std::string_view secret) {
  return look<Account>([&](Session& session) -> Result<Account> {
    RV_ASSIGN(const std::string id, link_target(session, secret, clock_.now()));
    if (id.empty()) return Account{};
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
      const std::array<RoleGrant, 1> roles{RoleGrant{.role = "administrator"}};
      RV_TRY(insert_account(session, {fresh_id, name, hash, roles, clock_.now()}));
      id = fresh_id;
    } else {
      RV_TRY(set_password(session, id, hash));
    }
    RV_ASSIGN(auto accounts, list_accounts(session, id));
    return std::move(accounts.at(0));
  });
}

// --- signing in

Result<> SqlIdentity::take_attempt(const std::string& account, const std::string& address) {
  const Instant now = clock_.now();
  const unsigned max = options_.attempts_max;
  const bool taken = attempts_.take("both " + account + " " + address, max, now) &&
                     attempts_.take("from " + address, max * 3, now) &&
                     attempts_.take("for " + account, max * 10, now);
  if (taken) return {};
  log_event(Level::kWarn, "identity.attempts", {});
  return fail(Code::kTooManyRequests,
              "too many failed sign-ins: try again in a quarter of an hour");
}

void SqlIdentity::good_attempt(const std::string& account, const std::string& address) {
  attempts_.forget("both " + account + " " + address);
  attempts_.give_back("from " + address);
  attempts_.give_back("for " + account);
}

Result<SignedIn> SqlIdentity::sign_in(std::string_view name, std::string_view password,
                                      std::string_view address) {
  const auto folded = fold_name(name);
  const std::string account = folded.value_or("");
  RV_TRY(take_attempt(account, std::string(address)));
  const auto found =
      look<StoredAccount>([&](Session& session) { return find_account(session, account); });
  if (!found && found.error().code != Code::kResourceNotFound) return fail(found.error());
  const bool right = password.size() <= 1'000 &&
                     verify_password(found ? found->password : std::string(), password);
  if (!right || found->locked) {
    return fail(Code::kUnauthenticated, "the name or the password is wrong");
  }
  good_attempt(account, std::string(address));
  return open_session(found->id);
}

Result<SignedIn> SqlIdentity::open_session(const std::string& account) {
  const Instant now = clock_.now();
  const SignedIn signed_in{random_secret(random_), account, now + options_.session_max};
  RV_TRY(change([&](Session& session) -> Result<> {
    RV_TRY(
        session.execute("DELETE FROM identity_session WHERE expires_at <= :now", {{"now", now}}));
    RV_TRY(session.execute("DELETE FROM identity_link WHERE expires_at <= :now", {{"now", now}}));
    RV_TRY(
        session.execute("INSERT INTO identity_session (hash, account, created_at, expires_at) "
                        "VALUES (:hash, :account, :now, :expires)",
                        {{"hash", to_hex(digest(kSessionPurpose, signed_in.cookie_secret))},
                         {"account", account},
                         {"now", now},
                         {"expires", signed_in.expires}}));
    return {};
  }));
  return signed_in;
}

Result<> SqlIdentity::sign_out(std::string_view cookie_secret) {
  return change([&](Session& session) -> Result<> {
    RV_TRY(session.execute("DELETE FROM identity_session WHERE hash = :hash",
                           {{"hash", to_hex(digest(kSessionPurpose, cookie_secret))}}));
    return {};
  });
}

Result<> SqlIdentity::change_password(std::string_view account_id, std::string_view old_password,
                                      std::string_view new_password) {
  const std::string id(account_id);
  RV_TRY(check_password(new_password));
  RV_TRY(take_attempt(id, "change"));
  RV_ASSIGN(const StoredAccount account,
            look<StoredAccount>([&](Session& session) { return account_by_id(session, id); }));
  if (!verify_password(account.password, old_password)) {
    return fail(Code::kUnauthenticated, "the old password is wrong", "old_password");
  }
  good_attempt(id, "change");
  RV_ASSIGN(const std::string hash, hash_password(new_password));
  return change([&](Session& session) { return set_password(session, id, hash); });
}

// --- accounts

Result<std::string> SqlIdentity::create_user(std::string_view name,
                                             std::span<const RoleGrant> roles) {
  RV_TRY(fold_name(name));
  RV_TRY(check_roles(roles));
  const std::string secret = random_secret(random_);
  const std::string id = random_id(random_);
  return change([&](Session& session) -> Result<std::string> {
    RV_TRY(insert_account(session, {id, name, std::nullopt, roles, clock_.now()}));
    RV_TRY(insert_link(session, secret, id, clock_.now() + options_.link_max));
    return secret;
  });
}

Result<std::string> SqlIdentity::reset_link(std::string_view name) {
  RV_ASSIGN(const std::string folded, fold_name(name));
  const std::string secret = random_secret(random_);
  return change([&](Session& session) -> Result<std::string> {
    RV_ASSIGN(const StoredAccount account, find_account(session, folded));
    RV_TRY(session.execute("DELETE FROM identity_link WHERE account = :id", {{"id", account.id}}));
    RV_TRY(insert_link(session, secret, account.id, clock_.now() + options_.link_max));
    return secret;
  });
}

Result<std::vector<Account>> SqlIdentity::users() {
  return look<std::vector<Account>>([](Session& session) { return list_accounts(session); });
}

Result<> SqlIdentity::change_account(
    std::string_view name, const std::function<Result<>(Session&, const std::string&)>& step) {
  RV_ASSIGN(const std::string folded, fold_name(name));
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const StoredAccount account, find_account(session, folded));
    return keep_administrator(session, [&] { return step(session, account.id); });
  });
}

Result<> SqlIdentity::set_roles(std::string_view name, std::span<const RoleGrant> roles) {
  RV_TRY(check_roles(roles));
  return change_account(name, [&](Session& session, const std::string& id) {
    return replace_roles(session, id, roles);
  });
}

Result<> SqlIdentity::set_locked(std::string_view name, bool locked) {
  return change_account(name, [&](Session& session, const std::string& id) -> Result<> {
    RV_TRY(session.execute("UPDATE identity_account SET locked = :locked WHERE id = :id",
                           {{"locked", locked}, {"id", id}}));
    return {};
  });
}

Result<> SqlIdentity::remove_user(std::string_view name) {
  return change_account(name, [](Session& session, const std::string& id) -> Result<> {
    RV_TRY(session.execute("DELETE FROM identity_account WHERE id = :id", {{"id", id}}));
    return {};
  });
}

// --- tokens

Result<NewToken> SqlIdentity::create_token(const TokenOptions& options) {
  RV_TRY(check_token(options));
  if (options.tenant && !tenant_exists(*options.tenant)) {
    return fail(Code::kUnprocessable, "there is no tenant of that name", "tenant");
  }
  const NewToken token{random_id(random_), "rv_" + random_secret(random_)};
  return change([&](Session& session) -> Result<NewToken> {
    RV_TRY(session.execute(
        "INSERT INTO identity_token (id, hash, label, actions, tenant, created_at, expires_at) "
        "VALUES (:id, :hash, :label, :actions, :tenant, :at, :expires)",
        {{"id", token.id},
         {"hash", to_hex(digest(kTokenPurpose, token.secret))},
         {"label", options.label},
         {"actions", join_actions(options.actions)},
         {"tenant", options.tenant},
         {"at", clock_.now()},
         {"expires", options.expires}}));
    return token;
  });
}

Result<std::vector<TokenRow>> SqlIdentity::tokens() {
  return look<std::vector<TokenRow>>([](Session& session) -> Result<std::vector<TokenRow>> {
    RV_ASSIGN(const auto rows,
              session.query("SELECT id, label, actions, tenant, created_at, expires_at "
                            "FROM identity_token ORDER BY created_at, id"));
    std::vector<TokenRow> list;
    for (const records::Row& row : rows) {
      const auto expires = row.maybe_integer("expires_at");
      list.push_back({row.text("id"), row.text("label"), split_actions(row.text("actions")),
                      row.maybe_text("tenant"), Instant{row.integer("created_at")},
                      expires ? std::optional(Instant{*expires}) : std::nullopt});
    }
    return list;
  });
}

Result<> SqlIdentity::revoke_token(std::string_view id) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto gone,
              session.execute("DELETE FROM identity_token WHERE id = :id", {{"id", id}}));
    if (gone == 0) return fail(Code::kResourceNotFound, "there is no token with this id");
    return {};
  });
}

}  // namespace
}  // namespace detail

Result<std::unique_ptr<Identity>> Identity::open(records::Database& database, const Clock& clock,
                                                 Random& random, Options options) {
  auto made = std::make_unique<detail::SqlIdentity>(database, clock, random, options);
  RV_TRY(made->refresh());
  return made;
}

}  // namespace revier::identity
