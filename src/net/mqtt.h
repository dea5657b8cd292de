// SPDX-License-Identifier: EUPL-1.2
// Publishes to MQTT brokers: 3.1.1 and 5.0, over TCP and TLS, connections kept and shared.
//
// As with net/client.h a broker at a private address is refused unless allowed: the address that
// was looked at is the one that is connected to. With TLS the certificate has to carry the name.
//
// Thread safety: all methods from any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace revier::net {

struct MqttOptions {
  std::vector<std::string> allowed;  // private addresses and networks
  std::string certificates_file;     // PEM of the authorities; empty: the system's
  std::size_t connections_max = 32;  // brokers and users at a time
  std::size_t pending_max = 10'000;
  std::int64_t idle_ms = 60'000;  // then a connection is closed
};

struct MqttMessage {
  std::string url;  // mqtt[s]://[user[:password]@]host[:port]/topic[/...]
  std::string payload;
  int quality = 0;        // of service: 0, 1, 2
  bool version_5 = true;  // else 3.1.1
  std::int64_t deadline_ms = 10'000;
};

// The parts of a URL as above, percent-decoded. Errors: kBadRequestData.
struct MqttUrl {
  bool tls = false;
  std::string user;
  std::string password;
  std::string host;
  int port = 1883;  // 8883 with TLS
  std::string topic;
};
[[nodiscard]] Result<MqttUrl> parse_mqtt_url(std::string_view url);

class MqttPublisher {
 public:
  // Errors: kInvalidRequest naming the wrong network.
  [[nodiscard]] static Result<std::unique_ptr<MqttPublisher>> open(MqttOptions options);
  // What is under way ends with kUnavailable.
  virtual ~MqttPublisher() = default;

  // `done` runs once: quality 0: the message was handed to the connection; 1 and 2: the broker has
  // acknowledged it. On any thread; must not block. That a broker refuses a message is heard by
  // MQTT 5 alone: 3.1.1 acknowledges in any case.
  // Errors: kBadRequestData, also a message that the broker will never take; kForbidden, kTimeout,
  // kUnavailable with the reason.
  using Done = std::function<void(Result<>)>;
  virtual void publish(MqttMessage message, Done done) = 0;
};

}  // namespace revier::net
