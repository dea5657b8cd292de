// SPDX-License-Identifier: EUPL-1.2
// The sensors of the demo city, from demo/herne/city.json, and how they are written.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "demo/values.h"

namespace revier::demo {

struct Sensor {
  std::string id;
  std::string type;
  std::string name;
  std::string location_json;                // GeoJSON
  std::map<std::string, double> constants;  // attribute to value
  struct Live {
    Quantity quantity;
    std::string unit_code;  // UN/CEFACT, may be empty
    double value = 0;
  };
  std::map<std::string, Live> live;
};

// Errors: kBadRequestData naming the sensor.
[[nodiscard]] Result<std::vector<Sensor>> read_sensors(std::string_view json);

// Bodies of batch operations, application/ld+json: the @context maps names to schema.org and Smart
// Data Models. Every sensor says that it is simulated.
[[nodiscard]] std::string whole_entities(const std::vector<Sensor>& sensors, Instant observed);
// Only the live values of those sensors.
[[nodiscard]] std::string live_values(const std::vector<const Sensor*>& sensors, Instant observed);

}  // namespace revier::demo
