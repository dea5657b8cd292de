// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/snapshot.h"

#include <set>

namespace revier::identity::detail {
namespace {

constexpr std::size_t kRowsMax = 1'000'000;
using Grants = std::unordered_map<std::string, std::vector<Grant>>;  // by account
using Public = std::shared_ptr<const Caller::PublicTenants>;

std::shared_ptr<Use> make_use(std::string id, std::int64_t at_us) {
  auto use = std::make_shared<Use>();
  use->id = std::move(id);
  use->at_us = at_us;
  use->stored_us = at_us;
  return use;
}

// Accounts with a role that demands a second factor and none set up.
Result<std::set<std::string>> load_barred(records::Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT DISTINCT g.account FROM identity_grant g JOIN identity_role_rule"
                          " r ON r.role = g.role JOIN identity_account a ON a.id = g.account"
                          " WHERE a.totp IS NULL",
                          {}, kRowsMax));
  std::set<std::string> barred;
  for (const records::Row& row : rows) barred.insert(row.text("account"));
  return barred;
}

Result<Grants> load_grants(records::Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT account, role, scope, scope_id, scope_within FROM identity_grant",
                          {}, kRowsMax));
  Grants grants;
  for (const records::Row& row : rows) {
    const Role* role = find_role(row.text("role"));
    const auto kind = parse_scope_kind(row.text("scope"));
    if (role == nullptr || !kind) continue;  // of a version that knew them
    grants[row.text("account")].push_back(
        {role->actions, *kind, row.text("scope_id"), row.text("scope_within")});
  }
  return grants;
}

Result<> load_tenants(records::Session& session, Snapshot& snapshot) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT name, public_read FROM identity_tenant", {}, kRowsMax));
  for (const records::Row& row : rows) {
    const std::string& name = row.text("name");
    snapshot.tenants[name] = {name, row.integer("public_read") != 0};
  }
  return {};
}

// Of those that are not locked, with a session or without.
Result<> load_accounts(records::Session& session, const Public& readable, Snapshot& snapshot) {
  RV_ASSIGN(const Grants grants, load_grants(session));
  RV_ASSIGN(const std::set<std::string> barred, load_barred(session));
  RV_ASSIGN(const auto rows,
            session.query("SELECT id, name FROM identity_account WHERE locked = 0", {}, kRowsMax));
  for (const records::Row& row : rows) {
    auto subject = std::make_shared<Caller::Subject>();
    subject->id = row.text("id");
    subject->name = row.text("name");
    subject->needs_second_factor = barred.contains(subject->id);
    const auto found = grants.find(subject->id);
    if (found != grants.end() && !subject->needs_second_factor) subject->grants = found->second;
    subject->public_tenants = readable;
    subject->grounds = grounds_of_account(subject->id);
    snapshot.standing_accounts[row.text("id")] = {std::move(subject), std::nullopt, true};
  }
  return {};
}

Result<> load_sessions(records::Session& session, Snapshot& snapshot) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT hash, id, account, expires_at, used_at FROM identity_session", {},
                          kRowsMax));
  for (const records::Row& row : rows) {
    const auto account = snapshot.standing_accounts.find(row.text("account"));
    if (account == snapshot.standing_accounts.end()) continue;
    auto subject = std::make_shared<Caller::Subject>(*account->second.subject);
    subject->session = row.text("id");
    subject->csrf = to_hex(digest("csrf", row.text("hash")));
    snapshot.sessions[from_hex(row.text("hash"))] = {
        std::move(subject), Instant{row.integer("expires_at")},
        make_use(row.text("id"), row.integer("used_at"))};
  }
  return {};
}

Grant token_grant(const records::Row& row) {
  Grant grant;
  for (const Action action : split_actions(row.text("actions"))) grant.actions |= bit(action);
  const auto tenant = row.maybe_text("tenant");
  grant.kind = tenant ? ScopeKind::kTenant : ScopeKind::kInstance;
  grant.id = tenant.value_or("");
  return grant;
}

