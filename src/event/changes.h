// SPDX-License-Identifier: EUPL-1.2
// What happened to the sessions of the programme: releases, changes, and where each session stands.
//
// The ledger follows the entities: whatever way a session was written (a release, the API, an
// import), the difference to what the ledger last saw becomes one Change with the next sequence
// number. Pages, calendars and feeds all tell from here, so that they tell the same.
//
// Thread safety: values; a Ledger is constant once it is published.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "event/types.h"

namespace revier::event {

enum class ChangeKind : std::uint8_t {
  kCreated,
  kMoved,  // another day, start or end
  kRoom,
  kRetitled,
  kCancelled,   // stays in the programme, marked
  kReinstated,  // takes place after all
  kRemoved,     // is not in the programme any more
  kDetails,     // anything else: abstract, speakers, track, seats
};
// "created", "moved", "room", "retitled", "cancelled", "reinstated", "removed", "details".
[[nodiscard]] std::string_view to_string(ChangeKind kind);

struct Change {
  std::int64_t sequence = 0;  // grows by one over all sessions
  std::string session;        // id
  std::int64_t release = 0;   // its number; 0 for a write by the API
  Instant at;                 // civil time
  std::vector<ChangeKind> kinds;
  std::shared_ptr<const Session> before;  // nullptr for a new one
  std::shared_ptr<const Session> after;   // nullptr for a removed one
  [[nodiscard]] const Session& newest() const { return after ? *after : *before; }
  [[nodiscard]] bool has(ChangeKind kind) const;
};
using ChangePtr = std::shared_ptr<const Change>;

// In the order of the enumeration; empty where both are the same.
[[nodiscard]] std::vector<ChangeKind> kinds_between(const Session* before, const Session* after);

// Where a session stands.
struct Standing {
  std::int64_t number = 0;    // from 1, never given twice
  std::int64_t sequence = 0;  // of this session: 0 as created, one more with each change (iCal)
  Instant created_at;
  Instant modified_at;
  bool removed = false;
  std::shared_ptr<const Session> session;  // as last seen
};

struct Release {
  std::int64_t number = 0;  // from 1
  Instant at;
  Localised note;  // what changed, in the organiser's words; en may be empty
  std::string by;  // sign-in name; not for the public
};

struct Ledger {
  std::vector<Release> releases;   // newest first
  std::vector<ChangePtr> changes;  // newest first, the last thousand
  std::map<std::string, Standing, std::less<>> sessions;

  [[nodiscard]] const Standing* standing(std::string_view session) const;
  [[nodiscard]] const Release* release(std::int64_t number) const;
  // Of the newest change; 0 before the first.
  [[nodiscard]] std::int64_t sequence() const;
  // "RELEASE.SEQUENCE": another one after each change.
  [[nodiscard]] std::string version() const;
  // When the programme changed last; nullopt before the first change.
  [[nodiscard]] std::optional<Instant> changed_at() const;
  // The session was there from the beginning: created with the first release, or, where sessions
  // came by the API, on the first day. Such a creation is no news.
  [[nodiscard]] bool is_first_version(const Change& change) const;
  // What a visitor should be told of a session: its changes of time, room, title and state since it
  // was published, newest first.
  [[nodiscard]] const std::vector<ChangePtr>& news_of(std::string_view session) const;

  // The very first change; where it belongs decides what the first version is.
  ChangePtr first;
  // By session; made by index_news().
  std::map<std::string, std::vector<ChangePtr>, std::less<>> news;
};
using LedgerPtr = std::shared_ptr<const Ledger>;

// Changes that a visitor should hear of: all but mere details and the first version.
[[nodiscard]] bool is_news(const Ledger& ledger, const Change& change);
void index_news(Ledger& ledger);

}  // namespace revier::event
