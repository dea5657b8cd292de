// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/accounts.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "identity/detail/secrets.h"
#include "identity/detail/snapshot.h"

namespace revier::identity::detail {
namespace {

constexpr std::size_t kAccountsMax = 1'000'000;

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("._-@+").find(c) != std::string::npos;
}

std::string link_hash(std::string_view secret) { return to_hex(digest(kLinkPurpose, secret)); }

Result<StoredAccount> stored(Result<records::Row> row) {
  if (!row) {
    if (row.error().code != Code::kResourceNotFound) return fail(row.error());
    return fail(Code::kResourceNotFound, "there is no account of that name");
  }
  return StoredAccount{row->text("id"),
                       row->text("name"),
                       row->text_or("password", ""),
                       row->integer("locked") != 0,
                       row->text_or("totp", ""),
                       row->integer("totp_step")};
}

Result<> add_roles(records::Session& session, std::vector<Account>& accounts) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT account, role, scope, scope_id, scope_within FROM identity_grant "
                          "ORDER BY account, role, scope, scope_id, scope_within",
                          {}, kAccountsMax));
  for (const records::Row& row : rows) {
    const auto found = std::find_if(accounts.begin(), accounts.end(), [&](const Account& account) {
      return account.id == row.text("account");
    });
    const auto kind = parse_scope_kind(row.text("scope"));
    if (found == accounts.end() || !kind) continue;
    found->roles.push_back(
        {row.text("role"), *kind, row.text("scope_id"), row.text("scope_within")});
  }
  return {};
}

}  // namespace

Result<> insert_role(records::Session& session, std::string_view id, const RoleGrant& role) {
  RV_TRY(
      session.execute("INSERT INTO identity_grant (account, role, scope, scope_id, scope_within) "
                      "VALUES (:account, :role, :scope, :id, :within) ON CONFLICT DO NOTHING",
                      {{"account", id},
                       {"role", role.role},
                       {"scope", to_string(role.kind)},
                       {"id", role.id},
                       {"within", role.within}}));
  return {};
}

Result<> delete_role(records::Session& session, std::string_view id, const RoleGrant& role) {
  RV_ASSIGN(const auto gone,
            session.execute("DELETE FROM identity_grant WHERE account = :account AND role = :role"
                            " AND scope = :scope AND scope_id = :id AND scope_within = :within",
                            {{"account", id},
                             {"role", role.role},
                             {"scope", to_string(role.kind)},
                             {"id", role.id},
                             {"within", role.within}}));
  if (gone == 0) return fail(Code::kResourceNotFound, "the account has no such role");
  return {};
}

Result<> check_mail(std::string_view mail) {
  const std::size_t at = mail.find('@');
  const bool plain = std::all_of(mail.begin(), mail.end(), [](char c) {
    return c > ' ' && c != '\x7f' && std::string_view("<>,;:\"\\()").find(c) == std::string::npos;
  });
  const bool one = at != std::string_view::npos && at > 0 && at + 1 < mail.size() &&
                   mail.find('@', at + 1) == std::string_view::npos;
  if (mail.empty() || (mail.size() <= 254 && plain && one)) return {};
  return fail(Code::kUnprocessable, "expected a mail address", "mail");
}

Result<> clear_second_factor(records::Session& session, std::string_view id) {
  RV_TRY(session.execute("UPDATE identity_account SET totp = NULL WHERE id = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM identity_recovery WHERE account = :id", {{"id", id}}));
  return {};
}

Result<std::string> fold_name(std::string_view name) {
  if (name.empty() || name.size() > 100 ||
      !std::all_of(name.begin(), name.end(), is_name_character)) {
    return fail(Code::kUnprocessable,
                "a sign-in name has 1 to 100 of a-z A-Z 0-9 . _ - @ +, like a mail address",
                "name");
  }
  return lower_case(name);
}

Result<> check_roles(std::span<const RoleGrant> given) {
  for (const RoleGrant& grant : given) {
    const Role* const role = find_role(grant.role);
    if (role == nullptr || grant.id.size() > 200 || grant.within.size() > 200) {
      std::string names;
      for (const Role& one : roles()) names += (names.empty() ? "" : ", ") + std::string(one.name);
      return fail(Code::kUnprocessable, "roles are: " + names, "roles");
    }
    if (!opens_at(*role, grant.kind)) {
      return fail(Code::kUnprocessable,
                  fmt::format("the role {} opens nothing at one {} only: give it everywhere",
                              grant.role, to_string(grant.kind)),
                  "roles");
    }
  }
  return {};
}

Result<StoredAccount> find_account(records::Session& session, std::string_view folded) {
  return stored(
      session.one("SELECT id, name, password, locked, totp, totp_step FROM identity_account "
                  "WHERE folded = :folded",
                  {{"folded", folded}}));
}

