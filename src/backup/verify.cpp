// SPDX-License-Identifier: EUPL-1.2
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "backup/backup.h"
#include "backup/detail/contents.h"
#include "backup/detail/disk.h"
#include "records/inspect.h"
#include "store/inspect.h"

namespace revier::backup {
namespace {

Result<> check_file(const std::string& backup, const File& file) {
  const auto sum = detail::sum_file(backup + "/" + file.path);
  if (!sum && sum.error().code == Code::kResourceNotFound) {
    return fail(Code::kCorrupt, fmt::format("{} is missing from the backup", file.path));
  }
  if (!sum) return fail(sum.error());
  if (sum->bytes == file.bytes && sum->sha256 == file.sha256) return {};
  return fail(Code::kCorrupt, fmt::format("{} is not as it was written", file.path));
}

Result<> refuse_strangers(const std::string& backup, const Manifest& manifest) {
  std::set<std::string_view> known{kManifestFile};
  for (const File& file : manifest.files) known.insert(file.path);
  RV_ASSIGN(const auto files, detail::list_files(backup, [](const std::string&) { return false; }));
  for (const std::string& path : files) {
    if (!known.contains(path)) {
      return fail(Code::kCorrupt, fmt::format("{} does not belong to this backup", path));
    }
  }
  return {};
}

}  // namespace

Result<Manifest> verify(const std::string& backup, const Progress& progress) {
  const std::string file = fmt::format("{}/{}", backup, kManifestFile);
  const auto text = detail::read_text(file, std::size_t{64} << 20);
  if (!text && text.error().code == Code::kResourceNotFound) {
    return fail(Code::kResourceNotFound,
                fmt::format("{} is no backup: it has no {}", backup, kManifestFile));
  }
  if (!text) return fail(text.error());
  RV_ASSIGN(Manifest manifest, read_manifest(*text));
  RV_TRY(progress(fmt::format("reading {} files", manifest.files.size())));
  for (const File& each : manifest.files) RV_TRY(check_file(backup, each));
  RV_TRY(refuse_strangers(backup, manifest));
  RV_TRY(progress("reading the store's blocks and the records"));
  RV_ASSIGN(const auto counts, detail::count_contents(backup, manifest.records));
  if (counts != manifest.counts) {
    return fail(Code::kCorrupt, "the backup does not hold as many rows as its manifest says");
  }
  return manifest;
}

namespace detail {

Result<std::map<std::string, std::uint64_t>> count_contents(const std::string& folder,
                                                            bool records) {
  std::map<std::string, std::uint64_t> counts;
  RV_ASSIGN(counts["entities"], store::inspect(fmt::format("{}/{}", folder, kStoreFolder)));
  if (!records) return counts;
  RV_ASSIGN(const auto tables, records::inspect(fmt::format("{}/{}", folder, kRecordsFile)));
  for (const auto& [table, rows] : tables) counts["records." + table] = rows;
  return counts;
}

}  // namespace detail
}  // namespace revier::backup
