// SPDX-License-Identifier: EUPL-1.2
#include "fibre/read_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "fibre/detail/coordinates.h"
#include "fibre/detail/rows.h"
#include "fibre/detail/shapefile.h"
#include "json/json.h"
#include "table/archive.h"
#include "table/table.h"

namespace revier::fibre {
namespace {

using detail::Column;
using detail::Coordinates;
using detail::RawRow;
using detail::Rows;

// Which column of the file is which of ours.
class Columns {
 public:
  // Errors: kUnprocessable without street and number; field "columns".
  static Result<Columns> of(const std::vector<std::string>& names) {
    Columns columns;
    for (const std::string& name : names) {
      auto column = detail::column_of(name);
      // The first of two counts.
      if (column && columns.has(*column)) column.reset();
      columns.known_.push_back(column);
    }
    std::string missing;
    if (!columns.has(Column::kStreet)) missing = "strasse";
    if (!columns.has(Column::kNumber)) missing += missing.empty() ? "hausnummer" : ", hausnummer";
    if (!missing.empty()) {
      return fail(Code::kUnprocessable, fmt::format("columns are missing: {}", missing), "columns");
    }
    return columns;
  }

  [[nodiscard]] bool has(Column column) const {
    return std::ranges::find(known_, std::optional(column)) != known_.end();
  }

  [[nodiscard]] RawRow read(std::size_t row, const std::vector<std::string>& cells) const {
    RawRow out{.row = row, .cells = {}, .place = {}};
    for (std::size_t n = 0; n < cells.size() && n < known_.size(); ++n) {
      if (known_[n]) out.cell(*known_[n]) = trimmed(cells[n], " ");
    }
    return out;
  }

