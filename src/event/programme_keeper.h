// SPDX-License-Identifier: EUPL-1.2
// Keeps the newest Programme for readers, and is the one writer of the event's entities.
//
// Entities (what this domain needs from the broker) is a port: app/ plugs the broker in.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/thread_safety.h"
#include "event/item.h"
#include "event/programme.h"

namespace revier::event {

// The broker as this domain sees it: entities in normalised form with IRIs as names.
class Entities {
 public:
  virtual ~Entities() = default;
  // Creates or replaces; durable when it answers. `entity` is to_entity()'s text.
  [[nodiscard]] virtual Task<Result<>> put(std::string entity) = 0;
  // kResourceNotFound where there is none.
  [[nodiscard]] virtual Task<Result<>> remove(std::string id) = 0;
  // All entities of a type. Does not wait.
  [[nodiscard]] virtual std::vector<std::string> all(std::string_view type) const = 0;
};

// Told after an item was written, before the answer leaves: the ticket domain makes quotas of days
// and bookable sessions.
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

  [[nodiscard]] Task<Result<>> put(Item item);
  [[nodiscard]] Task<Result<>> remove(const KindSpec& kind, std::string id);

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
  mutable SharedMutex mutex_;
  std::shared_ptr<const State> state_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier::event
