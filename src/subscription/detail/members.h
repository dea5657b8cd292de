// SPDX-License-Identifier: EUPL-1.2
// What the members of a subscription may say.
//
// Thread safety: pure functions.
#pragma once
#include <string>

#include "base/result.h"
#include "subscription/types.h"

namespace revier::subscription::detail {

// MQTT-QoS and MQTT-Version (7.2). Errors: kBadRequestData.
[[nodiscard]] Result<> check_notifier_info(const Endpoint& endpoint);

// q of a document, where it stands as it is (4.9). One that was copied out of an address, all its
// quotation marks encoded, means the decoded text.
[[nodiscard]] std::string readable_query(std::string q);

}  // namespace revier::subscription::detail
