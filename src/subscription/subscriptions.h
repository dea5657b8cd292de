// SPDX-License-Identifier: EUPL-1.2
// Subscriptions and their notifications (ETSI GS CIM 009 V1.9.1, clauses 5.8 and 7).
//
// A notification that is due is written in the same batch as the change that it tells of, and is
// taken out when the receiver has it: nothing is lost over a crash. Delivered at least once, in
// order for each subscription; a repeat carries the same notification id and the number of its
// attempt. What cannot be delivered becomes a dead letter, which can be read and sent again.
// Throttling delays and joins: when the time is over, the latest state of every entity that
// changed meanwhile is sent.
//
// A subscription of an owner with rights by entity (Subscription::grounds) tells what she would be
// told by a broker that holds nothing but what these show. They are looked up at each change and at
// each attempt to deliver, so that what waits is told by the rights of then, too.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "context/broker.h"
#include "identity/access.h"
#include "jsonld/catalogue.h"
#include "net/client.h"
#include "net/mqtt.h"
#include "subscription/types.h"

namespace revier::subscription {

struct Options {
  std::int64_t timeout_ms = 10'000;  // for one attempt; a subscription may ask for less
  std::int64_t retry_hours = 24;     // then a notification is a dead letter
  std::int64_t dead_letter_days = 7;
  std::size_t subscriptions_max = 10'000;  // a tenant
  std::int64_t back_off_ms = 1'000;        // after the first failure; doubled up to 5 minutes
  // Notifications that wait for one subscriber with rights by entity, who may only read and yet
  // could fill the disk; what comes beside them is left out. Others, who may write, have no such
  // end.
  std::size_t waiting_max = 100'000;
};

// What it stands on; all of it outlives it.
struct Needs {
  store::Store& store;
  context::Broker& broker;
  jsonld::Catalogue& catalogue;
  net::Client& client;
  net::MqttPublisher& mqtt;
  const Clock& civil_clock;
  Options options;
  // Identity::standing(); where it is empty, subscriptions under rights by entity tell nothing.
  std::function<identity::Caller(std::string_view grounds)> standing = {};
};

struct Entry {
  SubscriptionPtr subscription;
  Counters counters;
};

// A change of subscriptions; nullptr is one that is not.
struct Changed {
  SubscriptionPtr before;
  SubscriptionPtr after;
};

// An entity that a context source has notified of, as a change of it.
struct Arrived {
  std::string id;
  ngsi::Mutated what;
};

struct DeadLetter {
  std::uint64_t sequence = 0;
  Instant at;
  std::int64_t attempts = 0;
  std::string reason;
  std::vector<std::string> entities;  // ids
  // The notification as it would be sent now, JSON; told by dead_letter() alone. Empty where it
  // cannot be made any more.
  std::string body;
};
inline constexpr std::uint64_t kAllLetters = 0;  // no letter's sequence
// The sequence of one letter, as an address names it; never kAllLetters.
// Errors: kResourceNotFound for all that is no such number.
[[nodiscard]] Result<std::uint64_t> parse_letter(std::string_view text);

class Subscriptions {
 public:
  // Reads what is stored and starts to deliver what waits. Before the broker's first write.
  // Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Subscriptions>> open(const Needs& needs);
  virtual ~Subscriptions() = default;

  // 5.8.1: a new one; where its id is empty it gets one. Its id.
  // Errors: kAlreadyExists, kInsufficientStorage (of the tenant, or of an owner with grounds).
  static constexpr std::size_t kOfOwnerMax = 100;  // of one owner with rights by entity
  [[nodiscard]] virtual Task<Result<std::string>> create(Subscription subscription) = 0;
  // 5.8.2. `fragment` is JSON, its names are read under `context`.
  // Errors: kResourceNotFound; as document.h says.
  struct Update {
    std::string fragment;
    jsonld::ContextPtr context;
    jsonld::ContextPtr told;  // nullptr: stays
    std::string origin = {};  // of the request; for one that was stored without
    // Of the owner, where it is she who changes it: it tells by her rights of now. nullopt: stays.
    std::optional<std::string> grounds = std::nullopt;
    std::optional<std::string> full_grounds = std::nullopt;
  };
  [[nodiscard]] virtual Task<Result<>> update(std::string_view tenant, std::string_view id,
                                              Update update) = 0;
  // 5.8.5. Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> remove(std::string_view tenant, std::string_view id) = 0;
  // 5.8.3; nullopt where there is none.
  [[nodiscard]] virtual std::optional<Entry> find(std::string_view tenant,
                                                  std::string_view id) const = 0;
  // 5.8.4: by id.
  [[nodiscard]] virtual std::vector<Entry> list(std::string_view tenant) const = 0;

  // Oldest first, at most 1,000. These four block.
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> dead_letters(std::string_view tenant,
                                                                     std::string_view id) const = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<DeadLetter> dead_letter(std::string_view tenant, std::string_view id,
                                                       std::uint64_t sequence) const = 0;
  // The letter, or kAllLetters, waits again, before what comes later; or goes. How many.
  // Errors: kResourceNotFound for one that is not there.
  [[nodiscard]] virtual Result<std::size_t> replay(std::string_view tenant, std::string_view id,
                                                   std::uint64_t sequence) = 0;
  [[nodiscard]] virtual Result<std::size_t> drop_dead_letters(std::string_view tenant,
                                                              std::string_view id,
                                                              std::uint64_t sequence) = 0;

  // `listener` hears of all that there are, at once, and of every change after its commit, on the
  // writer thread: it must not wait. nullptr: nobody hears.
  using Listener = std::function<void(const Changed&)>;
  virtual void set_listener(Listener listener) = 0;
  // What a context source tells waits for this subscription as if it had changed here (5.8.6);
  // durable when the Task ends. `make` runs on the writer thread, its entities are in `names`.
  // Errors: kResourceNotFound; kTooManyRequests: kReceivedMax notifications wait; those of `make`.
  static constexpr std::size_t kReceivedMax = 100'000;
  using Arriving = std::function<Result<std::vector<Arrived>>(const Subscription& subscription,
                                                              ngsi::Names& names, Instant now)>;
  [[nodiscard]] virtual Task<Result<>> receive(std::string tenant, std::string id,
                                               Arriving make) = 0;

  // Dead letters whose time is over go. Call now and then, from one thread; blocks.
  [[nodiscard]] virtual Result<> tick() = 0;
};

}  // namespace revier::subscription
