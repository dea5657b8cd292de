// SPDX-License-Identifier: EUPL-1.2
// The audit log: who has done what to which thing, when.
//
// A line is written in the transaction of the change it tells of, so that neither is without the
// other. It names an account or a token, an action ("account.invite"), and the id of a thing; never
// a value of a person's. Lines are only added, and go when their retention ends.
//
// Who writes: identity::Identity::record(), which knows the caller and both clocks.
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::audit {

[[nodiscard]] std::span<const records::Migration> migrations();

enum class Actor : std::uint8_t {
  kAccount,      // signed in to the console
  kToken,        // an API token
  kCommandLine,  // whoever runs `revier` on the server
  kNobody,       // without credentials: a link, --no-auth
};
[[nodiscard]] std::string_view to_string(Actor actor);

enum class Outcome : std::uint8_t { kDone, kRefused };
[[nodiscard]] std::string_view to_string(Outcome outcome);

struct Line {
  std::int64_t id = 0;  // given on writing, ascending
  Instant civil;        // time of the event's calendar
  Instant real;         // time of the machine
  Actor actor = Actor::kNobody;
  std::string actor_id;    // of the account or token, may be empty
  std::string actor_name;  // sign-in name or label
  std::string action;      // "registration.cancel"
  std::string kind;        // "registration"
  std::string object;      // its id
  Outcome outcome = Outcome::kDone;
};

// Texts are cut at 200 bytes.
[[nodiscard]] Result<> write(records::Session& session, const Line& line);

// What to show, newest first. Empty texts and missing instants do not narrow.
struct Filter {
  std::string actor;  // part of the name, case ignored
  std::string action;
  std::string object;                           // an id
  std::optional<Instant> from = std::nullopt;   // civil time, included
  std::optional<Instant> until = std::nullopt;  // civil time, not included
  std::int64_t before_id = 0;                   // lines before this one; 0: from the newest
  std::int64_t limit = 50;                      // 1 to 10,000
};
[[nodiscard]] Result<std::vector<Line>> list(records::Session& session, const Filter& filter);
// The names of actions that occur, in order.
[[nodiscard]] Result<std::vector<std::string>> actions(records::Session& session);
// Removes what is older; how many lines went.
[[nodiscard]] Result<std::int64_t> purge(records::Session& session, Instant civil_before);

}  // namespace revier::audit
