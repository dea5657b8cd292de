// SPDX-License-Identifier: EUPL-1.2
// What the members of a subscription may say.
//
// Thread safety: a pure function.
#pragma once
#include "base/result.h"
#include "subscription/types.h"

namespace revier::subscription::detail {

// MQTT-QoS and MQTT-Version (7.2). Errors: kBadRequestData.
[[nodiscard]] Result<> check_notifier_info(const Endpoint& endpoint);

}  // namespace revier::subscription::detail
