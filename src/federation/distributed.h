// SPDX-License-Identifier: EUPL-1.2
// Distributed subscriptions (ETSI GS CIM 009 V1.9.1, clauses 5.8.1.4, 5.8.2.4, 5.8.5.4, 5.8.6): a
// subscription to entities that registered context sources have too is made there as well, as a
// copy that notifies this server; what it tells goes on to the subscriber.
//
// A copy follows its subscription and the registration: it is made, changed and deleted with them,
// made again where the source has lost it, and tried again with back-off where the source is away.
// What is to be done is stored before it is done, so that no copy is forgotten over a crash.
//
// Its id at the source is a secret of 160 bits that only the source knows: who tells it may notify.
// A request is not sent on to a broker that it has passed (Via).
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "federation/sources.h"
#include "federation/watchers.h"
#include "subscription/api.h"

namespace revier::federation {

struct DistributedNeeds {
  SourceNeeds sources;
  context::Distribution& distribution;  // of the same sources
  store::Store& store;
  subscription::Subscriptions& subscriptions;  // its listener becomes this
  Watchers& watchers;
  std::int64_t back_off_ms = 15'000;     // after a failure; doubled up to 5 minutes
  std::int64_t look_after_ms = 900'000;  // how often a source is asked whether it still has a copy
  std::size_t sources_max = 64;          // of one subscription
};

inline constexpr std::string_view kNotificationPath = "/ngsi-ld/ex/remote-notify";

class DistributedSubscriptions : public subscription::Distributed {
 public:
  // All of what it needs outlives it. Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<DistributedSubscriptions>> open(
      DistributedNeeds needs);

  struct Source {
    enum class State : std::uint8_t { kWaits, kMade, kRefused, kEnds };
    std::string registration;  // id
    std::string endpoint;
    State state = State::kWaits;
    std::string problem;         // of the last request that failed; empty: none
    std::uint64_t received = 0;  // notifications, since the start of the program
    std::optional<Instant> last_received;
  };
  struct Status {
    std::vector<Source> sources;
    // Sources that match beyond sources_max, or with more entities than a copy names.
    std::size_t left_out = 0;
    std::string problem;  // of the subscription itself, with what to do; empty: none
  };
  [[nodiscard]] virtual Status status(std::string_view tenant, std::string_view id) const = 0;

  // Whose subscription a notification from a source is told to: the tenant. Before anything else is
  // done for whoever sent it. Errors: kBadRequestData; kResourceNotFound: its subscriptionId opens
  // nothing.
  [[nodiscard]] virtual Result<std::string> opened_by(const json::Value& notification) const = 0;
  // A notification from a source; durable when the Task ends. `context`: of its members.
  // Errors: kBadRequestData, kInvalidRequest; kResourceNotFound: its subscriptionId opens nothing;
  // kTooManyRequests; kLdContextNotAvailable.
  [[nodiscard]] virtual Task<Result<>> receive(const json::Value& notification,
                                               jsonld::ContextPtr context) = 0;
};

}  // namespace revier::federation
