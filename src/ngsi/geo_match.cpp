// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/geo_match.h"

#include <geos_c.h>
#include <s2/mutable_s2shape_index.h>
#include <s2/s2closest_edge_query.h>
#include <s2/s2earth.h>
#include <s2/s2latlng.h>
#include <s2/s2lax_polyline_shape.h>
#include <s2/s2loop.h>
#include <s2/s2point_vector_shape.h>
#include <s2/s2polygon.h>

#include <charconv>

#include "base/thread_safety.h"

namespace revier::ngsi::detail {
namespace {

enum class Relation : std::uint8_t {
  kNear,
  kFar,
  kWithin,
  kContains,
  kIntersects,
  kDisjoint,
  kEquals,
  kOverlaps
};

struct GeoRel {
  Relation relation = Relation::kNear;
  double distance_m = 0;
};

Result<GeoRel> parse_georel(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Relation>, 6> kPlain = {{
      {"within", Relation::kWithin},
      {"contains", Relation::kContains},
      {"intersects", Relation::kIntersects},
      {"disjoint", Relation::kDisjoint},
      {"equals", Relation::kEquals},
      {"overlaps", Relation::kOverlaps},
  }};
  for (const auto& [name, relation] : kPlain) {
    if (text == name) return GeoRel{relation, 0};
  }
  constexpr std::string_view kMax = "near;maxDistance==";
  constexpr std::string_view kMin = "near;minDistance==";
  const bool far = text.starts_with(kMin);
  if (far || text.starts_with(kMax)) {
    text.remove_prefix(kMax.size());
    double metres = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), metres);
    if (error == std::errc() && end == text.data() + text.size() && metres > 0 && metres < 1e9) {
      return GeoRel{far ? Relation::kFar : Relation::kNear, metres};
    }
  }
  return fail(Code::kBadRequestData,
              "georel must be within, contains, intersects, disjoint, equals, overlaps, "
              "near;maxDistance==METRES or near;minDistance==METRES, METRES more than 0",
              "georel");
}

S2Point point_of(const Position& position) {
  return S2LatLng::FromDegrees(position.latitude, position.longitude).ToPoint();
}

// Calls take(begin, end) for each line or ring: places in geometry.positions.
template <class Take>
void for_each_path(const Geometry& geometry, std::uint32_t first, std::uint32_t last, Take take) {
  for (std::uint32_t path = first; path < last; ++path) {
    take(path == 0 ? 0 : geometry.path_ends[path - 1], geometry.path_ends[path]);
  }
}

std::vector<S2Point> points_of(const Geometry& geometry, std::uint32_t begin, std::uint32_t end) {
  std::vector<S2Point> points;
  for (std::uint32_t i = begin; i < end; ++i) {
    const S2Point point = point_of(geometry.positions[i]);
    if (points.empty() || points.back() != point) points.push_back(point);
  }
  return points;
}

// The rings of a polygon as S2 wants them: open, and the smaller side is inside.
std::unique_ptr<S2Polygon> polygon_of(const Geometry& geometry, std::uint32_t polygon) {
  const std::uint32_t first = polygon == 0 ? 0 : geometry.polygon_ends[polygon - 1];
  std::vector<std::unique_ptr<S2Loop>> loops;
  for_each_path(geometry, first, geometry.polygon_ends[polygon], [&](auto begin, auto end) {
    std::vector<S2Point> points = points_of(geometry, begin, end);
    if (points.size() > 1 && points.front() == points.back()) points.pop_back();
    if (points.size() < 3) return;
    auto loop = std::make_unique<S2Loop>(points, S2Debug::DISABLE);
    loop->Normalize();
    loops.push_back(std::move(loop));
  });
  auto made = std::make_unique<S2Polygon>();
  made->set_s2debug_override(S2Debug::DISABLE);
  made->InitNested(std::move(loops));
  return made;
}

// Fills an index; polygons are kept in `polygons`, which must outlive it.
void fill(const Geometry& geometry, MutableS2ShapeIndex& index,
          std::vector<std::unique_ptr<S2Polygon>>& polygons) {
  if (geometry.path_ends.empty()) {
    std::vector<S2Point> points;
    for (const Position& position : geometry.positions) points.push_back(point_of(position));
    index.Add(std::make_unique<S2PointVectorShape>(std::move(points)));
  } else if (geometry.polygon_ends.empty()) {
    for_each_path(geometry, 0, static_cast<std::uint32_t>(geometry.path_ends.size()),
                  [&](auto begin, auto end) {
                    auto points = points_of(geometry, begin, end);
                    if (points.size() == 1) points.push_back(points.front());
                    index.Add(std::make_unique<S2LaxPolylineShape>(points));
                  });
  } else {
    for (std::uint32_t i = 0; i < geometry.polygon_ends.size(); ++i) {
      polygons.push_back(polygon_of(geometry, i));
      index.Add(std::make_unique<S2Polygon::Shape>(polygons.back().get()));
    }
  }
}

