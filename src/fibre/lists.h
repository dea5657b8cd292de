// SPDX-License-Identifier: EUPL-1.2
// The list in force: kept in the records, asked in memory.
//
// The next list takes the place of the one before in one transaction, together with the letters to
// those who asked to hear of changes: after a crash both are there or neither. What the public sees
// as entities (areas.h) follows; where it could not, it is offered again.
//
// Addresses are no entities: sixty thousand of them would cost 70 MB of memory and as many writes
// for each list, and nobody subscribes to the attributes of a house. A street is one row.
//
// Thread safety: now() from any thread; the Tasks from io threads.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/thread_safety.h"
#include "fibre/directory.h"
#include "fibre/read_list.h"
#include "records/records.h"

namespace revier::fibre {

struct ListOrder {
  std::string source;       // 1 to 200 bytes
  std::string as_of;        // "2025-01-31", not in the future
  bool invented = false;    // an example
  bool older_too = false;   // also where the list in force is of a later day
  std::string imported_by;  // who imports it
  // Runs in the transaction, with the list's id: the line of the audit log.
  std::function<Result<>(records::Session&, std::int64_t)> note = {};
};

// What a list would change.
struct Difference {
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::int64_t changed = 0;
  std::int64_t same = 0;
};
[[nodiscard]] Difference difference(const Directory& before, const std::vector<Street>& after);

class Lists {
 public:
  // All of it outlives the lists.
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    // Runs in the transaction that puts `after` in the place of `before`.
    std::function<Result<>(records::Session&, const Directory& before, const Directory& after)>
        also = {};
    // Makes the entities follow; may be empty.
    std::function<Task<Result<>>(DirectoryPtr)> publish = {};
  };
  [[nodiscard]] static std::span<const records::Migration> migrations();
  // Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Lists>> open(Needs needs);

  // The list in force; head().id is 0 where there is none.
  [[nodiscard]] DirectoryPtr now() const;

  // Durable when it answers. Errors: kBadRequestData (with the field), kConflict (field "as_of": an
  // older list than the one in force; without a field: another import is under way).
  [[nodiscard]] Task<Result<DirectoryPtr>> replace(ReadList list, ListOrder order);
  // Makes the entities follow where they do not yet. Blocks; call it now and then.
  [[nodiscard]] Result<> tick();

  // Errors: kBadRequestData, kConflict, as replace().
  [[nodiscard]] Result<> check(const ListOrder& order) const;

 private:
  explicit Lists(Needs needs) : needs_(std::move(needs)) {}
  [[nodiscard]] Result<> load(records::Session& session);
  [[nodiscard]] Task<Result<DirectoryPtr>> put(ReadList list, ListOrder order);
  [[nodiscard]] Task<Result<>> publish(DirectoryPtr list);

  const Needs needs_;
  mutable Mutex mutex_;
  DirectoryPtr now_ RV_GUARDED_BY(mutex_) = std::make_shared<const Directory>();
  std::atomic<bool> importing_ = false;
  std::atomic<bool> published_ = true;
};

}  // namespace revier::fibre
