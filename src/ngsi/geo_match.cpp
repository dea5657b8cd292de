// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/geo_match.h"

#include <geos_c.h>
#include <s2/s2earth.h>
#include <s2/s2edge_distances.h>
#include <s2/s2latlng.h>

#include <algorithm>
#include <charconv>

#include "base/thread_safety.h"

namespace revier::ngsi::detail {
namespace {

// Distances cost the product of both sides' edges.
constexpr std::size_t kNearPositionsMax = 256;

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

// Lines and rings of a geometry as (begin, end) of its positions.
template <class Take>
void for_each_path(const Geometry& geometry, std::uint32_t first, std::uint32_t last, Take take) {
  for (std::uint32_t path = first; path < last; ++path) {
    take(path == 0 ? 0 : geometry.path_ends[path - 1], geometry.path_ends[path]);
  }
}
std::uint32_t first_ring(const Geometry& geometry, std::size_t polygon) {
  return polygon == 0 ? 0 : geometry.polygon_ends[polygon - 1];
}

// By the rings' crossings of a line to the east, in the plane.
bool is_inside(const Geometry& geometry, std::size_t polygon, const Position& point) {
  bool inside = false;
  for_each_path(geometry, first_ring(geometry, polygon), geometry.polygon_ends[polygon],
                [&](std::uint32_t begin, std::uint32_t end) {
                  for (std::uint32_t i = begin + 1; i < end; ++i) {
                    const Position& a = geometry.positions[i - 1];
                    const Position& b = geometry.positions[i];
                    if ((a.latitude > point.latitude) == (b.latitude > point.latitude)) continue;
                    const double part = (point.latitude - a.latitude) / (b.latitude - a.latitude);
                    if (point.longitude < a.longitude + part * (b.longitude - a.longitude)) {
                      inside = !inside;
                    }
                  }
                });
  return inside;
}
bool is_inside_any(const Geometry& geometry, const Position& point) {
  for (std::size_t i = 0; i < geometry.polygon_ends.size(); ++i) {
    if (is_inside(geometry, i, point)) return true;
  }
  return false;
}

// Great-circle edges; a single position is an edge to itself.
struct Edge {
  S2Point from;
  S2Point to;
};
std::vector<Edge> edges_of(const Geometry& geometry) {
  std::vector<S2Point> points;
  points.reserve(geometry.positions.size());
  for (const Position& position : geometry.positions) {
    points.push_back(S2LatLng::FromDegrees(position.latitude, position.longitude).ToPoint());
  }
  std::vector<Edge> edges;
  edges.reserve(points.size());
  if (geometry.path_ends.empty()) {
    for (const S2Point& point : points) edges.push_back({point, point});
  }
  for_each_path(geometry, 0, static_cast<std::uint32_t>(geometry.path_ends.size()),
                [&](std::uint32_t begin, std::uint32_t end) {
                  for (std::uint32_t i = begin + 1; i < end; ++i) {
                    edges.push_back({points[i - 1], points[i]});
                  }
                });
  return edges;
}

// Distances to the reference, edge by edge. S2's own indexes are not used: their layout in the
// system's library differs from what its headers mean under AddressSanitizer.
class SphereMatch {
 public:
  SphereMatch(Geometry reference, double distance_m)
      : reference_(std::move(reference)),
        edges_(edges_of(reference_)),
        limit_(S2Earth::ToAngle(util::units::Meters(distance_m))) {}

  [[nodiscard]] bool is_near(const Geometry& target) const {
    for (const Edge& edge : edges_of(target)) {
      for (const Edge& own : edges_) {
        if (is_near(own, edge)) return true;
      }
    }
    return holds_a_part(reference_, target) || holds_a_part(target, reference_);
  }

  [[nodiscard]] double metres(const Geometry& target) const {
    if (holds_a_part(reference_, target) || holds_a_part(target, reference_)) return 0;
    S1ChordAngle least = S1ChordAngle::Infinity();
    for (const Edge& edge : edges_of(target)) {
      for (const Edge& own : edges_) (void)comes_nearer(own, edge, least);
    }
    return S2Earth::ToMeters(least.ToAngle());
  }

 private:
  [[nodiscard]] bool is_near(const Edge& a, const Edge& b) const {
    S1ChordAngle least = limit_.Successor();
    return comes_nearer(a, b, least);
  }
  static bool comes_nearer(const Edge& a, const Edge& b, S1ChordAngle& least) {
    if (a.from == a.to) return S2::UpdateMinDistance(a.from, b.from, b.to, &least);
    if (b.from == b.to) return S2::UpdateMinDistance(b.from, a.from, a.to, &least);
    return S2::UpdateEdgePairMinDistance(a.from, a.to, b.from, b.to, &least);
  }
  // No edges are near each other: a part of `inner` is inside `outer` whole or not at all.
  static bool holds_a_part(const Geometry& outer, const Geometry& inner) {
    if (outer.polygon_ends.empty()) return false;
    if (inner.path_ends.empty()) {
      return std::any_of(inner.positions.begin(), inner.positions.end(),
                         [&](const Position& point) { return is_inside_any(outer, point); });
    }
    bool held = false;
    for_each_path(inner, 0, static_cast<std::uint32_t>(inner.path_ends.size()),
                  [&](std::uint32_t begin, std::uint32_t) {
                    held = held || is_inside_any(outer, inner.positions[begin]);
                  });
    return held;
  }

  const Geometry reference_;
  const std::vector<Edge> edges_;
  const S1ChordAngle limit_;
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
        // The same positions are equal even where they cross themselves, of which GEOS says
        // nothing.
        if (GEOSEqualsExact_r(geos_, reference_, target, 0) == 1) return 1;
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
    const std::uint32_t first = first_ring(geometry, polygon);
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
  const bool on_sphere = georel.relation == Relation::kNear || georel.relation == Relation::kFar;
  if (on_sphere && reference->positions.size() > kNearPositionsMax) {
    return fail(Code::kTooComplexQuery,
                fmt::format("near takes a reference of at most {} positions", kNearPositionsMax),
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

struct GeoDistance::State {
  SphereMatch sphere;
};

GeoDistance::GeoDistance(std::unique_ptr<State> state) : state_(std::move(state)) {}
GeoDistance::GeoDistance(GeoDistance&& other) noexcept = default;
GeoDistance& GeoDistance::operator=(GeoDistance&& other) noexcept = default;
GeoDistance::~GeoDistance() = default;

Result<GeoDistance> GeoDistance::from(std::string_view type, std::string_view coordinates) {
  RV_ASSIGN(Geometry reference, parse_geometry(type, coordinates));
  if (reference.positions.size() > kNearPositionsMax) {
    return fail(Code::kTooComplexQuery,
                fmt::format("distances are measured from at most {} positions", kNearPositionsMax));
  }
  return GeoDistance(std::make_unique<State>(SphereMatch(std::move(reference), 0)));
}

double GeoDistance::metres(const Geometry& target) const { return state_->sphere.metres(target); }

}  // namespace revier::ngsi::detail
