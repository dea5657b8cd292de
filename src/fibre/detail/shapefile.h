// SPDX-License-Identifier: EUPL-1.2
// A Shapefile in memory: points (.shp, .shx) with their fields (.dbf), by shapelib.
//
// shapelib believes the lengths that a file states; they are held against the real ones before it
// sees a byte.
//
// Thread safety: function without state; one call a thread at a time.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fibre/read_list.h"

namespace revier::fibre::detail {

struct ShapeParts {
  std::string_view shp;
  std::string_view shx;
  std::string_view dbf;
  std::string_view cpg;  // names the encoding of the .dbf, may be empty
};
struct ShapeRecord {
  std::size_t number = 0;                               // from 1
  std::vector<std::string> values;                      // UTF-8, in the order of the fields
  std::optional<std::pair<double, double>> east_north;  // as in the file; none: no shape
  bool wrong_text = false;
};
// `names` are the fields' names. An error of `on_record` ends the reading with it.
struct ShapeReader {
  std::function<Result<>(const std::vector<std::string>& names)> on_fields;
  std::function<Result<>(ShapeRecord)> on_record;
};
// Errors: kUnprocessable (lengths that do not fit, other shapes than points, an unknown encoding),
// kTooLarge.
[[nodiscard]] Result<> read_shapefile(const ShapeParts& parts, const ShapeReader& reader);

}  // namespace revier::fibre::detail
