// SPDX-License-Identifier: EUPL-1.2
// Tokens of identity providers: whose are taken, and what they may. A profile says what tokens may
// whose bearers have a role at a provider; a token has what all profiles of its roles give, and
// nothing without one.
//
// These are more of Identity's methods, in a header of their own for those few that need them.
// authenticate() and authenticate_token() know such a token's caller as "ISSUER:SUBJECT", of the
// kind kToken. Where a token does not hold the caller is kRejected, and require() says why.
//
// Thread safety: trust() before requests come; the others from any thread, and they block on SQL.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "identity/access.h"
#include "identity/identity.h"
#include "identity/issuers.h"

namespace revier::identity {

struct Profile {
  std::string name;    // 1 to 64 of a-z 0-9 -
  std::string issuer;  // IssuerOptions::name
  std::string role;    // as the provider writes it, 1 to 256 bytes
  std::vector<Action> actions;
  std::optional<std::string> tenant = "";  // "" = default tenant; nullopt = every scope
  // Rights by entity as JSON (ngsi/rights.h), instead of `actions`, which are empty then. Whoever
  // makes the profile has looked at them.
  std::string rights;
};
struct ProfileRow {
  Profile profile;
  Instant changed;
  std::optional<Instant> used;  // last request by it, to about a minute
};

// Takes tokens of these, too. `identity` is one that Identity::open() made; so below.
void trust(Identity& identity, std::shared_ptr<Issuers> issuers);

// Makes it, or changes the one of its name. Holds at once, for tokens that are out, too.
// Errors: kUnprocessable with `field` "name", "issuer", "role", "actions", "rights" or "tenant".
// The right users.manage is given to no profile: what a provider says makes no lasting tokens.
[[nodiscard]] Result<> put_profile(Identity& identity, const Profile& profile,
                                   const Caller& by = {});
[[nodiscard]] Result<std::vector<ProfileRow>> profiles(Identity& identity);
// Holds at once. Errors: kResourceNotFound.
[[nodiscard]] Result<> remove_profile(Identity& identity, std::string_view name,
                                      const Caller& by = {});

}  // namespace revier::identity
