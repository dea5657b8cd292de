// SPDX-License-Identifier: EUPL-1.2
// Snapshots (ETSI GS CIM 009 V1.9.1, clauses 4.3.7, 5.5.15, 5.16): the yield of queries, kept as it
// was, on which all operations on entities, their history and their subscriptions work.
//
// What a snapshot holds is a space of the broker and of history (context/broker.h): so operations
// on it are those on a tenant, and nothing has a second way. It is filled in the background; after
// a restart what was not finished is begun anew. What is over goes (expiresAt), at tick().
//
// Its endpoint is told of each change of the status, as often as it takes, for about an hour; also
// after a restart.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "context/binding.h"
#include "history/history.h"
#include "net/client.h"
#include "snapshot/document.h"
#include "snapshot/types.h"
#include "subscription/subscriptions.h"

namespace revier::snapshot {

struct Options {
  std::size_t snapshots_max = 16;         // a tenant
  std::size_t entities_max = 100'000;     // a snapshot
  std::size_t instances_max = 1'000'000;  // likewise, of its temporal queries
  Lifetimes lifetimes;
  std::int64_t timeout_ms = 10'000;  // of a notification
  std::int64_t back_off_ms = 1'000;  // after the first failure; doubled up to 5 minutes
};

// What it stands on; all of it outlives it.
struct Needs {
  store::Store& store;
  context::Binding binding;  // broker, catalogue; with the distribution, for queries (5.7.2.4)
  history::History& history;
  subscription::Subscriptions& subscriptions;
  net::Client& client;
  const Clock& civil_clock;
  std::vector<std::string> unkept_types;  // IRIs: what shows people is not frozen
  Options options;
};

class Snapshots {
 public:
  // Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Snapshots>> open(Needs needs);
  // Waits for what is being written; what is not finished goes on at the next start.
  virtual ~Snapshots() = default;

  // 5.16.1, and 5.16.2 where it names what it is cloned from. Its id, a new one where it has none.
  // Errors: kAlreadyExists; kResourceNotFound: nothing to clone; kUnavailable: what is to be cloned
  // is not ready; kInsufficientStorage.
  [[nodiscard]] virtual Task<Result<std::string>> create(Snapshot snapshot) = 0;
  // 5.16.3; nullptr where there is none.
  [[nodiscard]] virtual SnapshotPtr find(std::string_view tenant, std::string_view id) const = 0;
  [[nodiscard]] virtual std::vector<SnapshotPtr> list(std::string_view tenant) const = 0;
  // 5.16.4; what it is then. `fragment` is JSON. Errors: kResourceNotFound, as patched().
  [[nodiscard]] virtual Task<Result<SnapshotPtr>> update(std::string tenant, std::string id,
                                                         std::string fragment) = 0;
  // 5.16.5. Blocks. Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> remove(std::string_view tenant, std::string_view id) = 0;
  // For operations on a snapshot (6.3.22): its space; it has been used now (lastUsedAt).
  // Errors: kResourceNotFound; kUnavailable while it is being prepared.
  [[nodiscard]] virtual Result<std::string> space(std::string_view tenant, std::string_view id) = 0;
  [[nodiscard]] virtual const Options& options() const = 0;

  // Removes what is over. Call every second; blocks.
  [[nodiscard]] virtual Result<> tick() = 0;
};

}  // namespace revier::snapshot