Result<> load_tokens(records::Session& session, const Public& readable, Snapshot& snapshot) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT id, hash, label, actions, tenant, expires_at, used_at, rights "
                          "FROM identity_token",
                          {}, kRowsMax));
  for (const records::Row& row : rows) {
    auto subject = std::make_shared<Caller::Subject>();
    subject->id = row.text("id");
    subject->name = row.text("label");
    subject->grants.push_back(token_grant(row));
    subject->rights = row.text("rights");
    subject->rights_tenant = row.maybe_text("tenant");
    subject->grounds = grounds_of_token(subject->id);
    subject->public_tenants = readable;
    Known known{std::move(subject), std::nullopt,
                make_use(row.text("id"), row.maybe_integer("used_at").value_or(0))};
    if (const auto expires = row.maybe_integer("expires_at")) known.expires = Instant{*expires};
    snapshot.standing_tokens[known.subject->id] = {known.subject, known.expires, true};
    snapshot.tokens[from_hex(row.text("hash"))] = std::move(known);
  }
  return {};
}

Result<> load_profiles(records::Session& session, Snapshot& snapshot) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT name, issuer, role, actions, tenant, used_at, rights "
                          "FROM identity_profile ORDER BY name",
                          {}, kRowsMax));
  for (const records::Row& row : rows) {
    snapshot.profiles.emplace(
        std::pair(row.text("issuer"), row.text("role")),
        KnownProfile{token_grant(row), row.text("rights"), row.maybe_text("tenant"),
                     make_use(row.text("name"), row.maybe_integer("used_at").value_or(0))});
  }
  return {};
}

Public readable_tenants(const Snapshot& snapshot, const Options& options) {
  auto readable = std::make_shared<Caller::PublicTenants>();
  if (!options.public_read) return readable;
  readable->all = options.tenants_implicit;
  for (const auto& [name, tenant] : snapshot.tenants) {
    if (tenant.public_read) readable->names.insert(name);
  }
  return readable;
}

}  // namespace

void keep_uses(Snapshot& snapshot, const Snapshot& older) {
  const auto keep = [](KnownSecrets& fresh, const KnownSecrets& before) {
    for (auto& [digest, known] : fresh) {
      const auto found = before.find(digest);
      if (found != before.end()) known.use = found->second.use;
    }
  };
  keep(snapshot.sessions, older.sessions);
  keep(snapshot.tokens, older.tokens);
  std::unordered_map<std::string_view, std::shared_ptr<Use>> uses;
  for (const auto& [role, before] : older.profiles) uses.emplace(before.use->id, before.use);
  for (auto& [role, profile] : snapshot.profiles) {
    const auto found = uses.find(profile.use->id);
    if (found != uses.end()) profile.use = found->second;
  }
}

Result<std::int64_t> stored_version(records::Session& session) {
  RV_ASSIGN(const records::Row row, session.one("SELECT version FROM identity_state WHERE id = 1"));
  return row.integer("version");
}

Result<Snapshot> load(records::Session& session, const Options& options) {
  Snapshot snapshot;
  RV_ASSIGN(snapshot.version, stored_version(session));
  RV_TRY(load_tenants(session, snapshot));
  const Public readable = readable_tenants(snapshot, options);
  RV_TRY(load_accounts(session, readable, snapshot));
  RV_TRY(load_sessions(session, snapshot));
  RV_TRY(load_tokens(session, readable, snapshot));
  RV_TRY(load_profiles(session, snapshot));
  auto nobody = std::make_shared<Caller::Subject>();
  nobody->public_tenants = readable;
  snapshot.nobody = std::move(nobody);
  return snapshot;
}

std::string join_actions(const std::vector<Action>& actions) {
  std::string text;
  for (const Action action : actions) {
    if (!text.empty()) text += ',';
    text += to_string(action);
  }
  return text;
}

std::vector<Action> split_actions(std::string_view text) {
  std::vector<Action> actions;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto action = parse_action(text.substr(0, end))) actions.push_back(*action);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return actions;
}

}  // namespace revier::identity::detail
