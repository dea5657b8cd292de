// SPDX-License-Identifier: EUPL-1.2
#include "records/detail/sqlite_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "records/detail/sqlite_handle.h"

namespace revier::records::detail {
namespace {

tl::unexpected<Error> system_failure(const std::string& what) {
  return fail(Code::kUnavailable, what + ": " + std::strerror(errno));
}

Result<SqliteHandle> connect(const std::string& file, const std::string& vfs, int flags) {
  sqlite3* handle = nullptr;
  const char* vfs_name = vfs.empty() ? nullptr : vfs.c_str();
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, vfs_name);
  SqliteHandle connection(handle);
  if (code != SQLITE_OK) return fail(Code::kUnavailable, "cannot open " + file);
  sqlite3_busy_timeout(handle, 5'000);
  return connection;
}

Result<> run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(Code::kUnavailable, std::string("copying the records: ") + sqlite3_errmsg(database));
}

// The read transaction holds one state of the source for the whole copy; without it every commit
// beside it would start the copy again.
Result<> copy_pages(const std::string& from, const std::string& vfs, const std::string& to) {
  RV_ASSIGN(SqliteHandle source, connect(from, vfs, SQLITE_OPEN_READWRITE));
  RV_ASSIGN(SqliteHandle target, connect(to, "", SQLITE_OPEN_READWRITE));
  RV_TRY(run(source.get(), "BEGIN; SELECT COUNT(*) FROM sqlite_master"));
  RV_TRY(run(target.get(), "PRAGMA synchronous=FULL"));
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) return fail(Code::kUnavailable, sqlite3_errmsg(target.get()));
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped == SQLITE_DONE && finished == SQLITE_OK) return {};
  return fail(Code::kUnavailable, std::string("copying the records: ") + sqlite3_errstr(stepped));
}

Result<> sync_folder_of(const std::string& file) {
  const std::string folder = std::filesystem::absolute(file).parent_path().string();
  const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return system_failure(folder);
  const int synced = fsync(handle);
  close(handle);
  if (synced != 0) return system_failure(folder);
  return {};
}

}  // namespace

void spare_locks() {
  static const bool done = sqlite3_config(SQLITE_CONFIG_MULTITHREAD) == SQLITE_OK &&
                           sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
  static_cast<void>(done);
}

Result<> create_private(const std::string& file) {
  if (std::filesystem::exists(file)) return {};
  const int handle = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (handle < 0) return system_failure("cannot open " + file);
  close(handle);
  return sync_folder_of(file);
}

Result<> copy_database(const std::string& from, const std::string& vfs, const std::string& to) {
  const std::string part = to + ".part";
  unlink(part.c_str());
  RV_TRY(create_private(part));
  if (auto copied = copy_pages(from, vfs, part); !copied) {
    unlink(part.c_str());
    return copied;
  }
  if (std::rename(part.c_str(), to.c_str()) != 0) return system_failure("cannot write " + to);
  return sync_folder_of(to);
}

}  // namespace revier::records::detail