// Distances to the reference.
class SphereMatch {
 public:
  SphereMatch(const Geometry& reference, double distance_m)
      : limit_(S2Earth::ToAngle(util::units::Meters(distance_m))) {
    fill(reference, index_, polygons_);
    index_.ForceBuild();
    if (reference.shape == Shape::kPoint) point_ = point_of(reference.positions.front());
  }

  [[nodiscard]] bool is_near(const Geometry& target) const {
    const bool is_point = target.shape == Shape::kPoint;
    const S2Point point = point_of(target.positions.front());
    if (is_point && point_) return S1Angle(*point_, point) <= limit_;
    S2ClosestEdgeQuery query(&index_);
    if (is_point) {
      S2ClosestEdgeQuery::PointTarget to(point);
      return query.IsDistanceLessOrEqual(&to, S1ChordAngle(limit_));
    }
    MutableS2ShapeIndex target_index;
    std::vector<std::unique_ptr<S2Polygon>> target_polygons;
    fill(target, target_index, target_polygons);
    S2ClosestEdgeQuery::ShapeIndexTarget to(&target_index);
    return query.IsDistanceLessOrEqual(&to, S1ChordAngle(limit_));
  }

 private:
  const S1Angle limit_;
  std::vector<std::unique_ptr<S2Polygon>> polygons_;
  MutableS2ShapeIndex index_;
  std::optional<S2Point> point_;
};

// GEOS with the reference prepared. A GEOS context and a prepared geometry serve one thread at a
// time.
class PlaneMatch {
 public:
  explicit PlaneMatch(const Geometry& reference)
      : geos_(GEOS_init_r()),
        reference_(made(reference)),
        prepared_(reference_ == nullptr ? nullptr : GEOSPrepare_r(geos_, reference_)),
        bounds_(bounds_of(reference)) {}
  ~PlaneMatch() {
    if (prepared_ != nullptr) GEOSPreparedGeom_destroy_r(geos_, prepared_);
    if (reference_ != nullptr) GEOSGeom_destroy_r(geos_, reference_);
    GEOS_finish_r(geos_);
  }
  PlaneMatch(const PlaneMatch&) = delete;
  PlaneMatch& operator=(const PlaneMatch&) = delete;

  [[nodiscard]] bool ready() const { return prepared_ != nullptr; }

  [[nodiscard]] bool matches(Relation relation, const Geometry& target) const {
    if (apart(bounds_of(target))) return relation == Relation::kDisjoint;
    const Lock lock(mutex_);
    GEOSGeometry* geometry = made(target);
    if (geometry == nullptr) return false;
    const bool holds = asked(relation, geometry) == 1;
    GEOSGeom_destroy_r(geos_, geometry);
    return holds;
  }

 private:
  [[nodiscard]] bool apart(const Bounds& other) const {
    return other.high.longitude < bounds_.low.longitude ||
           other.low.longitude > bounds_.high.longitude ||
           other.high.latitude < bounds_.low.latitude || other.low.latitude > bounds_.high.latitude;
  }

  // 1 true, 0 false, 2 where GEOS could not tell.
  [[nodiscard]] char asked(Relation relation, const GEOSGeometry* target) const {
    switch (relation) {
      case Relation::kWithin:
        return GEOSPreparedContains_r(geos_, prepared_, target);
      case Relation::kContains:
        return GEOSPreparedWithin_r(geos_, prepared_, target);
      case Relation::kIntersects:
        return GEOSPreparedIntersects_r(geos_, prepared_, target);
      case Relation::kDisjoint:
        return GEOSPreparedDisjoint_r(geos_, prepared_, target);
      case Relation::kEquals:
        return GEOSEquals_r(geos_, reference_, target);
      case Relation::kOverlaps:
        return GEOSPreparedOverlaps_r(geos_, prepared_, target);
      case Relation::kNear:
      case Relation::kFar:
        break;
    }
    return 0;
  }

  [[nodiscard]] GEOSCoordSequence* sequence(const Geometry& geometry, std::uint32_t begin,
                                            std::uint32_t end) const {
    GEOSCoordSequence* sequence = GEOSCoordSeq_create_r(geos_, end - begin, 2);
    for (std::uint32_t i = begin; i < end && sequence != nullptr; ++i) {
      const Position& position = geometry.positions[i];
      GEOSCoordSeq_setXY_r(geos_, sequence, i - begin, position.longitude, position.latitude);
    }
    return sequence;
  }

