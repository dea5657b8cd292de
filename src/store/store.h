// SPDX-License-Identifier: EUPL-1.2
// The durable store of the data plane: ordered rows in RocksDB, written in groups.
//
// One writer thread takes all pending jobs, lets each add rows to one atomic batch, writes it with
// one sync, publishes and answers (base/group_commit.h). So what was acknowledged survives kill -9
// and power loss, and a group costs one sync.
//
// A failed sync is never retried: the pages the kernel dropped are gone, and a second fsync would
// claim success ("fsyncgate", 2018). The store turns read-only, every write is kReadOnly, and
// health() says so until the process is started again.
//
// Thread safety: all methods from any thread; `Batch` only inside its job.
// Durability: when a job's answer is good, its rows are on disk (Durability::kCommit).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/group_commit.h"
#include "base/result.h"

namespace rocksdb {
class FileSystem;
}

namespace revier::store {

// Families of rows, each with its own key order. Append only. In kMeta the keys that start with
// "store." are the store's own.
enum class Column : std::uint8_t { kMeta, kNames, kEntities, kHistory, kOutbox, kAudit };

enum class Durability : std::uint8_t { kCommit, kInterval, kNone };

class Batch {
 public:
  virtual ~Batch() = default;
  virtual void put(Column column, std::string_view key, std::string_view value) = 0;
  virtual void erase(Column column, std::string_view key) = 0;
  // All rows whose key starts with `prefix`, which is not empty; costs one row however many go.
  virtual void erase_prefix(Column column, std::string_view prefix) = 0;
  // Bytes that the batch holds so far.
  [[nodiscard]] virtual std::size_t size_bytes() const = 0;
};

using Writer = GroupCommit<Batch>;

// Rows in key order, as they were when the cursor was made. Views live until the next call. Must
// not outlive the store; used by one thread. It never leaves the rows that start with its prefix:
// beyond their ends valid() is false.
class Cursor {
 public:
  virtual ~Cursor() = default;
  [[nodiscard]] virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual void prev() = 0;
  virtual void seek(std::string_view key) = 0;       // to the first row not before `key`
  virtual void seek_back(std::string_view key) = 0;  // to the last row not after `key`
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  // After valid() turned false: ok at the end of the range, kCorrupt when reading failed.
  [[nodiscard]] virtual Result<> status() const = 0;
};

struct Options {
  std::string directory;
  Durability durability = Durability::kCommit;
  std::int64_t sync_interval_ms = 200;  // for kInterval
  // Memory for blocks that were read, and once more for rows that are in the log only.
  std::size_t cache_bytes = std::size_t{64} << 20;
  // Seam for tests: the files RocksDB works on; nullptr is the real file system.
  std::shared_ptr<rocksdb::FileSystem> file_system;
};

struct Health {
  bool writable = true;
  std::string reason;  // what failed, empty when all is well
};

class Store {
 public:
  // Opens or creates; verifies the format version.
  // Errors: kNewerFormat, kCorrupt (names the file), kUnavailable (locked by another process, no
  // space, no right).
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const Options& options);
  virtual ~Store() = default;

  [[nodiscard]] virtual Writer& writer() = 0;
  // kResourceNotFound where there is no such row.
  [[nodiscard]] virtual Result<std::string> get(Column column, std::string_view key) const = 0;
  // Rows from `from` (inclusive) to the end of those that start with `prefix`.
  [[nodiscard]] virtual std::unique_ptr<Cursor> scan(Column column, std::string_view prefix,
                                                     std::string_view from = {}) const = 0;
  // A consistent copy that can be opened, made while writing goes on; hard links where possible.
  [[nodiscard]] virtual Result<> checkpoint(const std::string& directory) const = 0;
  // Reads every block of the tables and of the log and holds it against its checksum; takes as long
  // as reading all files. kCorrupt names the file.
  [[nodiscard]] virtual Result<> verify() const = 0;
  [[nodiscard]] virtual Health health() const = 0;
  [[nodiscard]] virtual Durability durability() const = 0;
};

}  // namespace revier::store
