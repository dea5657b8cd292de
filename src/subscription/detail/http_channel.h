// SPDX-License-Identifier: EUPL-1.2
// Notifications by HTTP POST (ETSI GS CIM 009 V1.9.1, clause 6.3.8).
//
// Beyond the specification a repeat says so: the header Revier-Attempt carries its number.
// Thread safety: see Channel.
#pragma once
#include "net/client.h"
#include "subscription/detail/channel.h"

namespace revier::subscription::detail {

class HttpChannel final : public Channel {
 public:
  // `client` must outlive it. `timeout_ms`: where the subscription says nothing, and at most.
  HttpChannel(net::Client& client, std::int64_t timeout_ms)
      : client_(client), timeout_ms_(timeout_ms) {}
  void send(Delivery delivery, Done done) override;

 private:
  net::Client& client_;
  const std::int64_t timeout_ms_;
};

}  // namespace revier::subscription::detail
