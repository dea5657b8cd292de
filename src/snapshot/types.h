// SPDX-License-Identifier: EUPL-1.2
// A snapshot as it is kept: ETSI GS CIM 009 V1.9.1, clauses 4.3.7, 5.2.41, 5.2.42.
//
// Thread safety: values; a SnapshotPtr never changes.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "jsonld/context.h"

namespace revier::snapshot {

// kPreparing: its entities are being gathered, also after a restart.
enum class Status : std::uint8_t { kPreparing, kSuccess, kPartial, kFailure, kEmpty };
[[nodiscard]] std::string_view name_of(Status status);

struct Snapshot {
  std::string id;
  std::string tenant;
  std::string owner;           // Caller::id() of who made it; empty with --no-auth
  std::string document;        // the members of table 5.2.41-1 that were given, as a JSON object
  jsonld::ContextPtr context;  // of the names in its queries; nullptr: cannot be had any more
  std::string cloned_from;     // id; empty: its queries are run
  std::int64_t priority = 5;   // 1 to 10
  Status status = Status::kPreparing;
  std::string details = "[]";           // of its queries, in their order: JSON (5.2.42)
  std::string temporal_details = "[]";  // of its temporal queries
  Instant created_at;
  Instant modified_at;
  Instant expires_at;
  Instant last_used_at;
  bool notice_due = false;  // its endpoint has not been told of the status yet
  bool going = false;       // deleted; what it holds is being taken out
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace revier::snapshot
