// SPDX-License-Identifier: EUPL-1.2
// Files for RocksDB that can lose their power. For tests only.
//
// Works on real files and keeps account of what a disk would owe: bytes of a file are safe once the
// file was synced, names (made, renamed, linked, deleted) once their directory was. lose_power()
// takes away what is not safe, in one of the ways a machine does it: all of it, a part, the last
// block torn, zeros where data should be; names back to some point of their order.
// A sync is not handed to the disk: safety is a matter of this account, so a test is quick.
//
//   PowerLossFs disk(directory, seed);
//   options.file_system = disk.file_system();
//   ... write ...; disk.cut_power(); close the store; disk.lose_power(); open again
//
// Directories themselves are always kept. Tracked are files opened through file_system().
// Thread safety: all methods from any thread; lose_power() when no file is open for writing.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rocksdb {
class FileSystem;
}

namespace revier::tests {

class Disk;

class PowerLossFs {
 public:
  // Deleted files are kept in `directory`.trash until their deletion is safe.
  PowerLossFs(std::string directory, std::uint64_t seed);
  ~PowerLossFs();
  PowerLossFs(const PowerLossFs&) = delete;
  PowerLossFs& operator=(const PowerLossFs&) = delete;

  [[nodiscard]] std::shared_ptr<rocksdb::FileSystem> file_system() const;

  // From now every change fails and reaches no file.
  void cut_power();
  // The same at the n-th change from now (append, sync, new file, rename, delete), n >= 1.
  void cut_power_after(std::uint64_t changes);
  [[nodiscard]] bool has_power() const;
  // Takes away what is not safe, and turns the power on again.
  void lose_power();

  // The next sync of a file whose name contains `name` fails once. What it should have made safe
  // never becomes so, although later syncs of the file report success, as Linux does it.
  void fail_next_sync(std::string name);

  // Syncs of files whose name contains `part` (all for ""), failed ones included; directories are
  // not counted.
  [[nodiscard]] std::uint64_t syncs(std::string_view part) const;
  // Bytes that are not safe now in files whose name ends with `suffix`.
  [[nodiscard]] std::uint64_t unsafe_bytes(std::string_view suffix) const;

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<rocksdb::FileSystem> file_system_;
};

}  // namespace revier::tests
