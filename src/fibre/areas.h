// SPDX-License-Identifier: EUPL-1.2
// What is public of a list as entities: one FibreArea a district, and one of them all.
//
//   id    urn:ngsi-ld:FibreArea:{slug of the district}; "gesamt" is all of them
//   type  urn:revier:ns:FibreArea
//   name, location (middle of the addresses), and as properties with observedAt, the day of the
//   list: addressCount, availableCount, underConstructionCount, plannedCount, notPlannedCount,
//   unknownCount, coverage (per cent); source, sourceDate, isInvented
//
// Their history is the coverage over time.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fibre/directory.h"
#include "fibre/plot.h"

namespace revier::fibre {

inline constexpr std::string_view kAreaType = "urn:revier:ns:FibreArea";
inline constexpr std::string_view kWholeArea = "urn:ngsi-ld:FibreArea:gesamt";

[[nodiscard]] std::string area_id(std::string_view district);

struct AreaEntity {
  std::string id;
  std::string json;  // normalised, names as IRIs
};
// `name` is what the whole is called. Empty without a list.
[[nodiscard]] std::vector<AreaEntity> area_entities(const Directory& list, std::string_view name);

// From the temporal evolution of the whole area (JSON, attributes as lists of instances with IRIs
// as names). Errors: kInvalidRequest.
[[nodiscard]] Result<std::vector<CoveragePoint>> coverage_of(std::string_view evolution);

}  // namespace revier::fibre
