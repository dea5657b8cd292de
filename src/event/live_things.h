// SPDX-License-Identifier: EUPL-1.2
// The city's sensors as the pages show them. Port: app/ reads them from the broker.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace revier::event {

enum class ThingKind : std::uint8_t { kParking, kBikes, kCharging, kBin, kAir };

struct LiveThing {
  struct Value {
    std::string attribute;  // short name: "availableSpotNumber"
    double number = 0;
  };
  std::string id;
  ThingKind kind = ThingKind::kParking;
  std::string name;
  std::vector<Value> values;
  std::optional<Instant> observed_at;
  std::string source;  // who says so (dataProvider, source); may be empty
  bool simulated = false;
};

// All sensors of the kinds above, ordered by kind and name. Does not wait.
using FindLiveThings = std::function<std::vector<LiveThing>()>;

}  // namespace revier::event
