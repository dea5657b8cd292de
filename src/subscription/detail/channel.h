// SPDX-License-Identifier: EUPL-1.2
// Ways to a receiver: HTTP(S) and MQTT(S), ETSI GS CIM 009 V1.9.1 clauses 6.3.8 and 7.2.
//
// Thread safety: send() from any thread.
#pragma once
#include <functional>
#include <string>

#include "subscription/types.h"

namespace revier::subscription::detail {

struct Delivery {
  const Subscription& subscription;  // until send() returns
  std::string body;
  std::string link;  // Link header; empty: none
  std::int64_t attempt = 1;
};

struct Outcome {
  bool delivered = false;
  bool final = false;               // a repeat will not help: the receiver refuses this message
  std::string reason;               // of a failure
  std::int64_t retry_after_ms = 0;  // asked for by the receiver; 0: not
};

class Channel {
 public:
  virtual ~Channel() = default;
  // `done` runs once, on any thread, and must not block.
  using Done = std::function<void(Outcome)>;
  virtual void send(Delivery delivery, Done done) = 0;
};

}  // namespace revier::subscription::detail
