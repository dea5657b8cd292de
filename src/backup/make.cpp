// SPDX-License-Identifier: EUPL-1.2
#include <filesystem>

#include <fmt/format.h>

#include "backup/backup.h"
#include "backup/detail/contents.h"
#include "backup/detail/disk.h"
#include "base/log.h"

namespace revier::backup {
namespace {

namespace fs = std::filesystem;

// What the other parts of a backup hold already, what belongs to a running process, and what is
// half written.
bool is_no_file_of_a_backup(const std::string& path, const std::string& records_file) {
  const bool store = path == kStoreFolder;
  const bool records =
      detail::is_of_database(path, kRecordsFile) || detail::is_of_database(path, records_file);
  const bool process = path == "lock" || path == "control";
  const bool old = path.starts_with("before-restore-") || path.starts_with("restoring");
  return store || records || process || old || path.ends_with(".new") || path.ends_with(".part");
}

std::string compact(Instant instant) {
  std::string text = to_iso8601({instant.us - instant.us % Duration::seconds(1).us});
  std::erase(text, '-');
  std::erase(text, ':');
  return text;
}

std::string free_name(const std::string& parent, Instant now) {
  const std::string name = (fs::path(parent) / fmt::format("revier-{}", compact(now))).string();
  const auto is_taken = [](const std::string& path) {
    return fs::exists(path) || fs::exists(path + ".part");
  };
  std::string free = name;
  for (int n = 2; is_taken(free); ++n) free = fmt::format("{}-{}", name, n);
  return free;
}

Result<std::uint64_t> size_of(const std::string& folder) {
  RV_ASSIGN(const auto files, detail::list_files(folder, [](const std::string&) { return false; }));
  std::uint64_t bytes = 0;
  for (const std::string& file : files) {
    std::error_code gone;  // a table may be compacted away meanwhile
    const std::uint64_t size = fs::file_size(folder + "/" + file, gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

Result<> copy_files(const Sources& sources, const std::string& target) {
  const std::string& records = sources.records_file;
  const std::string below = records.empty() ? "" : detail::path_below(sources.folder, records);
  RV_ASSIGN(const auto files, detail::list_files(sources.folder, [&](const std::string& path) {
              return is_no_file_of_a_backup(path, below);
            }));
  for (const std::string& path : files) {
    const std::string to = target + "/" + path;
    RV_TRY(detail::make_folder(fs::path(to).parent_path().string()));
    RV_TRY(detail::copy_file(sources.folder + "/" + path, to));
  }
  return {};
}

Result<> copy_data(const Sources& sources, const std::string& target, const Progress& progress) {
  RV_TRY(progress("copying the store"));
  RV_TRY(sources.store.checkpoint(fmt::format("{}/{}", target, kStoreFolder)));
  if (!sources.records_on_postgresql) {
    RV_TRY(progress("copying the records"));
    RV_TRY(sources.database.backup(fmt::format("{}/{}", target, kRecordsFile)));
  }
  RV_TRY(progress("copying keys and files"));
  RV_TRY(copy_files(sources, target));
  return detail::seal(target);
}

Result<Manifest> describe(const Sources& sources, const std::string& target) {
  Manifest manifest{.version = sources.version,
                    .taken_at = sources.now,
                    .records = !sources.records_on_postgresql,
                    .files = {},
                    .counts = {}};
  RV_ASSIGN(const auto files, detail::list_files(target, [](const std::string&) { return false; }));
  for (const std::string& path : files) {
    RV_ASSIGN(detail::Summed sum, detail::sum_file(target + "/" + path));
    manifest.files.push_back({path, sum.bytes, std::move(sum.sha256)});
  }
  RV_ASSIGN(manifest.counts, detail::count_contents(target, manifest.records));
  return manifest;
}

Result<Manifest> make_at(const Sources& sources, const std::string& target,
                         const Progress& progress) {
  RV_TRY(copy_data(sources, target, progress));
  RV_TRY(progress("reading it all once more for the checksums"));
  RV_ASSIGN(Manifest manifest, describe(sources, target));
  RV_TRY(detail::write_file(fmt::format("{}/{}", target, kManifestFile), to_json(manifest)));
  RV_TRY(detail::sync_folder(target));
  return manifest;
}

}  // namespace

Result<Made> make(const Sources& sources, const std::string& parent, const Progress& progress) {
  const std::string inside = (fs::path(parent) / kManifestFile).string();
  if (!detail::path_below(sources.folder, inside).empty()) {
    return fail(Code::kInvalidRequest, "a backup does not lie in the data folder itself");
  }
  std::error_code error;
  if (!fs::exists(parent, error)) RV_TRY(detail::make_folder(parent));
  if (const auto gone = detail::remove_unfinished(sources.database, parent); !gone) {
    log_event(Level::kWarn, "backup.unfinished", {{"reason", gone.error().message}});
  }
  RV_ASSIGN(const std::uint64_t bytes, size_of(sources.folder));
  RV_TRY(detail::require_space(parent, bytes));
  const std::string name = free_name(parent, sources.now);
  const std::string part = name + ".part";
  RV_TRY(detail::make_folder(part));
  // Before the copy, which so knows of itself, and so that what a crash leaves is known to be ours.
  // Records that are read-only are copied all the same: that it is on no list is said in the end.
  (void)detail::note(sources.database, {.folder = name, .taken_at = sources.now, .bytes = 0});
  Result<Manifest> made = make_at(sources, part, progress);
  if (!made) {
    RV_TRY(detail::remove_all(part));
    (void)forget(sources.database, name);
    return fail(made.error());
  }
  RV_TRY(detail::move(part, name));
  RV_TRY(detail::sync_folder(parent));
  RV_TRY(detail::note(sources.database, {.folder = name,
                                         .taken_at = sources.now,
                                         .bytes = static_cast<std::int64_t>(made->bytes())}));
  return Made{name, std::move(*made)};
}

}  // namespace revier::backup
