// SPDX-License-Identifier: EUPL-1.2
// S2 takes 3 s to compile: this is the one file that includes it.
#include <algorithm>

#include <s2/s1angle.h>
#include <s2/s2cap.h>
#include <s2/s2cell_id.h>
#include <s2/s2earth.h>
#include <s2/s2latlng_rect.h>
#include <s2/s2region_coverer.h>

#include "context/detail/index.h"

namespace revier::context::detail {
namespace {

constexpr int kCellsMax = 8;
// A little more than asked for: the predicate may measure otherwise than S2's sphere.
constexpr double kMarginM = 1;
constexpr double kMarginFactor = 1.01;

S2LatLng lat_lng(Position p) { return S2LatLng::FromDegrees(p.latitude, p.longitude).Normalized(); }

Cells covering(const S2Region& region) {
  S2RegionCoverer::Options options;
  options.set_max_cells(kCellsMax);
  S2RegionCoverer coverer(options);
  std::vector<S2CellId> ids;
  coverer.GetCovering(region, &ids);
  Cells cells;
  cells.reserve(ids.size());
  for (const S2CellId id : ids) cells.push_back(id.id());
  return cells;
}

}  // namespace

Cells cells_of_point(Position point) { return {S2CellId(lat_lng(point)).id()}; }

Cells cells_of_cap(Position center, double radius_m) {
  const S1Angle radius = S2Earth::MetersToAngle(kMarginM + radius_m * kMarginFactor);
  return covering(S2Cap(lat_lng(center).ToPoint(), radius));
}

Cells cells_of_bounds(const ngsi::Bounds& bounds, double distance_m) {
  // From the least to the greatest longitude, as geometry in the plane means it, not the shorter
  // way over the date line.
  const S2LatLngRect rectangle(lat_lng(bounds.low), lat_lng(bounds.high));
  const S1Angle margin = S2Earth::MetersToAngle(kMarginM + distance_m * kMarginFactor);
  return covering(rectangle.ExpandedByDistance(margin));
}

Cells parents_of_cell(std::uint64_t cell) {
  Cells parents;
  const S2CellId id(cell);
  for (int level = 0; level < id.level(); ++level) parents.push_back(id.parent(level).id());
  return parents;
}

bool is_leaf_cell(std::uint64_t cell) { return S2CellId(cell).is_leaf(); }

KeyRange range_of_cell(std::uint64_t cell) {
  const S2CellId id(cell);
  return {id.range_min().id(), id.range_max().id()};
}

}  // namespace revier::context::detail
