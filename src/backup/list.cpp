// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "backup/backup.h"
#include "backup/detail/contents.h"
#include "backup/detail/disk.h"

namespace revier::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::array kMigrations = {
    records::Migration{"backup-0001-list",
                       "CREATE TABLE backup (folder TEXT PRIMARY KEY, taken_at BIGINT NOT NULL,"
                       " bytes BIGINT NOT NULL)"}};

// Whole backups of ours in a folder, oldest first: their names are their times.
std::vector<std::string> backups_in(const std::string& parent) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("revier-") || name.ends_with(".part")) continue;
    if (fs::exists(entry.path() / kManifestFile, error)) found.push_back(entry.path().string());
  }
  std::ranges::sort(found);
  return found;
}

bool lies_in(const std::string& folder, const std::string& parent) {
  const fs::path name = fs::path(folder).filename();
  return name.string().starts_with("revier-") &&
         fs::path(folder).lexically_normal() == (fs::path(parent) / name).lexically_normal();
}

// True where something was there. What is whole stays, and so does what cannot be read now; of a
// disk that is away nothing is known.
Result<bool> remove_if_unfinished(const std::string& folder) {
  const std::string part = folder + ".part";
  std::error_code error;
  const bool begun = fs::exists(part, error);
  if (begun && !error) {
    RV_TRY(detail::remove_all(part));
    return true;
  }
  const bool left = fs::exists(folder, error) && !error;
  const bool whole = fs::exists(fs::path(folder) / kManifestFile, error);
  if (error || !left || whole) return false;
  RV_TRY(detail::remove_all(folder));
  return true;
}

}  // namespace

std::span<const records::Migration> migrations() { return kMigrations; }

Result<std::vector<Entry>> list(records::Session& session) {
  RV_ASSIGN(const auto rows,
            session.query("SELECT folder, taken_at, bytes FROM backup ORDER BY taken_at DESC"));
  std::vector<Entry> entries;
  for (const records::Row& row : rows) {
    entries.push_back({.folder = row.text("folder"),
                       .taken_at = {row.integer("taken_at")},
                       .bytes = row.integer("bytes")});
  }
  return entries;
}

Result<> forget(records::Database& database, const std::string& folder) {
  return database.writer().run_blocking([&](records::Session& session) -> Result<> {
    RV_TRY(session.execute("DELETE FROM backup WHERE folder = :folder", {{"folder", folder}}));
    return {};
  });
}

Result<std::vector<std::string>> keep_newest(records::Database& database, const std::string& parent,
                                             std::size_t count, const std::string& made) {
  RV_ASSIGN(std::vector<std::string> gone, detail::remove_unfinished(database, parent));
  std::vector<std::string> found = backups_in(parent);
  // Names tell the time of the clock, which may have been wrong.
  count -= std::min(count, std::erase_if(found, [&](const std::string& folder) {
                      return fs::path(folder).filename() == fs::path(made).filename();
                    }));
  if (found.size() <= count) return gone;
  found.resize(found.size() - count);
  for (const std::string& folder : found) {
    // The manifest first: what is left of a removal that was cut short is no backup.
    RV_TRY(detail::remove_all(fmt::format("{}/{}", folder, kManifestFile)));
    RV_TRY(detail::remove_all(folder));
    RV_TRY(forget(database, folder));
    gone.push_back(folder);
  }
  return gone;
}

namespace detail {

Result<std::vector<std::string>> remove_unfinished(records::Database& database,
                                                   const std::string& parent) {
  std::vector<Entry> entries;
  RV_TRY(database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(entries, list(session));
    return {};
  }));
  std::vector<std::string> gone;
  for (const Entry& entry : entries) {
    if (!lies_in(entry.folder, parent)) continue;
    RV_ASSIGN(const bool removed, remove_if_unfinished(entry.folder));
    if (!removed) continue;
    RV_TRY(forget(database, entry.folder));
    gone.push_back(entry.folder);
  }
  return gone;
}

Result<> note(records::Database& database, const Entry& entry) {
  return database.writer().run_blocking([&](records::Session& session) -> Result<> {
    RV_TRY(session.execute(
        "INSERT INTO backup (folder, taken_at, bytes) VALUES (:folder, :at, :bytes)"
        " ON CONFLICT (folder) DO UPDATE SET taken_at = excluded.taken_at, bytes = excluded.bytes",
        {{"folder", entry.folder}, {"at", entry.taken_at}, {"bytes", entry.bytes}}));
    return {};
  });
}

}  // namespace detail
}  // namespace revier::backup
