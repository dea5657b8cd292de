// SPDX-License-Identifier: EUPL-1.2
// Accounts, their roles, links and sessions as rows; inside the caller's transaction.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "identity/identity.h"
#include "records/records.h"

namespace revier::identity::detail {

// Lower case of a sign-in name. Errors: kUnprocessable with field "name".
[[nodiscard]] Result<std::string> fold_name(std::string_view name);
// Errors: kUnprocessable with field "roles".
[[nodiscard]] Result<> check_roles(std::span<const RoleGrant> roles);

struct StoredAccount {
  std::string id;
  std::string name;
  std::string password;  // argon2id text, empty where none is set
  bool locked = false;
  std::string totp;            // sealed secret of the second factor, empty where there is none
  std::int64_t totp_step = 0;  // of the last code that was taken
};
// Errors: kResourceNotFound.
[[nodiscard]] Result<StoredAccount> find_account(records::Session& session,
                                                 std::string_view folded);
[[nodiscard]] Result<StoredAccount> account_by_id(records::Session& session, std::string_view id);
// With their roles, ordered by name; of one account when `id` is given.
[[nodiscard]] Result<std::vector<Account>> list_accounts(records::Session& session,
                                                         std::string_view id = {});

struct NewAccount {
  std::string id;
  std::string_view name;
  std::optional<std::string> password;
  std::span<const RoleGrant> roles;
  Instant at;
  std::string_view mail = {};
};
// Errors: kUnprocessable with field "name" where it is taken.
[[nodiscard]] Result<> insert_account(records::Session& session, const NewAccount& account);
[[nodiscard]] Result<> insert_role(records::Session& session, std::string_view id,
                                   const RoleGrant& role);
// Errors: kResourceNotFound when the account has no such role.
[[nodiscard]] Result<> delete_role(records::Session& session, std::string_view id,
                                   const RoleGrant& role);
[[nodiscard]] Result<> replace_roles(records::Session& session, std::string_view id,
                                     std::span<const RoleGrant> roles);
[[nodiscard]] Result<> check_mail(std::string_view mail);
// Takes the second factor and its recovery codes away.
[[nodiscard]] Result<> clear_second_factor(records::Session& session, std::string_view id);
// Sets the password and ends the account's sessions and links.
[[nodiscard]] Result<> set_password(records::Session& session, std::string_view id,
                                    std::string_view hash);

// Who administers the instance: unlocked, with a password.
[[nodiscard]] Result<std::int64_t> count_administrators(records::Session& session);
// For the link that makes the first one. Errors: kGone where there is one.
[[nodiscard]] Result<> check_no_administrator(records::Session& session);
// Errors: those of `change`; kConflict when it left nobody who administers the instance.
[[nodiscard]] Result<> keep_administrator(records::Session& session,
                                          const std::function<Result<>()>& change);

// Account "" is the first administrator.
[[nodiscard]] Result<> insert_link(records::Session& session, std::string_view secret,
                                   const std::string& account, Instant expires);
// The account of a link that holds. Errors: kGone.
[[nodiscard]] Result<std::string> link_target(records::Session& session, std::string_view secret,
                                              Instant now);
// The same, and the link is used up.
[[nodiscard]] Result<std::string> take_link(records::Session& session, std::string_view secret,
                                            Instant now);

}  // namespace revier::identity::detail
