// SPDX-License-Identifier: EUPL-1.2
// Which registered sources a subscription to entities is to be made at (5.8.1.4).
//
// Thread safety: pure functions, but for Registrations.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "federation/detail/channel.h"
#include "federation/detail/copy.h"
#include "federation/sources.h"
#include "subscription/types.h"

namespace revier::federation::detail {

// The subscription to registrations that belongs to it (5.11.2).
[[nodiscard]] subscription::SubscriptionPtr watching_for(const subscription::Subscription& of,
                                                         std::string id);

// Whether it is told to sources at all.
[[nodiscard]] bool is_distributed(const subscription::Subscription& subscription);
// Whether a copy that is at the one is at the other.
[[nodiscard]] bool same_source(const Registration& one, const Registration& other);

struct SourceOf {
  RegistrationPtr registration;
  std::vector<std::optional<Match>> matches;  // beside the selections of the subscription
};
// Those that match, offer createSubscription, and were not passed by the request that subscribed;
// by id. Errors: kBadRequestData.
[[nodiscard]] Result<std::map<std::string, SourceOf>> sources_of(
    const subscription::Subscription& of, const Registrations& registrations,
    const Channel& channel);

// What the sources are to have.
struct Wish {
  RegistrationPtr registration;
  Reduced told;
};
struct Wishes {
  std::map<std::string, Wish> of;  // by registration
  std::size_t left_out = 0;        // sources beyond sources_max, or whose copy would be too large
  bool no_address = false;         // there are sources, and nowhere that they could notify
};
// Nothing of nullptr. Waits for @contexts of sources. Errors: as of sources_of().
[[nodiscard]] Result<Wishes> wishes_of(const subscription::SubscriptionPtr& subscription,
                                       const SourceNeeds& needs, const Channel& channel,
                                       std::size_t sources_max);

// A request that has passed these brokers, for what this server sends by itself.
class Passing {
 public:
  explicit Passing(const std::vector<std::string>& via);
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  [[nodiscard]] const net::Request& request() const { return request_; }

 private:
  std::string value_;
  std::vector<net::Field> fields_;
  net::Request request_;
};

}  // namespace revier::federation::detail
