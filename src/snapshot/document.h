// SPDX-License-Identifier: EUPL-1.2
// Snapshots to and from JSON (ETSI GS CIM 009 V1.9.1, clauses 5.2.41, 5.3.4, 5.16), and the query
// that selects those to be purged (5.16.7, 4.9).
//
// Errors, all: kBadRequestData with `field`.
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "ngsi/predicate.h"
#include "snapshot/types.h"

namespace revier::snapshot {

struct Lifetimes {
  Duration usual = Duration::hours(24);  // where none is asked for
  Duration longest = Duration::days(7);
};

// A snapshot to be made at `now`: id (empty where it has none), document, priority, times. A clone
// has no queries (5.16.2.3), all others have some; these are looked at as far as that goes without
// running them.
struct Reading {
  jsonld::ContextPtr context;
  Instant now;
  Lifetimes lifetimes;
  bool clone = false;
};
[[nodiscard]] Result<Snapshot> parse(const json::Value& document, const Reading& reading);

// The snapshot after a fragment (5.16.4, 5.5.8): its members take the place of those that are
// there, null and the NGSI-LD Null remove; a lifetime counts from `reading.now`.
[[nodiscard]] Result<Snapshot> patched(const Snapshot& before, const json::Value& fragment,
                                       const Reading& reading);

// As a client sees it. `secrets`: with endpoint and receiverInfo.
struct Shown {
  const jsonld::Context& context;
  bool with_context = false;
  bool secrets = true;
};
[[nodiscard]] std::string to_json(const Snapshot& snapshot, const Shown& shown);
// SnapshotNotification (5.3.4).
[[nodiscard]] std::string notification(const Snapshot& snapshot, Instant at);

// Where the notification goes, and the pairs of receiverInfo.
struct Receiver {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
};
[[nodiscard]] Receiver receiver_of(const Snapshot& snapshot);

// Which snapshots q means; it may name members of the data type only.
class Selecting {
 public:
  [[nodiscard]] static Result<Selecting> make(std::string_view q, const jsonld::Context& core);
  [[nodiscard]] bool matches(const Snapshot& snapshot) const;

 private:
  explicit Selecting(std::string q, const jsonld::Context& core) : q_(std::move(q)), core_(&core) {}
  std::string q_;  // over names of its own, which no system member has
  const jsonld::Context* core_;
};

}  // namespace revier::snapshot
