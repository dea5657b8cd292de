// SPDX-License-Identifier: EUPL-1.2
// Backups: made while everything runs, verified, restored.
//
// A backup is a folder: manifest.json, store/ (a RocksDB checkpoint), records.db (SQLite's backup
// API, wherever the records lie) and every other file of the data folder (keys, clock, uploads).
// The checkpoint comes first, the records after it, the files last: whatever was acknowledged
// before make() was called is in it, a count that the records are ahead with is published again at
// the next start, and a file that a record names is there. All files are readable by their owner
// alone. It becomes visible under its name when it is whole and synced; until then it is NAME.part.
//
// Thread safety: functions without state; they block for as long as reading all data takes.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backup/manifest.h"
#include "base/result.h"
#include "base/time.h"
#include "records/records.h"
#include "store/store.h"

namespace revier::backup {

// Told what is being done, in words for people. An error ends the work with that error.
using Progress = std::function<Result<>(std::string_view)>;

struct Sources {
  const store::Store& store;
  records::Database& database;
  bool records_on_postgresql = false;  // then a backup holds no records
  std::string records_file = {};       // where the records lie; empty: records.db in the folder
  std::string folder;                  // the data folder
  std::string version;                 // of this program
  Instant now;                         // real clock
};

struct Made {
  std::string folder;  // where it is: PARENT/revier-20250205T080000Z
  Manifest manifest;
};

// Makes a new backup in `parent` and notes it in the list of backups, before anything is copied.
// What is left there of earlier ones that were cut short is removed. One at a time.
// Errors: kInsufficientStorage, kUnavailable with what the system said.
[[nodiscard]] Result<Made> make(const Sources& sources, const std::string& parent,
                                const Progress& progress);

// Holds every file against its checksum, every block of the store against its own, asks SQLite for
// integrity and compares the counts. Changes nothing.
// Errors: kCorrupt naming the file; kResourceNotFound where there is no manifest; kNewerFormat.
[[nodiscard]] Result<Manifest> verify(const std::string& backup, const Progress& progress);

struct Restore {
  std::string backup;
  std::string folder;        // the data folder, which the caller holds (app::FolderLock)
  std::string records_file;  // where the records shall lie; empty: records.db in the folder
  bool force = false;        // move what is there to before-restore-TIME in the folder
  Instant now;
};
// Verifies, copies, and puts everything into place in the end. One that was cut short is seen by
// unfinished_restore(); it is started again with `force`.
// Errors: those of verify(); kConflict where there are data and no `force`; kInsufficientStorage.
[[nodiscard]] Result<Manifest> restore(const Restore& restore, const Progress& progress);
[[nodiscard]] bool unfinished_restore(const std::string& folder);

// --- The list of backups: what still holds data that were erased since.

[[nodiscard]] std::span<const records::Migration> migrations();

struct Entry {
  std::string folder;
  Instant taken_at;
  std::int64_t bytes = 0;  // 0: it was not finished when these records were written
};
// Newest first; without those that forget() was told of.
[[nodiscard]] Result<std::vector<Entry>> list(records::Session& session);

// Removes the oldest backups of `parent`, so that `count` whole ones are left, and what is left of
// ones that were cut short; forgets them. `made`, the newest whatever its name says, stays. Returns
// the folders that are gone.
[[nodiscard]] Result<std::vector<std::string>> keep_newest(records::Database& database,
                                                           const std::string& parent,
                                                           std::size_t count,
                                                           const std::string& made = "");
// Takes a backup off the list: it does not exist any more.
[[nodiscard]] Result<> forget(records::Database& database, const std::string& folder);

}  // namespace revier::backup
