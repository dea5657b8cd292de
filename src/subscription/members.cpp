// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/members.h"

#include <fmt/format.h>

namespace revier::subscription::detail {

Result<> check_notifier_info(const Endpoint& endpoint) {
  for (const auto& [key, value] : endpoint.notifier_info) {
    const bool wrong = (key == "MQTT-QoS" && value != "0" && value != "1" && value != "2") ||
                       (key == "MQTT-Version" && value != "mqtt3.1.1" && value != "mqtt5.0");
    if (wrong) {
      return fail(Code::kBadRequestData, fmt::format("{} is not \"{}\"", key, value),
                  "notification.endpoint.notifierInfo");
    }
  }
  return {};
}

}  // namespace revier::subscription::detail
