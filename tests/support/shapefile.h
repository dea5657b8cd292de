// SPDX-License-Identifier: EUPL-1.2
// Shapefiles of points for tests, byte by byte as their specification says.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace revier::tests {

using Parts = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view kUtm32 =
    R"(PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",)"
    R"(SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],)"
    R"(UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],)"
    R"(PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],)"
    R"(PARAMETER["Central_Meridian",9.0],PARAMETER["Scale_Factor",0.9996],)"
    R"(PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]])";

class Shapefile {
 public:
  explicit Shapefile(std::vector<std::pair<std::string, std::uint8_t>> fields)
      : fields_(std::move(fields)) {}

  void add(const std::vector<std::string>& values, double east, double north) {
    const std::size_t at = 100 + shapes_.size();
    big(index_, static_cast<std::uint32_t>(at / 2));
    big(index_, 10);
    big(shapes_, ++count_);
    big(shapes_, 10);
    little(shapes_, 1);
    number(shapes_, east);
    number(shapes_, north);
    records_ += ' ';
    for (std::size_t n = 0; n < fields_.size(); ++n) {
      std::string cell = values.at(n);
      cell.resize(fields_[n].second, ' ');
      records_ += cell;
    }
  }

  // "list.shp", "list.shx", "list.dbf", and "list.prj" of `wkt`.
  [[nodiscard]] Parts parts(std::string_view wkt) const {
    return {{"list.shp", head(shapes_.size()) + shapes_},
            {"list.shx", head(index_.size()) + index_},
            {"list.dbf", table()},
            {"list.prj", std::string(wkt)}};
  }

 private:
  static void big(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xFF);
  }
  static void little(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFF);
  }
  static void number(std::string& out, double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    little(out, static_cast<std::uint32_t>(bits));
    little(out, static_cast<std::uint32_t>(bits >> 32));
  }
  static std::string head(std::size_t body) {
    std::string out;
    big(out, 9994);
    out.resize(24);
    big(out, static_cast<std::uint32_t>((100 + body) / 2));
    little(out, 1000);
    little(out, 1);
    out.resize(100);
    return out;
  }
  [[nodiscard]] std::string table() const {
    std::uint32_t width = 1;
    for (const auto& field : fields_) width += field.second;
    const auto head_bytes = static_cast<std::uint32_t>(33 + 32 * fields_.size());
    std::string out("\x03\x7D\x01\x1F", 4);
    little(out, count_);
    little(out, head_bytes | (width << 16));
    out.resize(32);
    for (const auto& [name, size] : fields_) {
      std::string field = name;
      field.resize(11);
      field += 'C';
      field.resize(16);
      field += static_cast<char>(size);
      field.resize(32);
      out += field;
    }
    out += '\r';
    return out + records_ + '\x1A';
  }

  const std::vector<std::pair<std::string, std::uint8_t>> fields_;
  std::uint32_t count_ = 0;
  std::string shapes_;
  std::string index_;
  std::string records_;
};

}  // namespace revier::tests
