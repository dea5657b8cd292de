// SPDX-License-Identifier: EUPL-1.2
// Modules: fibre
// Parsers: src/fibre/detail/shapefile.cpp src/fibre/detail/rows.cpp src/fibre/types.cpp
// Any bytes as a list of addresses: a CSV, a GeoJSON, or the parts of a Shapefile behind a head of
// three lengths of two bytes (.shp, .shx, .dbf; the rest is the .cpg).
#include "base/check.h"
#include "fibre/detail/shapefile.h"
#include "fibre/directory.h"
#include "fibre/read_list.h"
#include "table/table.h"

using namespace revier;

namespace {

std::string_view take_part(std::string_view& bytes, std::size_t size) {
  const std::string_view part = bytes.substr(0, size);
  bytes.remove_prefix(part.size());
  return part;
}

void read_parts(std::string_view bytes) {
  if (bytes.size() < 6) return;
  const auto length = [&bytes](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(bytes[at])} * 256 +
           static_cast<unsigned char>(bytes[at + 1]);
  };
  const std::array sizes{length(0), length(2), length(4)};
  bytes.remove_prefix(6);
  fibre::detail::ShapeParts parts;
  parts.shp = take_part(bytes, sizes[0]);
  parts.shx = take_part(bytes, sizes[1]);
  parts.dbf = take_part(bytes, sizes[2]);
  parts.cpg = bytes;
  std::size_t fields = 0;
  (void)fibre::detail::read_shapefile(
      parts, {.on_fields = [&](const std::vector<std::string>& names) -> Result<> {
                fields = names.size();
                return {};
              },
              .on_record = [&](const fibre::detail::ShapeRecord& record) -> Result<> {
                RV_CHECK(record.values.size() == fields);
                for (const std::string& value : record.values) RV_CHECK(table::is_utf8(value));
                return {};
              }});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_parts(bytes);
  // A ZIP is tried by xlsx_fuzz, coordinates are PROJ's: what is ours is behind both.
  if (bytes.starts_with("PK")) return 0;
  auto list = fibre::read_list(bytes, "");
  if (!list) return 0;
  RV_CHECK(list->accepted + list->rejected == list->rows);
  const fibre::Directory directory({.id = 1}, list->streets);
  RV_CHECK(directory.whole().counts.all() == static_cast<std::int64_t>(list->accepted));
  RV_CHECK(fibre::changes(directory.streets(), directory.streets()).empty());
  for (const fibre::Street& street : directory.streets()) {
    const std::string number = to_string(street.addresses.front().number);
    const auto found =
        directory.ask({.street = street.name, .number = number, .district = street.district});
    RV_CHECK(found.found == fibre::Found::kAddress || found.found == fibre::Found::kDistricts);
  }
  return 0;
}
