// SPDX-License-Identifier: EUPL-1.2
// Notifications by MQTT (ETSI GS CIM 009 V1.9.1, clause 7.2): {"metadata": {...}, "body": {...}}.
//
// Thread safety: see Channel.
#pragma once
#include "net/mqtt.h"
#include "subscription/detail/channel.h"

namespace revier::subscription::detail {

class MqttChannel final : public Channel {
 public:
  // `publisher` must outlive it. `timeout_ms`: where the subscription says nothing, and at most.
  MqttChannel(net::MqttPublisher& publisher, std::int64_t timeout_ms)
      : publisher_(publisher), timeout_ms_(timeout_ms) {}
  void send(Delivery delivery, Done done) override;

 private:
  net::MqttPublisher& publisher_;
  const std::int64_t timeout_ms_;
};

}  // namespace revier::subscription::detail
