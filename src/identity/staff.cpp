// SPDX-License-Identifier: EUPL-1.2
// Accounts, their roles, API tokens: what administrators do.
#include "identity/detail/sql_identity.h"

namespace revier::identity::detail {
namespace {

Result<> check_token(const TokenOptions& options) {
  if (options.label.empty() || options.label.size() > 100) {
    return fail(Code::kUnprocessable, "a token's label has 1 to 100 characters", "label");
  }
  if (options.actions.empty() == options.rights.empty()) {
    return fail(Code::kUnprocessable, "a token has actions, or rights by entity", "rights");
  }
  return {};
}

}  // namespace

// --- accounts

Result<std::string> SqlIdentity::invite(const Invitation& invitation, const Caller& by) {
  RV_TRY(fold_name(invitation.name));
  RV_TRY(check_mail(invitation.mail));
  RV_TRY(check_roles(invitation.roles));
  const std::string secret = random_secret(random_);
  const std::string id = random_id(random_);
  return change([&](Session& session) -> Result<std::string> {
    RV_TRY(insert_account(session, {id, invitation.name, std::nullopt, invitation.roles,
                                    clock_.now(), invitation.mail}));
    RV_TRY(insert_link(session, secret, id, clock_.now() + kLinkLife));
    RV_TRY(record(session, by, {"account.invite", "account", id}));
    if (invitation.also) RV_TRY(invitation.also(session, secret));
    return secret;
  });
}

Result<std::string> SqlIdentity::reset_link(std::string_view name, const Caller& by,
                                            const WithLink& also) {
  RV_ASSIGN(const std::string folded, fold_name(name));
  const std::string secret = random_secret(random_);
  return change([&](Session& session) -> Result<std::string> {
    RV_ASSIGN(const StoredAccount account, find_account(session, folded));
    RV_TRY(session.execute("DELETE FROM identity_link WHERE account = :id", {{"id", account.id}}));
    RV_TRY(insert_link(session, secret, account.id, clock_.now() + kLinkLife));
    RV_TRY(record(session, by, {"account.link", "account", account.id}));
    if (also) RV_TRY(also(session, secret));
    return secret;
  });
}

Result<std::vector<Account>> SqlIdentity::users() {
  return look<std::vector<Account>>([](Session& session) { return list_accounts(session); });
}

Result<Account> SqlIdentity::user(std::string_view id) {
  return look<Account>([&](Session& session) -> Result<Account> {
    if (id.empty()) return fail(Code::kResourceNotFound, "there is no such account");
    RV_ASSIGN(auto accounts, list_accounts(session, id));
    if (accounts.empty()) return fail(Code::kResourceNotFound, "there is no such account");
    return std::move(accounts.front());
  });
}

Result<> SqlIdentity::change_account(
    std::string_view name, std::string_view action, const Caller& by,
    const std::function<Result<>(Session&, const std::string&)>& step) {
  RV_ASSIGN(const std::string folded, fold_name(name));
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const StoredAccount account, find_account(session, folded));
    RV_TRY(keep_administrator(session, [&] { return step(session, account.id); }));
    return record(session, by, {action, "account", account.id});
  });
}

Result<> SqlIdentity::set_roles(std::string_view name, std::span<const RoleGrant> roles,
                                const Caller& by) {
  RV_TRY(check_roles(roles));
  return change_account(name, "account.roles", by, [&](Session& session, const std::string& id) {
    return replace_roles(session, id, roles);
  });
}

Result<> SqlIdentity::add_role(std::string_view name, const RoleGrant& role, const Caller& by) {
  RV_TRY(check_roles({&role, 1}));
  return change_account(name, "account.add-role", by, [&](Session& session, const std::string& id) {
    return insert_role(session, id, role);
  });
}

Result<> SqlIdentity::remove_role(std::string_view name, const RoleGrant& role, const Caller& by) {
  return change_account(
      name, "account.remove-role", by,
      [&](Session& session, const std::string& id) { return delete_role(session, id, role); });
}

