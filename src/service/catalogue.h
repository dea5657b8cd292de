// SPDX-License-Identifier: EUPL-1.2
// All services at one moment with their search indexes, and the one writer of their entities.
//
// The entities in the broker are what is true. Readers get a Catalogue that never changes; it is
// made anew at the next question after an entity of that type has changed, whichever way
// (`revision` says so). That takes some milliseconds for some hundred services; an index is made by
// the first search in its language.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/thread_safety.h"
#include "event/programme_keeper.h"
#include "service/search.h"
#include "service/types.h"

namespace revier::service {

inline constexpr std::size_t kServicesMax = 5'000;

// What is asked for; empty members mean all.
struct ServiceFilter {
  std::string text;
  std::string situation;
  bool today = false;  // only what is_done_online_today()
};

class Catalogue {
 public:
  explicit Catalogue(std::vector<event::Item> items);

  [[nodiscard]] const std::vector<Service>& services() const { return services_; }  // by name
  [[nodiscard]] const Service* find(std::string_view id) const;
  [[nodiscard]] const event::Item* item(std::string_view id) const;
  // Best first where there is a text, else by name.
  [[nodiscard]] std::vector<const Service*> select(const ServiceFilter& filter,
                                                   web::Language language) const;

 private:
  struct LazyIndex {
    std::once_flag once;
    std::optional<SearchIndex> index;
  };
  [[nodiscard]] const SearchIndex& index(web::Language language) const;

  std::vector<event::Item> items_;  // by id
  std::vector<Service> services_;
  mutable LazyIndex german_;
  mutable LazyIndex english_;
};
using CataloguePtr = std::shared_ptr<const Catalogue>;

class CatalogueKeeper {
 public:
  // Changes whenever an entity of kind() does; does not wait.
  using Revision = std::function<std::uint64_t()>;
  // `entities` outlives it.
  CatalogueKeeper(event::Entities& entities, Revision revision)
      : entities_(entities), revision_(std::move(revision)) {}

  [[nodiscard]] CataloguePtr now() const;
  // Creates or replaces; all in one step of the broker, durable when it answers.
  // Errors: kTooLarge beyond kServicesMax; those of the broker.
  [[nodiscard]] Task<Result<>> put(std::vector<event::Item> items);
  // Errors: kResourceNotFound.
  [[nodiscard]] Task<Result<>> remove(std::string id);

 private:
  event::Entities& entities_;
  const Revision revision_;
  mutable Mutex mutex_;
  mutable CataloguePtr catalogue_ RV_GUARDED_BY(mutex_);
  mutable std::uint64_t made_at_ RV_GUARDED_BY(mutex_) = 0;
};

}  // namespace revier::service
