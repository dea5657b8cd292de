// SPDX-License-Identifier: EUPL-1.2
#include "support/power_loss_vfs.h"

#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <vector>

namespace revier::tests {
namespace {

constexpr std::size_t kSector = 512;

struct Change {
  std::size_t offset = 0;
  std::string bytes;
  bool truncates = false;  // to `offset`
};

void apply(std::string& content, const Change& change, std::size_t from, std::size_t count) {
  if (change.truncates) return content.resize(change.offset);
  const std::size_t start = change.offset + from;
  if (content.size() < start + count) content.resize(start + count);
  content.replace(start, count, change.bytes, from, count);
}

// What a disk knows of one file.
struct Account {
  std::optional<std::string> safe;  // nullopt: the name is not safe
  std::vector<Change> owed;
  bool deleted = false;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

class PowerLossVfs::Disk {
 public:
  explicit Disk(std::uint64_t seed) : chance_(seed) {
    vfs_.base = *sqlite3_vfs_find(nullptr);
    static int count = 0;
    name_ = "power-loss-" + std::to_string(++count);
    vfs_.base.zName = name_.c_str();
    vfs_.base.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
    vfs_.base.xOpen = open;
    vfs_.base.xDelete = remove;
    vfs_.disk = this;
    sqlite3_vfs_register(&vfs_.base, 0);
  }
  ~Disk() { sqlite3_vfs_unregister(&vfs_.base); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  void lose_power() {
    const std::lock_guard lock(mutex_);
    const auto way = chance_() % 4;
    for (auto& [path, account] : accounts_) {
      std::error_code ignored;
      std::filesystem::remove(path, ignored);
      std::filesystem::remove(path + "-shm", ignored);
      const auto content = left_of(account, way);
      if (content) std::ofstream(path, std::ios::binary) << *content;
      account = Account{content, {}, false};
    }
    std::erase_if(accounts_, [](const auto& entry) { return !entry.second.safe; });
    changes_left_.reset();
  }

  // One more change wants to happen; false without power.
  bool powered() {
    if (!changes_left_) return true;
    if (*changes_left_ == 0) return false;
    return --*changes_left_ > 0;
  }

  std::string name_;
  mutable std::mutex mutex_;
  std::optional<std::uint64_t> changes_left_;
  bool syncs_ignored_ = false;
  std::string failing_;
  std::uint64_t syncs_ = 0;

 private:
  struct File {
    sqlite3_file base;
    Disk* disk;
    std::string* path;  // nullptr: a temporary file without a name
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods* methods() { return real()->pMethods; }
  };
  struct Vfs {
    sqlite3_vfs base;
    Disk* disk;
  };

  static File* file(sqlite3_file* handle) { return reinterpret_cast<File*>(handle); }
  static Disk* disk(sqlite3_vfs* vfs) { return reinterpret_cast<Vfs*>(vfs)->disk; }
  static sqlite3_vfs* real() { return sqlite3_vfs_find("unix"); }

  std::optional<std::string> left_of(const Account& account, std::uint64_t way) {
    const bool name_lost = !account.safe && chance_() % 2 == 0;
    const bool deletion_done = account.deleted && chance_() % 2 == 0;
    if (name_lost || deletion_done || (account.deleted && !account.safe)) return std::nullopt;
    std::string content = account.safe.value_or("");
    if (way == 1) apply_any(content, account.owed);
    if (way == 2) apply_until_torn(content, account.owed);
    if (way == 3) {
      for (const Change& change : account.owed) apply(content, change, 0, change.bytes.size());
    }
    return content;
  }

  void apply_any(std::string& content, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      if (change.truncates && chance_() % 2 == 0) apply(content, change, 0, 0);
      for (std::size_t at = 0; at < change.bytes.size(); at += kSector) {
        const std::size_t count = std::min(kSector, change.bytes.size() - at);
        if (chance_() % 2 == 0) apply(content, change, at, count);
      }
    }
  }

  void apply_until_torn(std::string& content, const std::vector<Change>& changes) {
    if (changes.empty()) return;
    const std::size_t last = chance_() % changes.size();
    for (std::size_t i = 0; i < last; ++i) apply(content, changes[i], 0, changes[i].bytes.size());
    const Change& torn = changes[last];
    if (!torn.bytes.empty()) apply(content, torn, 0, chance_() % torn.bytes.size());
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* out) {
    File* made = new (handle) File{{nullptr}, disk(vfs), nullptr};
    const bool is_new = name != nullptr && !std::filesystem::exists(name);
    const int code = real()->xOpen(real(), name, made->real(), flags, out);
    if (code != SQLITE_OK) return code;
    made->base.pMethods = &kMethods;
    if (name != nullptr) {
      made->path = new std::string(name);
      made->disk->opened(*made->path, is_new);
    }
    return SQLITE_OK;
  }

  void opened(const std::string& path, bool is_new) {
    const std::lock_guard lock(mutex_);
    const auto [entry, added] = accounts_.try_emplace(path);
    if (added && !is_new) entry->second.safe = read_file(path);
    if (!added && entry->second.deleted) entry->second = Account{};
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    Disk& own = *disk(vfs);
    const std::lock_guard lock(own.mutex_);
    if (!own.powered()) return SQLITE_IOERR_DELETE;
    if (sync_folder != 0) {
      own.accounts_.erase(name);
    } else {
      own.accounts_[name].deleted = true;
    }
    return real()->xDelete(real(), name, 0);
  }

