// SPDX-License-Identifier: EUPL-1.2
// All that answering "who is it, and what may she do" takes, in memory; immutable.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "identity/access.h"
#include "identity/detail/secrets.h"
#include "identity/identity.h"
#include "identity/issuers.h"
#include "records/records.h"

namespace revier::identity::detail {

// When a session or token was used last: told by every request, stored now and then.
struct Use {
  std::string id;
  std::atomic<std::int64_t> at_us{0};      // 0: never
  std::atomic<std::int64_t> stored_us{0};  // what the database has
};

struct Known {
  std::shared_ptr<const Caller::Subject> subject;
  std::optional<Instant> expires;
  std::shared_ptr<Use> use;  // the same over all snapshots of a process
};
using KnownSecrets = std::unordered_map<Digest, Known, DigestHash>;

struct KnownProfile {
  Grant grant;                        // without actions where there are rights
  std::string rights;                 // by entity
  std::optional<std::string> tenant;  // that the rights hold in
  std::shared_ptr<Use> use;
};
// By issuer and role.
using KnownProfiles = std::multimap<std::pair<std::string, std::string>, KnownProfile>;

// What stands on grounds (Caller::grounds()).
struct Standing {
  std::shared_ptr<const Caller::Subject> subject;
  std::optional<Instant> expires;
  bool stands = false;
};

struct Snapshot {
  std::int64_t version = 0;
  KnownProfiles profiles;
  KnownSecrets tokens;
  std::unordered_map<std::string, Standing> standing_tokens;    // by id
  std::unordered_map<std::string, Standing> standing_accounts;  // by id; none that is locked
  KnownSecrets sessions;
  std::map<std::string, Tenant, std::less<>> tenants;
  std::shared_ptr<const Caller::Subject> nobody;
};

// Keeps what the older one knows of the last uses.
void keep_uses(Snapshot& snapshot, const Snapshot& older);

[[nodiscard]] Result<std::int64_t> stored_version(records::Session& session);
[[nodiscard]] Result<Snapshot> load(records::Session& session, const Options& options);

// What a bearer may by the profiles of her roles; never more than these say.
[[nodiscard]] std::shared_ptr<const Caller::Subject> subject_of_bearer(const Snapshot& snapshot,
                                                                       const Bearer& bearer);
[[nodiscard]] std::string grounds_of_token(std::string_view id);
[[nodiscard]] std::string grounds_of_account(std::string_view id);
[[nodiscard]] std::string grounds_of_bearer(const Snapshot& snapshot, const Bearer& bearer);
// Notes that these profiles were used.
void note_use(const Snapshot& snapshot, const Bearer& bearer, Instant now);

// "data.read,data.write" and back; names that this version does not know are left out.
[[nodiscard]] std::string join_actions(const std::vector<Action>& actions);
[[nodiscard]] std::vector<Action> split_actions(std::string_view text);

// Purposes of digests.
inline constexpr std::string_view kTokenPurpose = "token";
inline constexpr std::string_view kSessionPurpose = "session";
inline constexpr std::string_view kLinkPurpose = "link";
inline constexpr std::string_view kChallengePurpose = "challenge";
inline constexpr std::string_view kRecoveryPurpose = "recovery";

}  // namespace revier::identity::detail
