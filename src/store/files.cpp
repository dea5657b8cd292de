// SPDX-License-Identifier: EUPL-1.2
#include "store/detail/files.h"

#include <rocksdb/env.h>

#include "base/log.h"
#include "store/detail/log_file.h"

namespace revier::store::detail {
namespace {

Result<std::string> read(rocksdb::Env& env, const std::string& path) {
  std::string bytes;
  const rocksdb::Status status = rocksdb::ReadFileToString(&env, path, &bytes);
  if (!status.ok()) return fail(Code::kUnavailable, path + ": " + status.ToString());
  return bytes;
}

Result<> cut(rocksdb::Env& env, const std::string& path, std::uint64_t size) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env.ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(size);
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  if (!status.ok()) return fail(Code::kUnavailable, path + ": " + status.ToString());
  return {};
}

// A start that was cut short leaves no table and no log behind.
Result<> refuse_lost_current(const std::vector<std::string>& names, const std::string& directory) {
  for (const std::string& name : names) {
    if (name.ends_with(".sst") || name.ends_with(".log")) {
      return fail(Code::kCorrupt, directory + "/CURRENT is missing, but there is " + name);
    }
  }
  return {};
}

Result<> trim_manifest(rocksdb::Env& env, const std::string& directory) {
  RV_ASSIGN(std::string name, read(env, directory + "/CURRENT"));
  while (!name.empty() && name.back() == '\n') name.pop_back();
  const std::string path = directory + "/" + name;
  if (!name.starts_with("MANIFEST-") || !env.FileExists(path).ok()) {
    return fail(Code::kCorrupt, directory + "/CURRENT does not name a manifest that is there");
  }
  RV_ASSIGN(const std::string bytes, read(env, path));
  const LogScan scan = scan_log(bytes);
  if (scan.resumes) {
    return fail(Code::kCorrupt, path + " is damaged at byte " + std::to_string(scan.whole_bytes));
  }
  if (scan.whole_bytes == bytes.size() || !scan.has_content) return {};
  log_event(Level::kWarn, "store.manifest_trimmed",
            {{"file", name}, {"from", bytes.size()}, {"to", scan.whole_bytes}});
  return cut(env, path, scan.whole_bytes);
}

// The log files in the order they were written: their names are numbers of one length.
std::vector<std::string> logs_of(const std::vector<std::string>& names) {
  std::vector<std::string> logs;
  for (const std::string& name : names) {
    if (name.ends_with(".log")) logs.push_back(name);
  }
  std::sort(logs.begin(), logs.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  return logs;
}

Result<> refuse_damaged_log(rocksdb::Env& env, const std::string& directory,
                            const std::vector<std::string>& names) {
  std::string broken;
  for (const std::string& name : logs_of(names)) {
    RV_ASSIGN(const std::string bytes, read(env, directory + "/" + name));
    const LogScan scan = scan_log(bytes);
    if (broken.empty() && scan.whole_bytes < bytes.size()) {
      broken = directory + "/" + name + " at byte " + std::to_string(scan.whole_bytes);
      if (!scan.resumes) continue;
    }
    if (!broken.empty() && (scan.has_content || scan.resumes)) {
      return fail(Code::kCorrupt,
                  broken +
                      ": a record of the log is damaged, those after it are whole. Restore a "
                      "backup, or start once with durability none to go on without them");
    }
  }
  return {};
}

}  // namespace

Result<> check_files(rocksdb::Env& env, const std::string& directory, Durability durability) {
  std::vector<std::string> names;
  const rocksdb::Status listed = env.GetChildren(directory, &names);
  if (listed.IsNotFound()) return {};
  if (!listed.ok()) return fail(Code::kUnavailable, directory + ": " + listed.ToString());
  if (!env.FileExists(directory + "/CURRENT").ok()) return refuse_lost_current(names, directory);
  RV_TRY(trim_manifest(env, directory));
  if (durability != Durability::kCommit) return {};
  return refuse_damaged_log(env, directory, names);
}

}  // namespace revier::store::detail
