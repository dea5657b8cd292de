// SPDX-License-Identifier: EUPL-1.2
// Files for SQLite that can lose their power. For tests only.
//
// Works on real files and keeps account of what a disk would owe: what was written to a file is
// safe once the file was synced; a new file's name too, as SQLite syncs the folder with it.
// lose_power() takes away what is not safe, in one of the ways a machine does it: all of it, any
// sectors of it, all from one moment on with the last sector torn, or nothing. The shared-memory
// file never survives. A sync is not handed to the disk: safety is a matter of this account.
//
//   PowerLossVfs disk(seed);
//   options.vfs = disk.name();
//   ... write ...; disk.cut_power(); close the database; disk.lose_power(); open again
//
// Thread safety: all methods from any thread; lose_power() when no file is open.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace revier::tests {

class PowerLossVfs {
 public:
  explicit PowerLossVfs(std::uint64_t seed);
  ~PowerLossVfs();
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;

  // To be given as records::Options::vfs.
  [[nodiscard]] std::string name() const;

  // From now every change fails and reaches no file.
  void cut_power();
  // The same at the n-th change from now (write, sync, truncation, deletion), n >= 1.
  void cut_power_after(std::uint64_t changes);
  // Takes away what is not safe, and turns the power on again.
  void lose_power();

  // Syncs do nothing and say that all is well, as with synchronous=OFF.
  void ignore_syncs();
  // The next sync of a file whose name ends so fails once. What it should have made safe never
  // becomes so, although later syncs of the file report success, as Linux does it.
  void fail_next_sync(std::string suffix);
  [[nodiscard]] std::uint64_t syncs() const;

  class Disk;

 private:
  std::unique_ptr<Disk> disk_;
};

}  // namespace revier::tests
