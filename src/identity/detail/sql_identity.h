// SPDX-License-Identifier: EUPL-1.2
// The one Identity, over records. Its methods stand in identity.cpp (who asks), sign_in.cpp,
// second_factor.cpp and staff.cpp.
#pragma once
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "base/attempts.h"
#include "base/log.h"
#include "identity/detail/accounts.h"
#include "identity/detail/challenges.h"
#include "identity/detail/secrets.h"
#include "identity/detail/snapshot.h"
#include "identity/identity.h"
#include "identity/issuers.h"

namespace revier::identity::detail {

using records::Session;

class SqlIdentity final : public Identity {
 public:
  SqlIdentity(records::Database& database, const Clock& clock, Random& random, Options options);

  Caller authenticate(const net::Request& request) const override { return who(request, true); }
  Caller authenticate_again(const net::Request& request) const override {
    return who(request, false);
  }
  Caller authenticate_token(std::string_view secret) const override {
    return who_has(secret, true);
  }
  Caller standing(std::string_view grounds) const override;
  bool tenant_exists(std::string_view name) const override;
  std::vector<Tenant> tenants() const override;
  Result<> create_tenant(const Tenant& tenant, const Caller& by) override;
  Result<> set_public_read(std::string_view tenant, bool public_read, const Caller& by) override;

  Result<std::optional<std::string>> first_link() override;
  Result<Account> link_account(std::string_view secret) override;
  Result<Account> use_link(std::string_view secret, std::string_view name,
                           std::string_view password) override;
  Result<SignedIn> sign_in(std::string_view name, std::string_view password,
                           std::string_view address, std::string_view device,
                           std::string_view device_secret) override;
  Result<SignedIn> sign_in_code(std::string_view challenge, std::string_view code) override;
  Result<> sign_out(std::string_view cookie_secret) override;
  Result<> change_password(std::string_view account_id, std::string_view old_password,
                           std::string_view new_password) override;
  Result<std::vector<SessionRow>> sessions(std::string_view account_id) override;
  Result<> end_session(std::string_view account_id, std::string_view session_id,
                       const Caller& by) override;
  Result<> end_sessions(std::string_view account_id, std::string_view kept,
                        const Caller& by) override;

  Result<SecondFactor> second_factor(std::string_view account_id) override;
  Result<Enrolment> begin_second_factor(std::string_view account_id, std::string_view password,
                                        std::string_view issuer) override;
  Result<std::vector<std::string>> confirm_second_factor(std::string_view sealed,
                                                         std::string_view code,
                                                         const Caller& by) override;
  Result<std::vector<std::string>> renew_recovery_codes(std::string_view code,
                                                        const Caller& by) override;
  Result<> remove_second_factor(std::string_view code, const Caller& by) override;
  Result<> reset_second_factor(std::string_view name, const Caller& by) override;
  Result<std::vector<std::string>> second_factor_roles() override;
  Result<> set_second_factor_roles(std::span<const std::string> roles, const Caller& by) override;

  Result<std::string> invite(const Invitation& invitation, const Caller& by) override;
  Result<std::string> reset_link(std::string_view name, const Caller& by,
                                 const WithLink& also) override;
  Result<std::vector<Account>> users() override;
  Result<Account> user(std::string_view id) override;
  Result<> set_roles(std::string_view name, std::span<const RoleGrant> roles,
                     const Caller& by) override;
  Result<> add_role(std::string_view name, const RoleGrant& role, const Caller& by) override;
  Result<> remove_role(std::string_view name, const RoleGrant& role, const Caller& by) override;
  Result<> set_locked(std::string_view name, bool locked, const Caller& by) override;
  Result<> remove_user(std::string_view name, const Caller& by) override;
  Result<NewToken> create_token(const TokenOptions& options, const Caller& by) override;
  Result<std::vector<TokenRow>> tokens() override;
  Result<> revoke_token(std::string_view id, const Caller& by) override;
  void trust(std::shared_ptr<Issuers> issuers) override { issuers_ = std::move(issuers); }
  Result<> put_profile(const Profile& profile, const Caller& by) override;
  Result<std::vector<ProfileRow>> profiles() override;
  Result<> remove_profile(std::string_view name, const Caller& by) override;

  Result<> record(Session& session, const Caller& by, const Deed& deed) const override;
  Result<> refresh() override;
  Result<> tick() override;

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
    // The change stands whatever becomes of the memory: tick() takes it in then.
    if (const Result<> known = done ? refresh() : Result<>{}; !known) {
      log_event(Level::kWarn, "identity.not_refreshed", {{"reason", known.error().message}});
    }
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
  Result<> change_account(std::string_view name, std::string_view action, const Caller& by,
                          const std::function<Result<>(Session&, const std::string&)>& step);
  // A line about the account itself, by itself.
  [[nodiscard]] Result<> record_own(Session& session, const StoredAccount& account,
                                    std::string_view action,
                                    audit::Outcome outcome = audit::Outcome::kDone) const;
  // `account` is empty where there is none of that name.
  void record_refused(const std::string& account);
  // A wrong password or code within a session, for the action that asked for it.
  void record_refused_own(const StoredAccount& account, std::string_view action);

  [[nodiscard]] Result<> take_attempt(const std::string& account, const std::string& address);
  void good_attempt(const std::string& account, const std::string& address);
  // As what a device counts that was signed in to the account before; "" for any other.
  [[nodiscard]] std::string known_device(std::string_view secret, std::string_view account) const;
  // For the action that asks for it.
  [[nodiscard]] Result<> check_own_password(const StoredAccount& account, std::string_view password,
                                            std::string_view action);
  [[nodiscard]] Result<SignedIn> open_session(Session& session, const StoredAccount& account,
                                              std::string_view device);
  // Takes a code of the second factor, or a recovery code, once. Errors: kUnauthenticated.
  [[nodiscard]] Result<> use_code(Session& session, const StoredAccount& account,
                                  std::string_view code);
  [[nodiscard]] Result<std::vector<std::string>> make_recovery_codes(Session& session,
                                                                     std::string_view account);
  // For a change that asks the caller for a code first.
  template <class T>
  Result<T> change_by_code(std::string_view code, const Caller& by, std::string_view action,
                           const std::function<Result<T>(Session&, const StoredAccount&)>& step);

  // These note that a session or token is used where it `uses` them.
  [[nodiscard]] Caller who(const net::Request& request, bool uses) const;
  [[nodiscard]] Caller who_has(std::string_view token, bool uses) const;
  [[nodiscard]] Caller known(const KnownSecrets& secrets, const Digest& digest, Caller::Kind kind,
                             bool uses) const;
  // A token of an identity provider.
  [[nodiscard]] Caller bearer(std::string_view token, bool uses) const;
  [[nodiscard]] Standing find_standing(const Snapshot& state, std::string_view grounds) const;
  [[nodiscard]] Result<> check_profile(const Profile& profile) const;

  records::Database& database_;
  const Clock& clock_;
  Random& random_;
  const Options options_;
  Attempts attempts_;
  Challenges challenges_;
  Instant tidied_;  // by tick() alone
  std::shared_ptr<Issuers> issuers_;
  mutable SharedMutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_ RV_GUARDED_BY(mutex_);
  mutable Mutex standing_mutex_;
  // By grounds, of one snapshot.
  mutable std::map<std::string, Standing, std::less<>> standings_ RV_GUARDED_BY(standing_mutex_);
  mutable std::shared_ptr<const Snapshot> standings_of_ RV_GUARDED_BY(standing_mutex_);
};

}  // namespace revier::identity::detail
