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
                                             std::size_t count) {
  std::vector<std::string> gone;
  std::vector<std::string> found = backups_in(parent);
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
