// SPDX-License-Identifier: EUPL-1.2
// The outlines of a GeoJSON geometry as a picture, for pages without script.
//
// Thread safety: a pure function.
#pragma once
#include "console/views.h"
#include "json/json.h"

namespace revier::console {

// Of its "coordinates", north above, both axes in the same scale; at most 5,000 positions. Nothing
// for less than two positions.
[[nodiscard]] GeoSketch sketch_of(const json::Value& coordinates);

}  // namespace revier::console
