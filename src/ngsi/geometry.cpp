// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ngsi/detail/json_text.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kPositionsMax = 100'000;
constexpr std::size_t kRingsMax = 256;  // of one polygon: comparing them costs their square

constexpr std::array<std::string_view, 6> kShapeNames = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"};

std::optional<Shape> shape_named(std::string_view name) {
  const auto at = std::find(kShapeNames.begin(), kShapeNames.end(), name);
  if (at == kShapeNames.end()) return std::nullopt;
  return static_cast<Shape>(at - kShapeNames.begin());
}

// Reads coordinates; what is wrong is said in error().
class CoordinateReader {
 public:
  explicit CoordinateReader(Geometry& geometry) : geometry_(geometry) {}

  [[nodiscard]] bool read(std::string_view text) {
    switch (geometry_.shape) {
      case Shape::kPoint:
        return position(text);
      case Shape::kMultiPoint:
        return positions(text, 1);
      case Shape::kLineString:
        return path(text, false);
      case Shape::kMultiLineString:
        return paths(text, false);
      case Shape::kPolygon:
        return polygon(text);
      case Shape::kMultiPolygon:
        return each(text, [this](std::string_view part) { return polygon(part); });
    }
    return false;
  }
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  bool refuse(std::string_view why) {
    error_ = why;
    return false;
  }
  template <class Read>
  bool each(std::string_view text, Read read) {
    if (!text.starts_with('[')) return refuse("coordinates must be nested arrays as RFC 7946 says");
    std::size_t parts = 0;
    for (detail::TextCursor cursor(text); cursor.next(); ++parts) {
      if (!read(cursor.value())) return false;
    }
    return parts > 0 || refuse("coordinates must not be empty");
  }
  bool position(std::string_view text) {
    Position position;
    std::size_t numbers = 0;
    const bool read = each(text, [&](std::string_view part) {
      const auto number = detail::number_in(part);
      if (!number) return refuse("a position must be numbers: [longitude, latitude]");
      if (numbers == 0) position.longitude = *number;
      if (numbers == 1) position.latitude = *number;
      ++numbers;
      return true;
    });
    if (!read) return false;
    if (numbers < 2 || numbers > 3) return refuse("a position has two or three numbers");
    if (std::abs(position.longitude) > 180 || std::abs(position.latitude) > 90) {
      return refuse("longitude must be within -180 and 180, latitude within -90 and 90");
    }
    geometry_.positions.push_back(position);
    return geometry_.positions.size() <= kPositionsMax ||
           refuse("a geometry may have at most 100,000 positions");
  }
  bool positions(std::string_view text, std::size_t least) {
    const std::size_t before = geometry_.positions.size();
    if (!each(text, [this](std::string_view part) { return position(part); })) return false;
    if (geometry_.positions.size() - before < least) {
      return refuse(least == 2 ? "a line needs two positions" : "a ring needs four positions");
    }
    return true;
  }
  bool path(std::string_view text, bool ring) {
    const std::size_t before = geometry_.positions.size();
    if (!positions(text, ring ? 4 : 2)) return false;
    if (ring && geometry_.positions[before] != geometry_.positions.back()) {
      return refuse("the last position of a ring must be its first");
    }
    geometry_.path_ends.push_back(static_cast<std::uint32_t>(geometry_.positions.size()));
    return true;
  }
  bool paths(std::string_view text, bool rings) {
    return each(text, [this, rings](std::string_view part) { return path(part, rings); });
  }
  bool polygon(std::string_view text) {
    const std::size_t before = geometry_.path_ends.size();
    if (!paths(text, true)) return false;
    if (geometry_.path_ends.size() - before > kRingsMax) {
      return refuse("a polygon may have at most 256 rings");
    }
    geometry_.polygon_ends.push_back(static_cast<std::uint32_t>(geometry_.path_ends.size()));
    return true;
  }

  Geometry& geometry_;
  std::string_view error_ = "coordinates must be nested arrays as RFC 7946 says";
};

Result<Geometry> from_text(std::string_view type, std::string_view coordinates) {
  const auto shape = shape_named(type);
  if (!shape) {
    return fail(Code::kBadRequestData,
                "a geometry's type must be Point, MultiPoint, LineString, MultiLineString, Polygon "
                "or MultiPolygon");
  }
  Geometry geometry;
  geometry.shape = *shape;
  CoordinateReader reader(geometry);
  if (!reader.read(coordinates)) {
    return fail(Code::kBadRequestData, std::string(reader.error()));
  }
  return geometry;
}

}  // namespace

namespace {

void widen(Bounds& bounds, const Position& position) {
  bounds.low.longitude = std::min(bounds.low.longitude, position.longitude);
  bounds.low.latitude = std::min(bounds.low.latitude, position.latitude);
  bounds.high.longitude = std::max(bounds.high.longitude, position.longitude);
  bounds.high.latitude = std::max(bounds.high.latitude, position.latitude);
}

// The great circle between two positions of about one latitude runs nearer to the pole than both,
// at most to atan(tan(latitude) / cos(half the longitudes' difference)). An edge over more than 180
// degrees goes round the other side.
void widen_by_edge(Bounds& bounds, const Position& from, const Position& to) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double across = std::abs(from.longitude - to.longitude);
  if (across > 180) {
    bounds.low.longitude = -180;
    bounds.high.longitude = 180;
  }
  const double half = std::cos(std::min(across, 360 - across) / 2 * kRadians);
  const auto reach = [half](double latitude) {
    if (std::abs(latitude) >= 90 || half < 1e-9) return std::copysign(90.0, latitude);
    return std::atan(std::tan(latitude * kRadians) / half) / kRadians;
  };
  const double high = std::max(from.latitude, to.latitude);
  const double low = std::min(from.latitude, to.latitude);
  if (high > 0) bounds.high.latitude = std::max(bounds.high.latitude, reach(high));
  if (low < 0) bounds.low.latitude = std::min(bounds.low.latitude, reach(low));
}

}  // namespace

Bounds bounds_of(const Geometry& geometry) {
  Bounds bounds;
  for (const Position& position : geometry.positions) widen(bounds, position);
  std::uint32_t begin = 0;
  for (const std::uint32_t end : geometry.path_ends) {
    for (std::uint32_t i = begin + 1; i < end; ++i) {
      widen_by_edge(bounds, geometry.positions[i - 1], geometry.positions[i]);
    }
    begin = end;
  }
  return bounds;
}

Result<Geometry> parse_geometry(const json::Value& geometry) {
  const auto type = geometry.find("type");
  const auto coordinates = geometry.find("coordinates");
  if (!type || !type->is_string() || !coordinates) {
    return fail(Code::kBadRequestData,
                "must be a GeoJSON geometry: an object with type and coordinates");
  }
  return from_text(*type->as_string(), json::to_text(*coordinates));
}

Result<Geometry> parse_geometry(std::string_view type, std::string_view coordinates) {
  const auto document =
      json::Document::parse(coordinates, {.bytes_max = std::size_t{1} << 20, .depth_max = 8});
  if (!document) {
    return fail(Code::kBadRequestData,
                fmt::format("coordinates must be JSON: {}", document.error().message));
  }
  return from_text(type, json::to_text(document->root()));
}

std::optional<Geometry> read_geometry(std::string_view json) {
  std::string storage;
  const std::string_view type = detail::unquoted(detail::member_of(json, "type"), storage);
  auto geometry = from_text(type, detail::member_of(json, "coordinates"));
  if (!geometry) return std::nullopt;
  return *std::move(geometry);
}

}  // namespace revier::ngsi
