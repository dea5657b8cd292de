// SPDX-License-Identifier: EUPL-1.2
#include "app/accounts_commands.h"

#include <fmt/format.h>

#include "app/files.h"
#include "app/floors.h"
#include "app/server_options.h"
#include "json/json.h"
#include "jsonld/catalogue.h"
#include "ngsi/rights.h"

namespace revier::app {
namespace {

using identity::Action;
using identity::Caller;

void print_link(const Options& options, const std::string& secret) {
  fmt::print("{}{}\n", site_address(options, options.text("listen")), identity::start_path(secret));
}

// "desk", or "desk@scd-2025" for one event.
identity::RoleGrant grant_of(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return {.role = text};
  return {text.substr(0, at), identity::ScopeKind::kEvent, text.substr(at + 1), ""};
}

Result<> add_user(const CommandLine& line, const Options& options, identity::Identity& identity) {
  std::vector<identity::RoleGrant> grants;
  for (const std::string& role : line.roles) grants.push_back(grant_of(role));
  RV_ASSIGN(const std::string secret,
            identity.invite({.name = line.name, .roles = grants}, Caller::command_line()));
  fmt::print("account {} made; its owner sets the password once at\n", line.name);
  print_link(options, secret);
  return {};
}

std::string used_text(const std::optional<Instant>& used) {
  return used ? "used " + to_iso8601(*used) : "not used";
}

std::string may_text(const std::vector<Action>& actions, const std::string& rights) {
  if (!rights.empty()) return " " + rights;
  std::string text;
  for (const Action action : actions) text += fmt::format(" {}", to_string(action));
  return text;
}

Result<> list_users(identity::Identity& identity) {
  RV_ASSIGN(const std::vector<identity::Account> accounts, identity.users());
  for (const identity::Account& account : accounts) {
    std::string roles;
    for (const identity::RoleGrant& grant : account.roles) {
      roles += fmt::format(" {}{}{}", grant.role, grant.id.empty() ? "" : "@", grant.id);
    }
    fmt::print("account {}{}{}{}:{}\n", account.name, account.locked ? ", locked" : "",
               account.has_password ? "" : ", without password",
               account.second_factor ? ", second factor" : "", roles);
  }
  RV_ASSIGN(const std::vector<identity::TokenRow> tokens, identity.tokens());
  for (const identity::TokenRow& token : tokens) {
    fmt::print("token {} \"{}\", until {}, {}:{}\n", token.id, token.label,
               token.expires ? to_iso8601(*token.expires) : "it is revoked", used_text(token.used),
               may_text(token.actions, token.rights));
  }
  RV_ASSIGN(const std::vector<identity::ProfileRow> profiles, identity.profiles());
  for (const auto& [profile, changed, used] : profiles) {
    fmt::print("profile {} of {} \"{}\", {}:{}\n", profile.name, profile.issuer, profile.role,
               used_text(used), may_text(profile.actions, profile.rights));
  }
  return {};
}

// The file's text after a look whether it says rights by entity.
Result<std::string> rights_of(const std::string& path) {
  RV_ASSIGN(const std::string text, read_file(path));
  RV_ASSIGN(const auto catalogue, jsonld::Catalogue::make());
  if (auto rights = ngsi::Rights::parse(text, catalogue->core()); !rights) {
    return fail(rights.error().code, path + ": " + rights.error().message);
  }
  RV_ASSIGN(const json::Document document, json::Document::parse(text));
  return json::to_text(document.root());  // on one line
}

// The members that TokenOptions and Profile have alike.
template <class Wanted>
Result<> take_what_it_may(const CommandLine& line, Wanted& wanted) {
  wanted.actions.clear();
  if (!line.rights_file.empty()) {
    if (!line.actions.empty()) {
      return fail(Code::kBadRequestData, "--rights and --action exclude each other");
    }
    RV_ASSIGN(wanted.rights, rights_of(line.rights_file));
  }
  for (const std::string& name : line.actions) {
    RV_ASSIGN(const Action action, identity::parse_action(name));
    wanted.actions.push_back(action);
  }
  wanted.tenant = line.tenant;
  if (line.all_tenants) wanted.tenant.reset();
  return {};
}

// Where the options name the file of the providers, a name that is not in it is a slip.
Result<> check_issuer(const std::string& name, const Options& options) {
  RV_ASSIGN(const auto issuers, issuer_options(options));
  if (issuers.empty()) return {};
  std::string names;
  for (const identity::IssuerOptions& issuer : issuers) {
    if (issuer.name == name) return {};
    names += " " + issuer.name;
  }
  return fail(
      Code::kUnprocessable,
      fmt::format("{} names no issuer \"{}\", but:{}", options.text("oidc.issuers"), name, names),
      "issuer");
}

Result<> change_profile(const CommandLine& line, const Options& options,
                        identity::Identity& identity) {
  if (line.remove) return identity.remove_profile(line.name, Caller::command_line());
  RV_TRY(check_issuer(line.issuer, options));
  identity::Profile wanted{.name = line.name, .issuer = line.issuer, .role = line.role};
  RV_TRY(take_what_it_may(line, wanted));
  return identity.put_profile(wanted, Caller::command_line());
}

Result<> make_token(const CommandLine& line, Accounts& accounts) {
  identity::TokenOptions wanted{.label = line.name};
  RV_TRY(take_what_it_may(line, wanted));
  if (wanted.actions.empty() && wanted.rights.empty()) {
    wanted.actions = {Action::kDataRead, Action::kDataWrite};
  }
  if (line.days > 0) wanted.expires = accounts.clock.now() + Duration::days(line.days);
  RV_ASSIGN(const identity::NewToken token,
            accounts.identity->create_token(wanted, Caller::command_line()));
  fmt::print("{}\n", token.secret);
  return {};
}

Result<> print_reset_link(const CommandLine& line, const Options& options,
                          identity::Identity& identity) {
  if (!line.name.empty()) {
    RV_ASSIGN(const std::string secret, identity.reset_link(line.name, Caller::command_line()));
    print_link(options, secret);
    return {};
  }
  RV_ASSIGN(const std::optional<std::string> first, identity.first_link());
  if (!first) {
    return fail(Code::kConflict, "there is an administrator; name the account: user link NAME");
  }
  print_link(options, *first);
  return {};
}

Result<> list_tenants(const identity::Identity& identity) {
  for (const identity::Tenant& tenant : identity.tenants()) {
    fmt::print("{}: {}\n", tenant.name.empty() ? "(default)" : tenant.name,
               tenant.public_read ? "read by everybody" : "read with a token");
  }
  return {};
}

}  // namespace

Result<> run_accounts_command(const CommandLine& line, const Options& options) {
  RV_TRY(make_directory(options.text("data")));
  RV_ASSIGN(const std::unique_ptr<Accounts> accounts, open_accounts(options));
  identity::Identity& identity = *accounts->identity;
  switch (line.command) {
    case Command::kUserAdd:
      return add_user(line, options, identity);
    case Command::kUserList:
      return list_users(identity);
    case Command::kUserToken:
      return make_token(line, *accounts);
    case Command::kUserProfile:
      return change_profile(line, options, identity);
    case Command::kUserReset:
      return identity.reset_second_factor(line.name, Caller::command_line());
    case Command::kUserLink:
      return print_reset_link(line, options, identity);
    case Command::kTenantAdd:
      return identity.create_tenant({.name = line.name, .public_read = !line.closed},
                                    Caller::command_line());
    default:
      return list_tenants(identity);
  }
}

}  // namespace revier::app
