// SPDX-License-Identifier: EUPL-1.2
// Identity providers whose access tokens are taken (OpenID Connect, OAuth 2.0 with JWT): which they
// are, their keys, and what a token of theirs says. docs/operate/identity-provider.md is its page.
//
// check() does no I/O. Keys are fetched beside the requests: at the start, every ten minutes, and
// at once when a token names a key that is not here, at most once a minute. What was fetched last
// counts for a day where the provider cannot be reached. A token that was found good is known by
// its digest until it ends or the provider's keys change.
//
// Thread safety: check(), knows() from any thread; tick() by one.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/client.h"

namespace revier::identity {

// Members to go down into: {"realm_access", "roles"}.
using ClaimPath = std::vector<std::string>;

struct IssuerOptions {
  std::string name;    // of our own, 1 to 32 of a-z 0-9 -: in profiles and in the audit log
  std::string issuer;  // the tokens' iss, to the letter
  std::vector<std::string> audiences;  // one of them is in a token's aud
  std::vector<ClaimPath> roles;        // where a token says what its bearer is
  ClaimPath subject = {"sub"};         // who she is, in the audit log
  std::string keys_url;                // empty: by discovery, from the issuer
  std::string keys_file;               // a JWK set instead: nothing is fetched
  Duration leeway = Duration::seconds(60);
};
// [{"name": ..., "issuer": ..., "audience": [...], "roles": [...]}]
// Errors: kBadRequestData with the place and what was expected.
[[nodiscard]] Result<std::vector<IssuerOptions>> parse_issuers(std::string_view json);

// What a good token says.
struct Bearer {
  std::string issuer;              // IssuerOptions::name
  std::string subject;             // 1 to 128 characters
  std::vector<std::string> roles;  // at most kRolesMax
  Instant ends;                    // leeway included
};

// The whole content of a file.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

class Issuers {
 public:
  static constexpr std::size_t kRolesMax = 256;
  static constexpr std::size_t kKnownMax = 10'000;  // tokens that are remembered

  // Begins to fetch. `client` and `clock` (the real one) outlive the requests under way, which end
  // with the client. Errors: of a keys_file; it is read again every few seconds.
  [[nodiscard]] static Result<std::shared_ptr<Issuers>> open(std::vector<IssuerOptions> options,
                                                             net::Client& client,
                                                             const Clock& clock,
                                                             ReadFile read_file);
  virtual ~Issuers() = default;

  // Errors: kUnauthenticated with field "token" and what is wrong, also while the key for it is
  // being fetched. No message holds a part of the token.
  [[nodiscard]] virtual Result<std::shared_ptr<const Bearer>> check(std::string_view token) = 0;
  [[nodiscard]] virtual bool knows(std::string_view name) const = 0;
  // Begins what is due; to be called every few seconds.
  virtual void tick() = 0;
};

}  // namespace revier::identity