 private:
  std::vector<std::optional<Column>> known_;
};

// The place from columns: latitude and longitude, or east and north in `system`.
Result<> place_from_cells(RawRow& row, const std::optional<Coordinates>& system) {
  const auto both = [&row](Column first, Column second) {
    return !row.cell(first).empty() || !row.cell(second).empty();
  };
  if (both(Column::kLongitude, Column::kLatitude)) {
    const auto longitude = detail::number_of(row.cell(Column::kLongitude));
    const auto latitude = detail::number_of(row.cell(Column::kLatitude));
    row.wrong_place = !longitude || !latitude;
    if (!row.wrong_place) row.place = Point{.longitude = *longitude, .latitude = *latitude};
    return {};
  }
  if (!both(Column::kEast, Column::kNorth)) return {};
  if (!system) {
    return fail(Code::kUnprocessable,
                "east and north need a system of coordinates; say it, for example EPSG:25832",
                "crs");
  }
  const auto east = detail::number_of(row.cell(Column::kEast));
  const auto north = detail::number_of(row.cell(Column::kNorth));
  if (east && north) row.place = system->to_wgs84(*east, *north);
  row.wrong_place = !row.place;
  return {};
}

Result<ReadList> read_table_list(std::string_view file, const std::optional<Coordinates>& system) {
  Rows rows;
  std::optional<Columns> columns;
  table::CsvReader reader({.rows_max = kListRowsMax + 1, .cells_max = 100, .cell_bytes_max = 4'096},
                          [&](table::Row line) -> Result<> {
                            if (!columns) {
                              RV_ASSIGN(columns, Columns::of(line.cells));
                              return {};
                            }
                            RawRow row = columns->read(line.line, line.cells);
                            RV_TRY(place_from_cells(row, system));
                            return rows.add(std::move(row));
                          });
  RV_ASSIGN(const std::string text, table::text_of(file));
  RV_TRY(reader.feed(text));
  RV_TRY(reader.finish());
  return std::move(rows).finish();
}

std::string text_of_property(const json::Value& value) {
  if (const auto text = value.as_string()) return std::string(*text);
  if (value.is_number() || value.as_bool()) return json::to_text(value);
  return {};
}

// RFC 7946: WGS 84 unless a system is said by the caller.
void place_from_geometry(RawRow& row, const json::Value& feature,
                         const std::optional<Coordinates>& system) {
  const auto geometry = feature.find("geometry");
  if (!geometry || geometry->is_null()) return;
  const auto type = geometry->find("type");
  const auto coordinates = geometry->find("coordinates");
  row.wrong_place = true;
  if (!type || type->as_string() != "Point" || !coordinates || coordinates->size() < 2) return;
  std::vector<double> numbers;
  for (const json::Value each : coordinates->elements()) {
    const auto number = each.as_number();
    if (!number) return;
    numbers.push_back(*number);
  }
  row.place = system ? system->to_wgs84(numbers[0], numbers[1])
                     : Point{.longitude = numbers[0], .latitude = numbers[1]};
  row.wrong_place = !row.place;
}

Result<ReadList> read_geojson_list(std::string_view file,
                                   const std::optional<Coordinates>& system) {
  RV_ASSIGN(
      const json::Document document,
      json::Document::parse(
          file, {.bytes_max = kListBytesMax, .depth_max = 16, .values_max = 30 * kListRowsMax}));
  const auto features = document.root().find("features");
  if (!features || !features->is_array()) {
    return fail(Code::kUnprocessable, "expected a GeoJSON FeatureCollection", "file");
  }
  Rows rows;
  std::size_t number = 0;
  bool any_street = false;
  for (const json::Value feature : features->elements()) {
    RawRow row{.row = ++number, .cells = {}, .place = {}};
    if (const auto properties = feature.find("properties")) {
      for (const auto& [name, value] : properties->members()) {
        const auto column = detail::column_of(name);
        if (column && row.cell(*column).empty()) row.cell(*column) = text_of_property(value);
        any_street = any_street || column == Column::kStreet;
      }
    }
    place_from_geometry(row, feature, system);
    RV_TRY(rows.add(std::move(row)));
  }
  if (number > 0 && !any_street) {
    return fail(Code::kUnprocessable, "no feature has a property strasse", "columns");
  }
  return std::move(rows).finish();
}

// The parts of one Shapefile in an archive, by the ends of their names.
struct Parts {
  table::Files files;
  [[nodiscard]] std::string_view part(std::string_view end) const {
    const auto found =
        std::ranges::find_if(files, [end](const auto& file) { return ending(file.first) == end; });
    return found == files.end() ? std::string_view() : std::string_view(found->second);
  }
  static std::string ending(std::string_view name) {
    return lower_case(name.substr(std::min(name.rfind('.'), name.size())));
  }
  // What programs on other systems lay beside.
  static bool is_wanted(std::string_view name) {
    if (name.starts_with("__MACOSX/")) return false;
    const std::string end = ending(name);
    return end == ".shp" || end == ".shx" || end == ".dbf" || end == ".prj" || end == ".cpg";
  }
};

Result<Parts> unpack_shapefile(std::string_view file) {
  RV_ASSIGN(Parts parts,
            table::unpack(file, kListUnpackedMax, &Parts::is_wanted).map([](table::Files files) {
              return Parts{std::move(files)};
            }));
  const auto shapes = std::ranges::count_if(
      parts.files, [](const auto& each) { return Parts::ending(each.first) == ".shp"; });
  if (shapes > 1) {
    return fail(Code::kUnprocessable, "the archive has several Shapefiles; one is expected",
                "file");
  }
  for (const std::string_view needed : {".shp", ".shx", ".dbf"}) {
    if (parts.part(needed).empty()) {
      return fail(Code::kUnprocessable,
                  fmt::format("the archive has no {}; a Shapefile has .shp, .shx and .dbf", needed),
                  "file");
    }
  }
  return parts;
}

Result<ReadList> read_shape_list(std::string_view file, std::optional<Coordinates> system) {
  RV_ASSIGN(const Parts parts, unpack_shapefile(file));
  if (!system && parts.part(".prj").empty()) {
    return fail(Code::kUnprocessable,
                "the archive has no .prj; say the system of coordinates, for example EPSG:25832",
                "crs");
  }
  if (!system) {
    RV_ASSIGN(system, Coordinates::of_wkt(parts.part(".prj")));
  }
  Rows rows;
  std::optional<Columns> columns;
  RV_TRY(
      detail::read_shapefile({.shp = parts.part(".shp"),
                              .shx = parts.part(".shx"),
                              .dbf = parts.part(".dbf"),
                              .cpg = parts.part(".cpg")},
                             {.on_fields = [&](const std::vector<std::string>& names) -> Result<> {
                                RV_ASSIGN(columns, Columns::of(names));
                                return {};
                              },
                              .on_record = [&](detail::ShapeRecord record) -> Result<> {
                                RawRow row = columns->read(record.number, record.values);
                                row.wrong_text = record.wrong_text;
                                if (record.east_north) {
                                  const auto [east, north] = *record.east_north;
                                  row.place = system->to_wgs84(east, north);
                                  row.wrong_place = !row.place;
                                }
                                return rows.add(std::move(row));
                              }}));
  return std::move(rows).finish();
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kNoStreet:
      return "no street";
    case Reason::kNoNumber:
      return "no house number";
    case Reason::kWrongNumber:
      return "no house number like 12, 12a or 12-16";
    case Reason::kWrongState:
      return "not one of available, under_construction, planned, not_planned, unknown";
    case Reason::kWrongPeriod:
      return "no year, 2026-Q3, 2026-09 or 2026-09-30";
    case Reason::kWrongPlace:
      return "no place on earth";
    case Reason::kTooLong:
      return "longer than 100 bytes";
    case Reason::kWrongText:
      return "no text in the file's encoding";
    case Reason::kTwice:
      return "the same address as in an earlier row";
  }
  return "";
}

Result<ReadList> read_list(std::string_view file, std::string_view crs) {
  if (file.size() > kListBytesMax) {
    return fail(Code::kTooLarge, fmt::format("at most {} MiB are read", kListBytesMax >> 20U));
  }
  std::optional<Coordinates> system;
  if (!crs.empty()) {
    RV_ASSIGN(system, Coordinates::of_code(crs));
  }
  if (file.starts_with("PK")) return read_shape_list(file, std::move(system));
  const std::size_t begin = file.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (begin != std::string_view::npos && file[begin] == '{') {
    return read_geojson_list(file.substr(begin), system);
  }
  return read_table_list(file, system);
}

}  // namespace revier::fibre
