// SPDX-License-Identifier: EUPL-1.2
#include "console/geo_sketch.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <fmt/format.h>

namespace revier::console {
namespace {

constexpr std::size_t kSketchPositionsMax = 5'000;
constexpr int kSketchDepthMax = 4;  // of a MultiPolygon
constexpr double kSketchWidth = 320;
constexpr double kSketchHeight = 200;
constexpr double kSketchMargin = 8;

struct SketchPosition {
  double longitude;
  double latitude;
};
using SketchPath = std::vector<SketchPosition>;

bool is_sketch_position(const json::Value& value) {
  return value.is_array() && value.size() >= 2 && value.first_or_self().is_number();
}

SketchPosition sketch_position_in(const json::Value& value) {
  SketchPosition position{};
  int place = 0;
  for (const json::Value part : value.elements()) {
    const double number = part.as_number().value_or(0);
    if (place == 0) position.longitude = number;
    if (place == 1) position.latitude = number;
    ++place;
  }
  return position;
}

void collect_paths(const json::Value& value, int depth, std::vector<SketchPath>& paths,
                   std::size_t& left) {
  if (depth > kSketchDepthMax) return;
  SketchPath path;
  for (const json::Value part : value.elements()) {
    if (!is_sketch_position(part)) {
      collect_paths(part, depth + 1, paths, left);
    } else if (left > 0) {
      path.push_back(sketch_position_in(part));
      --left;
    }
  }
  if (!path.empty()) paths.push_back(std::move(path));
}

struct SketchBox {
  double west = 180;
  double east = -180;
  double south = 90;
  double north = -90;

  void take(const SketchPosition& p) {
    west = std::min(west, p.longitude);
    east = std::max(east, p.longitude);
    south = std::min(south, p.latitude);
    north = std::max(north, p.latitude);
  }
};

}  // namespace

GeoSketch sketch_of(const json::Value& coordinates) {
  std::vector<SketchPath> paths;
  std::size_t left = kSketchPositionsMax;
  collect_paths(coordinates, 1, paths, left);
  GeoSketch sketch;
  if (kSketchPositionsMax - left < 2) return sketch;
  SketchBox box;
  for (const SketchPath& path : paths) {
    for (const SketchPosition& position : path) box.take(position);
  }
  const double shrink = std::cos((box.south + box.north) / 2 * std::numbers::pi / 180);
  const double across = std::max(1e-9, (box.east - box.west) * std::max(0.01, shrink));
  const double up = std::max(1e-9, box.north - box.south);
  const double scale = std::min((kSketchWidth - 2 * kSketchMargin) / across,
                                (kSketchHeight - 2 * kSketchMargin) / up);
  const double x_start = (kSketchWidth - across * scale) / 2;
  const double y_start = (kSketchHeight - up * scale) / 2;
  for (const SketchPath& path : paths) {
    std::string& line = sketch.lines.emplace_back();
    for (const SketchPosition& position : path) {
      const double x = x_start + (position.longitude - box.west) * across * scale /
                                     std::max(1e-9, box.east - box.west);
      const double y = y_start + (box.north - position.latitude) * scale;
      line += fmt::format("{}{:.1f},{:.1f}", line.empty() ? "" : " ", x, y);
    }
  }
  return sketch;
}

}  // namespace revier::console
