// SPDX-License-Identifier: EUPL-1.2
// What Identity takes and gives: accounts, roles, sessions, tokens, tenants.
//
// Thread safety: values.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "identity/access.h"
#include "records/records.h"

namespace revier::identity {

inline constexpr Duration kLinkLife = Duration::hours(24);  // of a one-time link

struct Options {
  bool no_auth = false;           // serve --no-auth: every caller may do everything
  bool public_read = true;        // anonymous callers read tenants whose reading is public
  bool tenants_implicit = false;  // every well-formed tenant name exists
  Duration session_max = Duration::hours(12);  // from signing in
  Duration session_idle = Duration::hours(2);  // from the last request
  // Failed sign-ins for one account from one address in a window; three times as many from one
  // address, ten times as many for one account. A device that was signed in to the account before
  // has as many of its own and asks for none of these. Wrong codes of a second factor count apart.
  unsigned attempts_max = 10;
  Duration attempts_window = Duration::minutes(15);
  // Seals the secrets of second factors, so that a copy of the database holds none.
  std::array<std::uint8_t, 32> key{};
  Duration civil_difference;                  // civil time less real time, for the audit log
  Duration audit_keep = Duration::days(365);  // of civil time
};

struct RoleGrant {
  std::string role;  // a name of roles()
  ScopeKind kind = ScopeKind::kInstance;
  std::string id;
  std::string within;

  friend bool operator==(const RoleGrant&, const RoleGrant&) = default;
};

struct Account {
  std::string id;
  std::string name;  // sign-in name, unique, case ignored
  bool has_password = false;
  bool locked = false;
  std::vector<RoleGrant> roles;
  std::string mail;  // where links go, may be empty
  bool second_factor = false;
};

// Runs in the transaction that makes a one-time link: writes the mail that carries it.
using WithLink = std::function<Result<>(records::Session&, const std::string& secret)>;

struct Invitation {
  std::string_view name;
  std::span<const RoleGrant> roles;
  std::string_view mail = {};
  WithLink also = {};
};

struct TokenOptions {
  std::string label;  // what it is for, 1 to 100 characters
  std::vector<Action> actions = {Action::kDataRead};
  std::optional<std::string> tenant = "";  // "" = default tenant; nullopt = every scope
  std::optional<Instant> expires;
  // Rights by entity as JSON (ngsi/rights.h), instead of `actions`, which are empty then. Whoever
  // makes the token has looked at them.
  std::string rights = {};
};
struct TokenRow {
  std::string id;
  std::string label;
  std::vector<Action> actions;
  std::optional<std::string> tenant;
  Instant created;
  std::optional<Instant> expires;
  std::optional<Instant> used;  // last request, to about a minute
  std::string made_by;          // name of the account, empty for the command line
  std::string rights;           // by entity, as JSON; empty: none
};
struct NewToken {
  std::string id;
  std::string secret;  // "rv_" and 32 characters; shown once, not stored
};

// What tokens of an identity provider may whose bearers have a role there. Such a token has what
// all profiles of its roles give, and nothing without one.
struct Profile {
  std::string name;    // 1 to 64 of a-z 0-9 -
  std::string issuer;  // IssuerOptions::name (identity/issuers.h)
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

struct Tenant {
  std::string name;  // 1 to 50 of a-z 0-9 _ - (NGSILD-Tenant); "" is the default tenant
  bool public_read = true;
};

struct SignedIn {
  std::string cookie_secret;  // with `needs_code`: the challenge for sign_in_code()
  std::string account_id;
  Instant expires;
  bool needs_code = false;         // name and password are right; the second factor is asked now
  std::string device_secret = {};  // for the browser to show at the next sign_in()
};

struct SessionRow {
  std::string id;      // for ending it; no secret
  std::string device;  // "Firefox, Windows"
  Instant created;
  Instant used;  // last request, to about a minute
  Instant expires;
};

struct SecondFactor {
  bool on = false;
  bool required = false;            // by a role
  std::int64_t recovery_codes = 0;  // that are left
};
// A second factor to be: what the person's app needs, and the same sealed for the next step.
struct Enrolment {
  std::string sealed;
  std::string secret;  // base32, for typing
  std::string uri;     // otpauth://..., for the QR code
};

// What a caller did, for the audit log.
struct Deed {
  std::string_view action;  // "registration.cancel"
  std::string_view kind;    // "registration"
  std::string_view object;  // its id; no value of a person's
};

}  // namespace revier::identity