Result<> SqlIdentity::set_locked(std::string_view name, bool locked, const Caller& by) {
  return change_account(
      name, locked ? "account.lock" : "account.unlock", by,
      [&](Session& session, const std::string& id) -> Result<> {
        RV_TRY(session.execute("UPDATE identity_account SET locked = :locked WHERE id = :id",
                               {{"locked", locked}, {"id", id}}));
        if (!locked) return {};
        RV_TRY(session.execute("DELETE FROM identity_session WHERE account = :id", {{"id", id}}));
        RV_TRY(session.execute("DELETE FROM identity_link WHERE account = :id", {{"id", id}}));
        return {};
      });
}

Result<> SqlIdentity::remove_user(std::string_view name, const Caller& by) {
  return change_account(
      name, "account.remove", by, [](Session& session, const std::string& id) -> Result<> {
        RV_TRY(session.execute("DELETE FROM identity_account WHERE id = :id", {{"id", id}}));
        return {};
      });
}

// --- tokens

Result<NewToken> SqlIdentity::create_token(const TokenOptions& options, const Caller& by) {
  RV_TRY(check_token(options));
  if (options.tenant && !tenant_exists(*options.tenant)) {
    return fail(Code::kUnprocessable, "there is no tenant of that name", "tenant");
  }
  const NewToken token{random_id(random_), "rv_" + random_secret(random_)};
  const bool by_account = by.kind() == Caller::Kind::kSession;
  return change([&](Session& session) -> Result<NewToken> {
    RV_TRY(session.execute(
        "INSERT INTO identity_token (id, hash, label, actions, tenant, created_at, expires_at,"
        " made_by, rights)"
        " VALUES (:id, :hash, :label, :actions, :tenant, :at, :expires, :by, :rights)",
        {{"id", token.id},
         {"hash", to_hex(digest(kTokenPurpose, token.secret))},
         {"label", options.label},
         {"actions", join_actions(options.actions)},
         {"tenant", options.tenant},
         {"at", clock_.now()},
         {"expires", options.expires},
         {"by", by_account ? by.name() : std::string_view()},
         {"rights", options.rights}}));
    RV_TRY(record(session, by, {"token.create", "token", token.id}));
    return token;
  });
}

Result<std::vector<TokenRow>> SqlIdentity::tokens() {
  const auto maybe = [](std::optional<std::int64_t> us) {
    return us ? std::optional(Instant{*us}) : std::nullopt;
  };
  RV_ASSIGN(
      std::vector<TokenRow> list,
      look<std::vector<TokenRow>>([&](Session& session) -> Result<std::vector<TokenRow>> {
        RV_ASSIGN(
            const auto rows,
            session.query("SELECT id, label, actions, tenant, created_at, expires_at,"
                          " used_at, made_by, rights FROM identity_token ORDER BY created_at, id"));
        std::vector<TokenRow> found;
        for (const records::Row& row : rows) {
          found.push_back({row.text("id"), row.text("label"), split_actions(row.text("actions")),
                           row.maybe_text("tenant"), Instant{row.integer("created_at")},
                           maybe(row.maybe_integer("expires_at")),
                           maybe(row.maybe_integer("used_at")), row.text("made_by"),
                           row.text("rights")});
        }
        return found;
      }));
  const auto state = snapshot();
  for (const auto& [digest, known] : state->tokens) {
    const std::int64_t at = known.use->at_us.load();
    for (TokenRow& row : list) {
      if (row.id == known.use->id && at > 0) row.used = Instant{at};
    }
  }
  return list;
}

Result<> SqlIdentity::revoke_token(std::string_view id, const Caller& by) {
  return change([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto gone,
              session.execute("DELETE FROM identity_token WHERE id = :id", {{"id", id}}));
    if (gone == 0) return fail(Code::kResourceNotFound, "there is no token with this id");
    return record(session, by, {"token.revoke", "token", id});
  });
}

}  // namespace revier::identity::detail
