// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/mqtt_channel.h"

#include "context/broker.h"
#include "json/json.h"
#include "subscription/document.h"

namespace revier::subscription::detail {
namespace {

// Table 7.2-2; a repeat says so by Revier-Attempt, as over HTTP.
std::string payload_of(const Delivery& delivery) {
  const Endpoint& endpoint = delivery.subscription.notification.endpoint;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.key("metadata").begin_object();
  out.member("Content-Type", std::string(name_of(endpoint.accept)));
  if (!delivery.link.empty()) out.member("Link", delivery.link);
  const std::string_view tenant = context::tenant_of_space(delivery.subscription.tenant);
  const std::string_view snapshot = context::snapshot_of_space(delivery.subscription.tenant);
  if (!tenant.empty()) out.member("NGSILD-Tenant", tenant);
  if (!snapshot.empty()) out.member("NGSILD-Snapshot", snapshot);
  out.member("Revier-Attempt", delivery.attempt);
  for (const auto& [key, value] : endpoint.receiver_info) {
    if (key != "Content-Type" && key != "Link") out.member(key, value);
  }
  out.end_object();
  out.key("body").raw(delivery.body);
  out.end_object();
  return text;
}

}  // namespace

void MqttChannel::send(Delivery delivery, Done done) {
  const Endpoint& endpoint = delivery.subscription.notification.endpoint;
  net::MqttMessage message;
  message.url = endpoint.uri;
  message.payload = payload_of(delivery);
  message.deadline_ms =
      endpoint.timeout_ms > 0 ? std::min(endpoint.timeout_ms, timeout_ms_) : timeout_ms_;
  for (const auto& [key, value] : endpoint.notifier_info) {
    if (key == "MQTT-QoS") message.quality = value.front() - '0';
    if (key == "MQTT-Version") message.version_5 = value == "mqtt5.0";
  }
  publisher_.publish(std::move(message), [done = std::move(done)](const Result<>& result) {
    if (result) return done({.delivered = true});
    done({.delivered = false,
          .final = result.error().code == Code::kBadRequestData,
          .reason = result.error().message});
  });
}

}  // namespace revier::subscription::detail
