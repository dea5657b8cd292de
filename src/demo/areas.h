// SPDX-License-Identifier: EUPL-1.2
// Outlines of municipalities as entities, from demo/herne/municipalities.geojson.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::demo {

// Body of a batch operation, application/ld+json: one AdministrativeArea (schema.org) a feature,
// with its name, its official key, its outline and whom the outline is owed to.
// Errors: kBadRequestData where it is no collection of features with "ags" and "name".
[[nodiscard]] Result<std::string> area_entities(std::string_view geojson);

}  // namespace revier::demo
