// SPDX-License-Identifier: EUPL-1.2
// What a backup says of itself: manifest.json, written last.
//
// Thread safety: values and pure functions.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace revier::backup {

inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kStoreFolder = "store";
inline constexpr std::string_view kRecordsFile = "records.db";

struct File {
  std::string path;  // below the backup's folder: "store/000012.sst"
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
};

struct Manifest {
  std::string version;  // of the program that made it
  Instant taken_at;     // real clock
  bool records = true;  // false: they lie on PostgreSQL and are saved by pg_dump
  std::vector<File> files;
  // Rows by name: "entities", and "records.TABLE".
  std::map<std::string, std::uint64_t> counts;

  [[nodiscard]] std::uint64_t bytes() const;
};

[[nodiscard]] std::string to_json(const Manifest& manifest);
// Errors: kCorrupt with what is wrong (paths that lead out of the folder, too), kNewerFormat.
[[nodiscard]] Result<Manifest> read_manifest(std::string_view text);

}  // namespace revier::backup
