// SPDX-License-Identifier: EUPL-1.2
#include "support/power_loss_fs.h"

#include <fcntl.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <vector>

namespace revier::tests {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

constexpr std::uint64_t kSector = 512;

// One file, wherever its name is now.
struct File {
  std::string path;
  std::uint64_t size = 0;
  std::uint64_t safe = 0;
  bool forgot = false;  // a sync failed: later ones are a lie
};
using FilePtr = std::shared_ptr<File>;

// A change of names that its directory was not yet synced for, and how to take it back.
struct Change {
  std::string made;  // this name is new: remove it, or move it back to `moved_from`
  std::string moved_from;
  std::string replaced;  // in the trash: what stood under `made`, or was deleted
  std::string replaced_name;
};

IOStatus no_power() { return IOStatus::IOError("no power"); }

void zero(int file, std::uint64_t from, std::uint64_t to) {
  const std::string zeros(to - from, '\0');
  (void)!::pwrite(file, zeros.data(), zeros.size(), static_cast<off_t>(from));
}

}  // namespace

// The account, shared by the file system and its open files.
class Disk {
 public:
  Disk(std::string directory, std::uint64_t seed)
      : trash_(std::move(directory) + ".trash"), chance_(seed) {
    fs::create_directories(trash_);
  }
  ~Disk() { fs::remove_all(trash_); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // --- power ---
  // Counts one change; false when there is no power for it.
  bool spend() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ == 0) on_ = false;
    return on_;
  }
  void cut() {
    const std::lock_guard lock(mutex_);
    on_ = false;
  }
  void cut_after(std::uint64_t changes) {
    const std::lock_guard lock(mutex_);
    left_ = changes;
  }
  bool on() const {
    const std::lock_guard lock(mutex_);
    return on_;
  }

  // --- files ---
  FilePtr created(const std::string& path) {
    const std::lock_guard lock(mutex_);
    Change change{.made = path};
    set_aside(path, change);
    changes_[parent(path)].push_back(change);
    return files_[path] = std::make_shared<File>(File{path});
  }
  FilePtr reopened(const std::string& path) {
    const std::lock_guard lock(mutex_);
    FilePtr& file = files_[path];
    if (!file) {
      const std::uint64_t size = fs::exists(path) ? fs::file_size(path) : 0;
      file = std::make_shared<File>(File{path, size, size});
    }
    return file;
  }
  void appended(File& file, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    file.size += bytes;
  }
  void truncated(File& file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    file.size = size;
    file.safe = std::min(file.safe, size);
  }
  IOStatus synced(File& file) {
    const std::lock_guard lock(mutex_);
    ++syncs_[fs::path(file.path).filename().string()];
    if (!failing_.empty() && file.path.find(failing_) != std::string::npos) {
      failing_.clear();
      file.forgot = true;
      return IOStatus::IOError("sync of " + file.path + " failed");
    }
    if (!file.forgot) file.safe = file.size;
    return IOStatus::OK();
  }

  // --- names ---
  void directory_synced(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    for (const Change& change : changes_[plain(directory)]) {
      if (change.replaced.empty()) continue;
      fs::remove(change.replaced);
      files_.erase(change.replaced);
    }
    changes_.erase(plain(directory));
  }
  void deleting(const std::string& path) {
    const std::lock_guard lock(mutex_);
    Change change;
    set_aside(path, change);
    changes_[parent(path)].push_back(change);
  }
  void renaming(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    if (fs::is_directory(from)) return move_directory(from, to);
    Change change{.made = to, .moved_from = from};
    set_aside(to, change);
    move(from, to);
    changes_[parent(to)].push_back(change);
  }
  void linked(const std::string& path) {
    const std::lock_guard lock(mutex_);
    changes_[parent(path)].push_back(Change{.made = path});
  }

  // --- loss ---
  void lose() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, file] : files_) tear(path, *file);
    for (auto& [directory, changes] : changes_) take_back(changes);
    files_.clear();
    changes_.clear();
    fs::remove_all(trash_);
    fs::create_directories(trash_);
    failing_.clear();
    left_ = 0;
    on_ = true;
  }

  // --- questions ---
  void fail_next_sync(std::string name) {
    const std::lock_guard lock(mutex_);
    failing_ = std::move(name);
  }
  std::uint64_t syncs(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [name, count] : syncs_)
      sum += name.find(part) != std::string::npos ? count : 0;
    return sum;
  }
  std::uint64_t unsafe_bytes(std::string_view suffix) const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [path, file] : files_) {
      if (path.ends_with(suffix)) sum += file->size - file->safe;
    }
    return sum;
  }

 private:
  static std::string plain(std::string directory) {
    while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
    return directory;
  }
  static std::string parent(const std::string& path) {
    return plain(fs::path(path).parent_path().string());
  }

  void move(const std::string& from, const std::string& to) {
    fs::rename(from, to);
    if (auto node = files_.extract(from)) {
      node.key() = to;
      node.mapped()->path = to;
      files_.insert(std::move(node));
    }
  }
  // Puts what stands under `path` into the trash, for `change` to bring back.
  void set_aside(const std::string& path, Change& change) {
    if (!fs::exists(path)) return;
    change.replaced = trash_ + "/" + std::to_string(++trashed_);
    change.replaced_name = path;
    move(path, change.replaced);
  }
  void move_directory(const std::string& from, const std::string& to) {
    std::vector<std::string> inside;
    for (const auto& [path, file] : files_) {
      if (path.starts_with(from + "/")) inside.push_back(path);
    }
    fs::rename(from, to);
    for (const std::string& path : inside) {
      auto node = files_.extract(path);
      node.key() = to + path.substr(from.size());
      node.mapped()->path = node.key();
      files_.insert(std::move(node));
    }
    if (auto node = changes_.extract(plain(from))) {
      for (Change& change : node.mapped()) {
        for (std::string* name : {&change.made, &change.moved_from, &change.replaced_name}) {
          if (name->starts_with(from + "/")) *name = to + name->substr(from.size());
        }
      }
      node.key() = plain(to);
      changes_.insert(std::move(node));
    }
  }

  std::uint64_t below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(chance_);
  }

  void tear(const std::string& path, const File& file) {
    if (file.size <= file.safe || !fs::exists(path)) return;
    const std::uint64_t kept = file.safe + below(file.size - file.safe + 1);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    switch (below(5)) {
      case 0:  // all of it
        (void)!::ftruncate(descriptor, static_cast<off_t>(file.safe));
        break;
      case 1:  // a part
        (void)!::ftruncate(descriptor, static_cast<off_t>(kept));
        break;
      case 2:  // the last block torn
        (void)!::ftruncate(descriptor, static_cast<off_t>(kept));
        garble(descriptor, std::max(file.safe, kept / kSector * kSector), kept);
        break;
      case 3:  // the new size is on disk, not all of the data
        zero(descriptor, kept, file.size);
        break;
      default:  // nothing: it had just been written out
        break;
    }
    ::close(descriptor);
  }
  void garble(int descriptor, std::uint64_t from, std::uint64_t to) {
    std::string bytes(to - from, '\0');
    for (char& byte : bytes) byte = static_cast<char>(below(256));
    (void)!::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(from));
  }

  // Names go back to some point: all, none or a part of the changes are on disk, in their order.
  void take_back(std::vector<Change>& changes) {
    const std::uint64_t kept = below(3) == 0   ? 0
                               : below(2) == 0 ? changes.size()
                                               : below(changes.size() + 1);
    while (changes.size() > kept) {
      const Change change = std::move(changes.back());
      changes.pop_back();
      std::error_code ignored;
      if (!change.moved_from.empty()) {
        fs::rename(change.made, change.moved_from, ignored);
      } else if (!change.made.empty()) {
        fs::remove(change.made, ignored);
      }
      if (!change.replaced.empty()) fs::rename(change.replaced, change.replaced_name, ignored);
    }
  }

  const std::string trash_;
  mutable std::mutex mutex_;
  std::mt19937_64 chance_;
  std::map<std::string, FilePtr> files_;
  std::map<std::string, std::vector<Change>> changes_;
  std::map<std::string, std::uint64_t> syncs_;
  std::string failing_;
  std::uint64_t trashed_ = 0;
  std::uint64_t left_ = 0;
  bool on_ = true;
};

