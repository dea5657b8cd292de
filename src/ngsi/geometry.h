// SPDX-License-Identifier: EUPL-1.2
// GeoJSON geometries (RFC 7946; all types but GeometryCollection, as clause 4.7.1 says).
//
// Thread safety: plain values and pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace revier::ngsi {

struct Position {
  double longitude = 0;  // degrees, -180 to 180
  double latitude = 0;   // degrees, -90 to 90
  friend bool operator==(const Position&, const Position&) = default;
};

enum class Shape : std::uint8_t {
  kPoint,
  kMultiPoint,
  kLineString,
  kMultiLineString,
  kPolygon,
  kMultiPolygon
};

struct Geometry {
  Shape shape = Shape::kPoint;
  std::vector<Position> positions;          // of all parts, one after the other
  std::vector<std::uint32_t> path_ends;     // ends (in positions) of lines and rings
  std::vector<std::uint32_t> polygon_ends;  // ends (in path_ends) of polygons; shell first
};

struct Bounds {
  Position low{180, 90};
  Position high{-180, -90};
};
// Holds the edges as lines of the plane and as great circles: near measures on the sphere.
[[nodiscard]] Bounds bounds_of(const Geometry& geometry);

// Validates type, nesting, numbers of positions (lines 2, rings 4 and closed), ranges; at most
// 100,000 positions and 256 rings a polygon. Altitudes
// are dropped. Self-intersections are not looked for. Errors: kBadRequestData saying what was
// expected.
[[nodiscard]] Result<Geometry> parse_geometry(const json::Value& geometry);
[[nodiscard]] Result<Geometry> parse_geometry(std::string_view type, std::string_view coordinates);

// From a stored value of a GeoProperty; nullopt for anything else.
[[nodiscard]] std::optional<Geometry> read_geometry(std::string_view json);

}  // namespace revier::ngsi