Result<StoredAccount> account_by_id(records::Session& session, std::string_view id) {
  return stored(
      session.one("SELECT id, name, password, locked, totp, totp_step FROM identity_account "
                  "WHERE id = :id",
                  {{"id", id}}));
}

Result<std::vector<Account>> list_accounts(records::Session& session, std::string_view id) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT id, name, password, locked, mail, totp FROM identity_account "
                          "WHERE id = :id OR :all = 1 ORDER BY folded",
                          {{"id", id}, {"all", id.empty()}}, kAccountsMax));
  std::vector<Account> accounts;
  for (const records::Row& row : rows) {
    accounts.push_back({row.text("id"),
                        row.text("name"),
                        !row.is_null("password"),
                        row.integer("locked") != 0,
                        {},
                        row.text("mail"),
                        !row.is_null("totp")});
  }
  RV_TRY(add_roles(session, accounts));
  return accounts;
}

Result<> insert_account(records::Session& session, const NewAccount& account) {
  RV_ASSIGN(const std::string folded, fold_name(account.name));
  RV_ASSIGN(const auto inserted,
            session.execute(
                "INSERT INTO identity_account "
                "(id, name, folded, password, locked, created_at, mail) "
                "VALUES (:id, :name, :folded, :password, 0, :at, :mail) ON CONFLICT DO NOTHING",
                {{"id", account.id},
                 {"name", account.name},
                 {"folded", folded},
                 {"password", account.password},
                 {"at", account.at},
                 {"mail", account.mail}}));
  if (inserted == 0) return fail(Code::kUnprocessable, "this sign-in name is taken", "name");
  for (const RoleGrant& role : account.roles) RV_TRY(insert_role(session, account.id, role));
  return {};
}

Result<> replace_roles(records::Session& session, std::string_view id,
                       std::span<const RoleGrant> given) {
  RV_TRY(session.execute("DELETE FROM identity_grant WHERE account = :id", {{"id", id}}));
  for (const RoleGrant& role : given) RV_TRY(insert_role(session, id, role));
  return {};
}

Result<> set_password(records::Session& session, std::string_view id, std::string_view hash) {
  RV_TRY(session.execute("UPDATE identity_account SET password = :hash WHERE id = :id",
                         {{"hash", hash}, {"id", id}}));
  RV_TRY(session.execute("DELETE FROM identity_session WHERE account = :id", {{"id", id}}));
  RV_TRY(session.execute("DELETE FROM identity_link WHERE account = :id", {{"id", id}}));
  return {};
}

Result<std::int64_t> count_administrators(records::Session& session) {
  RV_ASSIGN(const records::Row row,
            session.one("SELECT COUNT(*) AS n FROM identity_account a JOIN identity_grant g "
                        "ON g.account = a.id WHERE g.role = 'administrator' "
                        "AND g.scope = 'instance' AND a.locked = 0 AND a.password IS NOT NULL"));
  return row.integer("n");
}

Result<> check_no_administrator(records::Session& session) {
  RV_ASSIGN(const std::int64_t administrators, count_administrators(session));
  if (administrators == 0) return {};
  return fail(Code::kGone, "this link was used or has ended: ask for a new one");
}

Result<> keep_administrator(records::Session& session, const std::function<Result<>()>& change) {
  RV_ASSIGN(const std::int64_t before, count_administrators(session));
  RV_TRY(change());
  RV_ASSIGN(const std::int64_t after, count_administrators(session));
  if (before == 0 || after > 0) return {};
  return fail(Code::kConflict, "nobody would be administrator any more: name another one first");
}

Result<> insert_link(records::Session& session, std::string_view secret, const std::string& account,
                     Instant expires) {
  const auto target = account.empty() ? std::nullopt : std::optional(account);
  RV_TRY(
      session.execute("INSERT INTO identity_link (hash, account, expires_at) "
                      "VALUES (:hash, :account, :expires)",
                      {{"hash", link_hash(secret)}, {"account", target}, {"expires", expires}}));
  return {};
}

Result<std::string> link_target(records::Session& session, std::string_view secret, Instant now) {
  RV_ASSIGN(const auto rows, session.query("SELECT account FROM identity_link "
                                           "WHERE hash = :hash AND expires_at > :now",
                                           {{"hash", link_hash(secret)}, {"now", now}}, 1));
  if (rows.empty()) return fail(Code::kGone, "this link was used or has ended: ask for a new one");
  return rows.front().text_or("account", "");
}

Result<std::string> take_link(records::Session& session, std::string_view secret, Instant now) {
  RV_ASSIGN(std::string account, link_target(session, secret, now));
  RV_TRY(session.execute("DELETE FROM identity_link WHERE hash = :hash",
                         {{"hash", link_hash(secret)}}));
  return account;
}

}  // namespace revier::identity::detail
