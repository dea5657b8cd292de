// SPDX-License-Identifier: EUPL-1.2
// A broker as rights by entity show it (ngsi/rights.h): what is asked of it is asked of what they
// show, and it takes no more than they cover.
//
// Thread safety: as of a Broker, but for SightNow.
#pragma once
#include <memory>

#include "context/broker.h"
#include "jsonld/context.h"
#include "ngsi/rights.h"

namespace revier::context {

using RightsPtr = std::shared_ptr<const ngsi::Rights>;

// Rights over the names of the moment, made anew only where these have changed.
// Thread safety: used by one thread after the other.
class SightNow {
 public:
  explicit SightNow(RightsPtr rights) : rights_(std::move(rights)) {}
  const std::shared_ptr<const ngsi::Sight>& over(const ngsi::Names& names);

 private:
  RightsPtr rights_;
  std::shared_ptr<const ngsi::Sight> sight_;
  std::uint64_t serial_ = 0;
  ngsi::NameId next_ = 0;
};

// Over one tenant of `whole`, which outlives it. `sight` is `rights` over its names as they are;
// `core` is the core @context. What belongs to whole brokers (listeners, spaces, counts) it refuses
// or has none of.
[[nodiscard]] std::unique_ptr<Broker> narrowed_broker(Broker& whole, RightsPtr rights,
                                                      std::shared_ptr<const ngsi::Sight> sight,
                                                      jsonld::ContextPtr core);

}  // namespace revier::context
