// SPDX-License-Identifier: EUPL-1.2
#include <filesystem>

#include <fmt/format.h>

#include "backup/backup.h"
#include "backup/detail/disk.h"

namespace revier::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRestoring = "restoring";
constexpr std::string_view kBefore = "before-restore-";

std::string restoring(const std::string& folder) {
  return fmt::format("{}/{}", folder, kRestoring);
}

// What stays where it is: the lock that is held, and what earlier restores moved aside.
bool stays(const std::string& name) {
  return name == "lock" || name.starts_with(kRestoring) || name.starts_with(kBefore);
}

Result<std::vector<std::string>> data_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!stays(name)) names.push_back(name);
  }
  if (error) return fail(Code::kUnavailable, fmt::format("{}: {}", folder, error.message()));
  return names;
}

// Where the records shall lie below the data folder; empty: elsewhere, or as in the backup.
std::string records_below(const Restore& restore) {
  if (restore.records_file.empty()) return {};
  return detail::path_below(restore.folder, restore.records_file);
}

// Files of a database that lies elsewhere.
std::vector<std::string> records_files(const std::string& file) {
  std::vector<std::string> there;
  if (file.empty()) return there;
  for (const char* end : {"", "-wal", "-shm"}) {
    if (fs::exists(file + end)) there.push_back(file + end);
  }
  return there;
}

Result<> copy_all(const Restore& restore, const Manifest& manifest) {
  const std::string target = restoring(restore.folder) + ".part";
  RV_TRY(detail::remove_all(target));
  RV_TRY(detail::make_folder(target));
  const std::string records = records_below(restore);
  for (const File& file : manifest.files) {
    const bool is_records = file.path == kRecordsFile;
    // A raw copy, taken while it was written to.
    if (!is_records && detail::is_of_database(file.path, records)) continue;
    const std::string& path = is_records && !records.empty() ? records : file.path;
    const std::string to = target + "/" + path;
    RV_TRY(detail::make_folder(fs::path(to).parent_path().string()));
    RV_ASSIGN(const detail::Summed sum, detail::copy_file(restore.backup + "/" + file.path, to));
    if (sum.sha256 != file.sha256) {
      return fail(Code::kCorrupt, fmt::format("{} changed while it was read", file.path));
    }
  }
  RV_TRY(detail::seal(target));
  RV_TRY(detail::remove_all(restoring(restore.folder)));
  RV_TRY(detail::move(target, restoring(restore.folder)));
  return detail::sync_folder(restore.folder);
}

Result<> move_aside(const Restore& restore, const std::vector<std::string>& names) {
  std::string time = to_iso8601(restore.now);
  std::erase(time, ':');
  const std::string aside = fmt::format("{}/{}{}", restore.folder, kBefore, time);
  if (!names.empty()) RV_TRY(detail::make_folder(aside));
  for (const std::string& name : names) {
    RV_TRY(detail::move(restore.folder + "/" + name, aside + "/" + name));
  }
  for (const std::string& file : records_files(restore.records_file)) {
    RV_TRY(detail::move(file, fmt::format("{}.{}{}", file, kBefore, time)));
  }
  return {};
}

// Where it may be another disk.
Result<> put_records_elsewhere(const std::string& records, const std::string& file) {
  const std::string folder = fs::absolute(file).parent_path().string();
  const std::string part = file + ".part";
  if (!fs::exists(folder)) RV_TRY(detail::make_folder(folder));
  RV_TRY(detail::remove_all(part));
  RV_TRY(detail::copy_file(records, part));
  RV_TRY(detail::move(part, file));
  RV_TRY(detail::sync_folder(folder));
  return detail::remove_all(records);
}

// The folder "restoring" goes last: until then the restore is seen to be unfinished.
Result<> put_in_place(const Restore& restore) {
  const std::string from = restoring(restore.folder);
  const std::string records = fmt::format("{}/{}", from, kRecordsFile);
  const bool elsewhere = !restore.records_file.empty() && records_below(restore).empty();
  if (elsewhere && fs::exists(records)) {
    RV_TRY(put_records_elsewhere(records, restore.records_file));
  }
  RV_ASSIGN(const std::vector<std::string> names, data_in(from));
  for (const std::string& name : names) {
    RV_TRY(detail::move(from + "/" + name, restore.folder + "/" + name));
  }
  RV_TRY(detail::sync_folder(restore.folder));
  RV_TRY(detail::remove_all(from));
  return detail::sync_folder(restore.folder);
}

}  // namespace

bool unfinished_restore(const std::string& folder) { return fs::exists(restoring(folder)); }

Result<Manifest> restore(const Restore& restore, const Progress& progress) {
  RV_ASSIGN(Manifest manifest, verify(restore.backup, progress));
  RV_ASSIGN(const std::vector<std::string> names, data_in(restore.folder));
  const bool occupied = !names.empty() || !records_files(restore.records_file).empty() ||
                        unfinished_restore(restore.folder);
  if (occupied && !restore.force) {
    return fail(
        Code::kConflict,
        fmt::format("{} holds data. Restore into an empty folder, or say --force: then what "
                    "is there is moved to {}TIME in it",
                    restore.folder, kBefore));
  }
  RV_TRY(detail::require_space(restore.folder, manifest.bytes()));
  RV_TRY(progress(fmt::format("copying {} files", manifest.files.size())));
  RV_TRY(copy_all(restore, manifest));
  RV_TRY(move_aside(restore, names));
  RV_TRY(put_in_place(restore));
  return manifest;
}

}  // namespace revier::backup
