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
  for (const File& file : manifest.files) {
    const std::string to = target + "/" + file.path;
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

// The folder "restoring" goes last: until then the restore is seen to be unfinished.
Result<> put_in_place(const Restore& restore) {
  const std::string from = restoring(restore.folder);
  const std::string records = fmt::format("{}/{}", from, kRecordsFile);
  if (!restore.records_file.empty() && fs::exists(records)) {
    const std::string part = restore.records_file + ".part";
    RV_TRY(detail::remove_all(part));
    RV_TRY(detail::copy_file(records, part));
    RV_TRY(detail::move(part, restore.records_file));
    RV_TRY(detail::remove_all(records));
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