namespace {

class LossyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LossyFile(std::unique_ptr<FSWritableFile> real, std::shared_ptr<Disk> disk, FilePtr file)
      : FSWritableFileOwnerWrapper(std::move(real)),
        disk_(std::move(disk)),
        file_(std::move(file)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    IOStatus status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) disk_->appended(*file_, data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("direct writing");
  }
  IOStatus PositionedAppend(const Slice&, std::uint64_t, const IOOptions&,
                            const rocksdb::DataVerificationInfo&, IODebugContext*) override {
    return IOStatus::NotSupported("direct writing");
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    IOStatus status = FSWritableFileOwnerWrapper::Truncate(size, options, debug);
    if (status.ok()) disk_->truncated(*file_, size);
    return status;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return FSWritableFileOwnerWrapper::Close(options, debug);  // no sync
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return disk_->spend() ? disk_->synced(*file_) : no_power();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // a hint, no promise
  }

 private:
  std::shared_ptr<Disk> disk_;
  FilePtr file_;
};

class LossyDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  LossyDirectory(std::unique_ptr<FSDirectory> real, std::shared_ptr<Disk> disk, std::string path)
      : FSDirectoryWrapper(std::move(real)), disk_(std::move(disk)), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    if (!disk_->spend()) return no_power();
    disk_->directory_synced(path_);
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  std::shared_ptr<Disk> disk_;
  const std::string path_;
};

class LossyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit LossyFileSystem(std::shared_ptr<Disk> disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(std::move(disk)) {}
  const char* Name() const override { return "PowerLossFs"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    const FilePtr file = disk_->created(path);
    return wrap(FileSystemWrapper::NewWritableFile(path, options, result, debug), file, result);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result,
                              IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    const FilePtr file = disk_->reopened(path);
    return wrap(FileSystemWrapper::ReopenWritableFile(path, options, result, debug), file, result);
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("a recycled log cannot be told from a torn one");
  }
  IOStatus NewRandomRWFile(const std::string&, const FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("writing in place");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<FSDirectory>* result, IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(path, options, result, debug);
    if (status.ok()) *result = std::make_unique<LossyDirectory>(std::move(*result), disk_, path);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    if (!FileSystemWrapper::FileExists(path, options, debug).ok()) {
      return IOStatus::PathNotFound(path);
    }
    disk_->deleting(path);
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    if (!FileSystemWrapper::FileExists(from, options, debug).ok()) {
      return IOStatus::PathNotFound(from);
    }
    disk_->renaming(from, to);
    return IOStatus::OK();
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    if (!disk_->spend()) return no_power();
    IOStatus status = FileSystemWrapper::LinkFile(from, to, options, debug);
    if (status.ok()) disk_->linked(to);
    return status;
  }

 private:
  IOStatus wrap(IOStatus status, FilePtr file, std::unique_ptr<FSWritableFile>* result) {
    if (status.ok()) {
      *result = std::make_unique<LossyFile>(std::move(*result), disk_, std::move(file));
    }
    return status;
  }

  std::shared_ptr<Disk> disk_;
};

}  // namespace

PowerLossFs::PowerLossFs(std::string directory, std::uint64_t seed)
    : disk_(std::make_shared<Disk>(std::move(directory), seed)),
      file_system_(std::make_shared<LossyFileSystem>(disk_)) {}
PowerLossFs::~PowerLossFs() = default;

std::shared_ptr<rocksdb::FileSystem> PowerLossFs::file_system() const { return file_system_; }
void PowerLossFs::cut_power() { disk_->cut(); }
void PowerLossFs::cut_power_after(std::uint64_t changes) { disk_->cut_after(changes); }
bool PowerLossFs::has_power() const { return disk_->on(); }
void PowerLossFs::lose_power() { disk_->lose(); }
void PowerLossFs::fail_next_sync(std::string name) { disk_->fail_next_sync(std::move(name)); }
std::uint64_t PowerLossFs::syncs(std::string_view part) const { return disk_->syncs(part); }
std::uint64_t PowerLossFs::unsafe_bytes(std::string_view suffix) const {
  return disk_->unsafe_bytes(suffix);
}

}  // namespace revier::tests
