// SPDX-License-Identifier: EUPL-1.2
// Keeps the newest Programme for readers, and is the one writer of the event's entities.
//
// Entities (what this domain needs from the broker) is a port: app/ plugs the broker in.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/thread_safety.h"
#include "base/turns.h"
#include "event/item.h"
#include "event/programme.h"

namespace revier::event {

// The broker as this domain sees it: entities in normalised form with IRIs as names.
class Entities {
 public:
  virtual ~Entities() = default;
  struct Write {
    std::string id;
    std::string entity;  // to_entity()'s text; creates or replaces. Empty: removes.
  };
  // All in one step of the broker; durable when it answers. Removing what is not there is
  // kResourceNotFound; the others are written all the same.
  [[nodiscard]] virtual Task<Result<>> write(std::vector<Write> writes) = 0;
  // Whether it would be taken, without writing it. Errors: those of write() for its content.
  [[nodiscard]] virtual Result<> check(const std::string& entity) const = 0;
  // All entities of a type. Does not wait.
  [[nodiscard]] virtual std::vector<std::string> all(std::string_view type) const = 0;
};

// An item as it shall become; nullopt removes it.
struct ItemWrite {
  const KindSpec* kind = nullptr;
  std::string id;
  std::optional<Item> item;
};

// Told after an item was written, before the answer leaves: the ticket domain makes quotas of days
// and bookable sessions. One call at a time, each with the programme as it is then: what is newest
// is told last. It must not write through the keeper.
using OnWritten = std::function<Task<Result<>>(const Programme&)>;

class ProgrammeKeeper {
 public:
  ProgrammeKeeper(Entities& entities, OnWritten on_written)
      : entities_(entities), on_written_(std::move(on_written)) {
    reload();
  }

  [[nodiscard]] ProgrammePtr now() const;
  // The item as it is stored. Errors: kResourceNotFound.
  [[nodiscard]] Result<Item> find(const KindSpec& kind, std::string_view id) const;
  [[nodiscard]] std::vector<Item> list(const KindSpec& kind) const;
  // Whether the entities would take it.
  [[nodiscard]] Result<> check(const Item& item) const { return entities_.check(to_entity(item)); }

  [[nodiscard]] Task<Result<>> put(Item item);
  // Errors: kResourceNotFound.
  [[nodiscard]] Task<Result<>> remove(const KindSpec& kind, std::string id);
  // Together; removing what is gone already is no error here.
  [[nodiscard]] Task<Result<>> write(std::vector<ItemWrite> writes);

  // Reads everything from the entities again: after a start, and when a change came another way.
  void reload();

 private:
  struct State {
    std::vector<Item> items;
    ProgrammePtr programme;
  };
  [[nodiscard]] std::shared_ptr<const State> state() const;
  [[nodiscard]] Task<Result<>> after_change();

  Entities& entities_;
  const OnWritten on_written_;
  Turns following_;
  Mutex reloading_;  // an older reading does not replace a newer one
  mutable SharedMutex mutex_;
  std::shared_ptr<const State> state_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::event
