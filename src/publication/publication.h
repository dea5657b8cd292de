// SPDX-License-Identifier: EUPL-1.2
// From a count in the records to the public entity that shows it.
//
// Seats, slots and holds are true in the records; the entity follows. The transaction that changes
// a count calls write() with the new value; a Publisher carries it to the broker after the commit.
// Each (entity, attribute) has a revision that only grows: the broker stores it with the entity and
// skips older ones, so after a crash everything is simply offered again.
//
// The figure may be late, never wrong for good; no decision reads it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "records/records.h"

namespace revier::publication {

struct Item {
  std::string entity;     // id of the entity
  std::string attribute;  // IRI or core term of the attribute
  std::int64_t value;
  std::int64_t revision;  // grows by one with each write
};

[[nodiscard]] std::span<const records::Migration> migrations();

// Inside the transaction that changes the count. Returns the item with its new revision.
[[nodiscard]] Result<Item> write(records::Session& session, std::string_view entity,
                                 std::string_view attribute, std::int64_t value);

// The newest item of each (entity, attribute), for the start after a crash.
[[nodiscard]] Result<std::vector<Item>> all(records::Session& session);

// Carries items to where entities live, newest revision of each only, from a thread of its own.
// Thread safety: offer() from any thread. The destructor delivers what was offered and joins.
class Publisher {
 public:
  // `deliver` writes one item through the broker's change pipeline and blocks until it is durable.
  // kResourceNotFound (the entity is not there yet) drops the item: whoever creates the entity
  // offers again. Any other error is tried again after a pause.
  using Deliver = std::function<Result<>(const Item&)>;
  explicit Publisher(Deliver deliver);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void offer(const Item& item);
  // Blocks until everything offered so far is delivered or dropped; for tests and shutdown.
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace revier::publication
