// SPDX-License-Identifier: EUPL-1.2
// Context source registrations (ETSI GS CIM 009 V1.9.1, clauses 5.9, 5.10, 5.12): kept in the
// store, all of them in memory.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "context/broker.h"
#include "federation/types.h"
#include "jsonld/catalogue.h"
#include "ngsi/predicate.h"
#include "store/store.h"

namespace revier::federation {

// What is looked for, names as IRIs but in `selection`, which is read under the context.
struct Wanted {
  // Ids, id pattern and type selection; `attrs` stay empty, csf is `q` here. With scopeQ and
  // geo-query.
  ngsi::Selection selection;
  std::vector<std::string> attributes;   // empty: all
  std::vector<std::string> dataset_ids;  // empty: all
  // nullopt: sources of the latest state; else sources of history that overlap.
  struct Times {
    Interval interval;
    bool by_observation = true;
  };
  std::optional<Times> times;
  // Sources of both: writes of history.
  bool any_times = false;
};

// A registration that matches.
struct Match {
  RegistrationPtr registration;
  std::vector<bool> information;            // which of its elements match
  std::vector<std::vector<bool>> entities;  // which entities of each (empty where it names none)
};

// A change of registrations, told after its commit on the writer thread: nullptr is one that is
// not.
struct Changed {
  RegistrationPtr before;
  RegistrationPtr after;
};

class Registrations {
 public:
  struct Needs {
    store::Store& store;
    context::Broker& broker;
    jsonld::ContextPtr core;
    const Clock& civil_clock;
    std::size_t registrations_max = 10'000;  // a tenant
  };
  // Reads what is stored. Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Registrations>> open(const Needs& needs);
  virtual ~Registrations() = default;

  // 5.9.2. Its id, a new one where it has none. Errors: kAlreadyExists; kConflict with a proxied
  // registration or an entity that is here (4.3.6.3); kInsufficientStorage.
  [[nodiscard]] virtual Task<Result<std::string>> create(Registration registration) = 0;
  // 5.9.3. Errors: kResourceNotFound, kConflict, and what document.h says.
  [[nodiscard]] virtual Task<Result<>> update(std::string tenant, std::string id,
                                              std::string fragment, jsonld::ContextPtr context) = 0;
  // 5.9.4. Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> remove(std::string tenant, std::string id) = 0;
  // 5.10.1; nullptr where there is none.
  [[nodiscard]] virtual RegistrationPtr find(std::string_view tenant,
                                             std::string_view id) const = 0;
  [[nodiscard]] virtual std::vector<RegistrationPtr> list(std::string_view tenant) const = 0;

  // 5.12, by id. Errors: kBadRequestData: the selection does not compile.
  [[nodiscard]] virtual Result<std::vector<Match>> match(std::string_view tenant,
                                                         const Wanted& wanted,
                                                         const jsonld::Context& context) const = 0;
  // The same for one, whether it is kept or not; nullopt where it does not fit.
  [[nodiscard]] virtual Result<std::optional<Match>> match_one(
      const RegistrationPtr& registration, const Wanted& wanted,
      const jsonld::Context& context) const = 0;
  // False where no tenant has one: costs one look at a number.
  [[nodiscard]] virtual bool any() const = 0;

  [[nodiscard]] virtual Counters counters(const Registration& registration) const = 0;
  // Counts a request to a source.
  virtual void count(const Registration& registration, bool failed) = 0;

  // `listener` hears of changes from now on; nullptr: nobody does. It must not wait.
  using Listener = std::function<void(const Changed&)>;
  virtual void set_listener(Listener listener) = 0;

  // Removes what has expired. Call every second; blocks until it is durable.
  [[nodiscard]] virtual Result<> tick() = 0;
};

}  // namespace revier::federation