  [[nodiscard]] GEOSGeometry* polygon(const Geometry& geometry, std::uint32_t polygon) const {
    const std::uint32_t first = polygon == 0 ? 0 : geometry.polygon_ends[polygon - 1];
    std::vector<GEOSGeometry*> rings;
    for_each_path(geometry, first, geometry.polygon_ends[polygon], [&](auto begin, auto end) {
      rings.push_back(GEOSGeom_createLinearRing_r(geos_, sequence(geometry, begin, end)));
    });
    return GEOSGeom_createPolygon_r(geos_, rings.front(), rings.data() + 1,
                                    static_cast<unsigned>(rings.size() - 1));
  }

  [[nodiscard]] GEOSGeometry* collected(int type, std::vector<GEOSGeometry*>& parts) const {
    return GEOSGeom_createCollection_r(geos_, type, parts.data(),
                                       static_cast<unsigned>(parts.size()));
  }

  // A geometry of GEOS; nullptr where it refuses the coordinates.
  [[nodiscard]] GEOSGeometry* made(const Geometry& geometry) const {
    std::vector<GEOSGeometry*> parts;
    if (geometry.path_ends.empty()) {
      for (std::uint32_t i = 0; i < geometry.positions.size(); ++i) {
        parts.push_back(GEOSGeom_createPoint_r(geos_, sequence(geometry, i, i + 1)));
      }
    } else if (geometry.polygon_ends.empty()) {
      for_each_path(
          geometry, 0, static_cast<std::uint32_t>(geometry.path_ends.size()),
          [&](auto begin, auto end) {
            parts.push_back(GEOSGeom_createLineString_r(geos_, sequence(geometry, begin, end)));
          });
    } else {
      for (std::uint32_t i = 0; i < geometry.polygon_ends.size(); ++i) {
        parts.push_back(polygon(geometry, i));
      }
    }
    switch (geometry.shape) {
      case Shape::kMultiPoint:
        return collected(GEOS_MULTIPOINT, parts);
      case Shape::kMultiLineString:
        return collected(GEOS_MULTILINESTRING, parts);
      case Shape::kMultiPolygon:
        return collected(GEOS_MULTIPOLYGON, parts);
      default:
        return parts.front();
    }
  }

  mutable Mutex mutex_;
  GEOSContextHandle_t geos_;
  GEOSGeometry* reference_;
  const GEOSPreparedGeometry* prepared_;
  const Bounds bounds_;
};

}  // namespace

struct GeoMatch::State {
  GeoRel georel;
  Geometry reference;
  std::optional<SphereMatch> sphere;
  std::optional<PlaneMatch> plane;

  State(GeoRel how, Geometry of) : georel(how), reference(std::move(of)) {
    if (how.relation == Relation::kNear || how.relation == Relation::kFar) {
      sphere.emplace(reference, how.distance_m);
    } else {
      plane.emplace(reference);
    }
  }
};

GeoMatch::GeoMatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
GeoMatch::~GeoMatch() = default;

Result<std::shared_ptr<const GeoMatch>> GeoMatch::compile(const Selection& selection) {
  if (selection.geometry.empty() || selection.coordinates.empty()) {
    return fail(Code::kBadRequestData, "georel needs geometry and coordinates", "georel");
  }
  RV_ASSIGN(const GeoRel georel, parse_georel(selection.georel));
  auto reference = parse_geometry(selection.geometry, selection.coordinates);
  if (!reference) {
    return fail(Code::kBadRequestData, fmt::format("coordinates: {}", reference.error().message),
                "coordinates");
  }
  auto state = std::make_unique<State>(georel, *std::move(reference));
  if (state->plane && !state->plane->ready()) {
    return fail(Code::kBadRequestData, "coordinates: not a geometry", "coordinates");
  }
  return std::shared_ptr<const GeoMatch>(new GeoMatch(std::move(state)));
}

bool GeoMatch::matches(const Geometry& target) const {
  if (state_->plane) return state_->plane->matches(state_->georel.relation, target);
  return state_->sphere->is_near(target) == (state_->georel.relation == Relation::kNear);
}

std::optional<Hints::Area> GeoMatch::area() const {
  const Relation relation = state_->georel.relation;
  if (relation == Relation::kFar || relation == Relation::kDisjoint) return std::nullopt;
  return Hints::Area{kNoName, state_->reference, state_->georel.distance_m};
}

}  // namespace revier::ngsi::detail
