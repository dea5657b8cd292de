// SPDX-License-Identifier: EUPL-1.2
// Modules: ngsi
// Parsers: src/ngsi/geometry.cpp src/ngsi/geo_match.cpp
// Any bytes as GeoJSON geometry: what is taken can be measured and related, and lies within its
// bounds.
#include "base/check.h"
#include "json/json.h"
#include "ngsi/detail/geo_match.h"
#include "ngsi/geometry.h"

using namespace revier;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document =
      json::Document::parse({reinterpret_cast<const char*>(data), size}, {.depth_max = 16});
  if (!document) return 0;
  const auto geometry = ngsi::parse_geometry(document->root());
  if (!geometry) return 0;
  const std::string stored = json::to_text(document->root());
  const auto read = ngsi::read_geometry(stored);
  RV_CHECK(read && read->positions == geometry->positions);
  const std::string type(*document->root().find("type")->as_string());
  const std::string coordinates = json::to_text(*document->root().find("coordinates"));
  const ngsi::Geometry point = *ngsi::parse_geometry("Point", "[7.2,51.5]");
  for (const char* georel : {"near;maxDistance==1000", "near;minDistance==5", "within", "contains",
                             "intersects", "disjoint", "equals", "overlaps"}) {
    const auto match = ngsi::detail::GeoMatch::compile(
        {.georel = georel, .geometry = type, .coordinates = coordinates});
    if (!match) continue;
    (void)(*match)->matches(*geometry);
    (void)(*match)->matches(point);
  }
  return 0;
}
