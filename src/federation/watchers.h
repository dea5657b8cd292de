// SPDX-License-Identifier: EUPL-1.2
// Subscriptions to context source registrations (ETSI GS CIM 009 V1.9.1, clause 5.11), and their
// notifications (5.3.2, 5.11.7).
//
// A subscriber is told at once which registrations match, then of each change of one that matches,
// in order, as long as who made it may write in the tenant. What a receiver does not take is tried
// again with back-off for an hour, up to 1,000 messages that wait. After a start of the program
// every subscriber is told anew what matches: so its picture is whole again, whatever was under
// way.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/registrations.h"
#include "identity/access.h"
#include "net/client.h"
#include "subscription/document.h"
#include "subscription/types.h"

namespace revier::federation {

class Watchers {
 public:
  struct Needs {
    store::Store& store;
    Registrations& registrations;  // its listener becomes this
    jsonld::Catalogue& catalogue;
    net::Client& client;
    const Clock& civil_clock;
    // Identity::standing(); where it is empty, no rights are looked up.
    std::function<identity::Caller(std::string_view grounds)> standing = {};
    std::int64_t timeout_ms = 10'000;
    std::int64_t back_off_ms = 15'000;       // after the first failure; doubled up to 5 minutes
    std::size_t subscriptions_max = 10'000;  // a tenant
  };
  // Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Watchers>> open(const Needs& needs);
  virtual ~Watchers() = default;

  struct Entry {
    subscription::SubscriptionPtr subscription;
    subscription::Counters counters;
  };

  // 5.11.2. The id, a new one where it has none. Errors: kAlreadyExists, kInsufficientStorage;
  // kOperationNotSupported: an endpoint that is not http(s); kBadRequestData: csf, temporalQ.
  [[nodiscard]] virtual Task<Result<std::string>> create(subscription::Subscription made) = 0;
  // 5.11.3. `grounds` of its owner where it is she who changes it; nullopt: they stay. Errors:
  // kResourceNotFound; kForbidden: this server's own; and as subscription/document.h says.
  [[nodiscard]] virtual Task<Result<>> update(std::string tenant, std::string id,
                                              std::string fragment, jsonld::ContextPtr context,
                                              std::optional<std::string> grounds) = 0;
  // 5.11.6. Errors: kResourceNotFound, kForbidden.
  [[nodiscard]] virtual Task<Result<>> remove(std::string tenant, std::string id) = 0;
  // One that this server makes for itself, not stored: `heard` is called once, and again after
  // every change of registrations that concerns it, on a thread of its own; it must not wait nor
  // call back. In place of another of the same tenant and id. Clients see it, and leave it alone.
  using Heard = std::function<void()>;
  virtual void follow(subscription::SubscriptionPtr watching, Heard heard) = 0;
  virtual void unfollow(std::string_view tenant, std::string_view id) = 0;

  // 5.11.4, 5.11.5
  [[nodiscard]] virtual std::optional<Entry> find(std::string_view tenant,
                                                  std::string_view id) const = 0;
  [[nodiscard]] virtual std::vector<Entry> list(std::string_view tenant) const = 0;
};

}  // namespace revier::federation