  static int close(sqlite3_file* handle) {
    File* own = file(handle);
    delete own->path;
    return own->methods()->xClose(own->real());
  }
  static int read(sqlite3_file* handle, void* to, int count, sqlite3_int64 offset) {
    return file(handle)->methods()->xRead(file(handle)->real(), to, count, offset);
  }
  static int write(sqlite3_file* handle, const void* from, int count, sqlite3_int64 offset) {
    File* own = file(handle);
    Change change{static_cast<std::size_t>(offset),
                  std::string(static_cast<const char*>(from), static_cast<std::size_t>(count))};
    if (!own->disk->note(*own, std::move(change))) return SQLITE_IOERR_WRITE;
    return own->methods()->xWrite(own->real(), from, count, offset);
  }
  static int truncate(sqlite3_file* handle, sqlite3_int64 size) {
    File* own = file(handle);
    Change change{static_cast<std::size_t>(size), {}, true};
    if (!own->disk->note(*own, std::move(change))) return SQLITE_IOERR_TRUNCATE;
    return own->methods()->xTruncate(own->real(), size);
  }

  bool note(const File& own, Change change) {
    const std::lock_guard lock(mutex_);
    if (!powered()) return false;
    if (own.path != nullptr) accounts_[*own.path].owed.push_back(std::move(change));
    return true;
  }

  static int sync(sqlite3_file* handle, int) {
    File* own = file(handle);
    Disk& disk = *own->disk;
    const std::lock_guard lock(disk.mutex_);
    if (!disk.powered()) return SQLITE_IOERR_FSYNC;
    ++disk.syncs_;
    if (own->path == nullptr || disk.syncs_ignored_) return SQLITE_OK;
    Account& account = disk.accounts_[*own->path];
    const bool fails = !disk.failing_.empty() && own->path->ends_with(disk.failing_);
    if (!account.safe) account.safe = "";
    for (const Change& change : account.owed) {
      if (!fails) apply(*account.safe, change, 0, change.bytes.size());
    }
    account.owed.clear();
    if (fails) disk.failing_.clear();
    return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  }

  static int size(sqlite3_file* handle, sqlite3_int64* out) {
    return file(handle)->methods()->xFileSize(file(handle)->real(), out);
  }
  static int lock(sqlite3_file* handle, int level) {
    return file(handle)->methods()->xLock(file(handle)->real(), level);
  }
  static int unlock(sqlite3_file* handle, int level) {
    return file(handle)->methods()->xUnlock(file(handle)->real(), level);
  }
  static int reserved(sqlite3_file* handle, int* out) {
    return file(handle)->methods()->xCheckReservedLock(file(handle)->real(), out);
  }
  static int control(sqlite3_file* handle, int op, void* arg) {
    return file(handle)->methods()->xFileControl(file(handle)->real(), op, arg);
  }
  static int sector(sqlite3_file* handle) {
    return file(handle)->methods()->xSectorSize(file(handle)->real());
  }
  static int device(sqlite3_file* handle) {
    return file(handle)->methods()->xDeviceCharacteristics(file(handle)->real());
  }
  static int shm_map(sqlite3_file* handle, int page, int size, int extend, void volatile** out) {
    return file(handle)->methods()->xShmMap(file(handle)->real(), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* handle, int offset, int count, int flags) {
    return file(handle)->methods()->xShmLock(file(handle)->real(), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* handle) {
    file(handle)->methods()->xShmBarrier(file(handle)->real());
  }
  static int shm_unmap(sqlite3_file* handle, int remove_it) {
    return file(handle)->methods()->xShmUnmap(file(handle)->real(), remove_it);
  }

  static constexpr sqlite3_io_methods kMethods{
      2,       close,  read,   write,   truncate, sync,        size,      lock,    unlock, reserved,
      control, sector, device, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

  std::mt19937_64 chance_;
  Vfs vfs_{};
  std::map<std::string, Account> accounts_;
};

PowerLossVfs::PowerLossVfs(std::uint64_t seed) : disk_(std::make_unique<Disk>(seed)) {}
PowerLossVfs::~PowerLossVfs() = default;

std::string PowerLossVfs::name() const { return disk_->name_; }
void PowerLossVfs::cut_power() {
  const std::lock_guard lock(disk_->mutex_);
  disk_->changes_left_ = 0;
}
void PowerLossVfs::cut_power_after(std::uint64_t changes) {
  const std::lock_guard lock(disk_->mutex_);
  disk_->changes_left_ = changes;
}
void PowerLossVfs::lose_power() { disk_->lose_power(); }
void PowerLossVfs::ignore_syncs() {
  const std::lock_guard lock(disk_->mutex_);
  disk_->syncs_ignored_ = true;
}
void PowerLossVfs::fail_next_sync(std::string suffix) {
  const std::lock_guard lock(disk_->mutex_);
  disk_->failing_ = std::move(suffix);
}
std::uint64_t PowerLossVfs::syncs() const {
  const std::lock_guard lock(disk_->mutex_);
  return disk_->syncs_;
}

}  // namespace revier::tests
