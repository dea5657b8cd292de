// SPDX-License-Identifier: EUPL-1.2
// A list of addresses from a file: CSV, GeoJSON (RFC 7946) or Shapefile (a ZIP of its parts).
//
// Columns, properties and fields have German or English names, case ignored (docs/operate/import.md
// lists them): street and number (both needed; the letter may have a column of its own), district,
// state, since, planned, provider, and the place as latitude/longitude or east/north.
// A row that cannot be used is told with its reason and left out; the rest counts.
//
// The file is a stranger's: bytes, rows, fields, depth and what an archive unpacks to are bounded,
// lengths that a Shapefile states are held against the lengths that it has.
//
// Thread safety: functions without state. They take a second or so: run them on the pool.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fibre/types.h"

namespace revier::fibre {

inline constexpr std::size_t kListBytesMax = std::size_t{24} << 20;  // as it is sent
inline constexpr std::size_t kListUnpackedMax = std::size_t{64} << 20;
inline constexpr std::size_t kListRowsMax = 300'000;
inline constexpr std::size_t kStreetsMax = 20'000;
inline constexpr std::size_t kRejectsKept = 1'000;  // more are counted only

enum class Reason : std::uint8_t {
  kNoStreet,
  kNoNumber,
  kWrongNumber,
  kWrongState,
  kWrongPeriod,
  kWrongPlace,
  kTooLong,
  kWrongText,  // no text in the file's encoding
  kTwice,      // the detail is the row that counts
};
// In English, for programs and the command line: "no house number".
[[nodiscard]] std::string_view to_string(Reason reason);

struct Reject {
  std::size_t row = 0;  // line of a CSV; else the number of the feature or record, from 1
  Reason reason = Reason::kNoStreet;
  std::string detail;  // what was read there, at most 60 characters
  std::string street;  // as far as it was read
  std::string number;
};

struct ReadList {
  std::vector<Street> streets;  // by key and district
  std::size_t rows = 0;
  std::size_t accepted = 0;
  std::size_t rejected = 0;
  std::vector<Reject> rejects;  // the first kRejectsKept
};

// `crs` is the system of east/north where the file does not say it ("EPSG:25832"), may be empty.
// Errors: kUnprocessable (what it is not, or why it cannot be read; field "columns" with the names
// that are missing, field "crs" where the system of coordinates must be said); kTooLarge;
// kBadRequestData for a `crs` that is none.
[[nodiscard]] Result<ReadList> read_list(std::string_view file, std::string_view crs);

}  // namespace revier::fibre
