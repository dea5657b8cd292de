// SPDX-License-Identifier: EUPL-1.2
#include "app/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace revier::app {
namespace {

// An open descriptor; closed at the end.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Result<> sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor directory(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (directory.number() < 0 || ::fsync(directory.number()) != 0) return system_fault(path);
  return {};
}

}  // namespace

tl::unexpected<Error> system_fault(std::string_view path) {
  const Code code = errno == ENOENT ? Code::kResourceNotFound : Code::kUnavailable;
  return fail(code, fmt::format("{}: {}", path, std::strerror(errno)));
}

Result<> write_all(int descriptor, std::string_view text, std::string_view path) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return system_fault(path);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(path, O_RDONLY);
  if (file.number() < 0) return system_fault(path);
  std::string text;
  std::array<char, 16 * 1024> part;
  while (true) {
    const ssize_t got = ::read(file.number(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_fault(path);
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      return fail(Code::kTooLarge, fmt::format("{} is larger than {} bytes", path, bytes_max));
    }
  }
}

Result<> write_private_file(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  {
    const Descriptor file(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file.number() < 0 || ::fchmod(file.number(), 0600) != 0) return system_fault(fresh);
    RV_TRY(write_all(file.number(), text, fresh));
    if (::fsync(file.number()) != 0) return system_fault(fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_fault(path);
  return sync_folder_of(path);
}

Result<> make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Code::kUnavailable, fmt::format("{}: {}", path, error.message()));
  return {};
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

namespace {

// What root has made below the folder becomes its owner's. Descriptors, not paths: the owner may be
// moving things meanwhile, and nothing outside is to become hers.
void give_to(uid_t owner, gid_t group, int folder) {
  const std::unique_ptr<DIR, decltype(&::closedir)> entries(::fdopendir(folder), &::closedir);
  if (!entries) return;
  while (const dirent* const entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    struct stat found{};
    if (name == "." || name == ".." ||
        ::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    if (found.st_uid == 0) {
      (void)::fchownat(folder, name.c_str(), owner, group, AT_SYMLINK_NOFOLLOW);
    }
    if (!S_ISDIR(found.st_mode)) continue;
    const int inner =
        ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0) give_to(owner, group, inner);
  }
}

void give_to_owner(const std::string& folder) {
  struct stat owner{};
  if (::stat(folder.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened >= 0) give_to(owner.st_uid, owner.st_gid, opened);
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::string& folder) {
  const std::string path = folder + "/lock";
  Descriptor file(path, O_RDWR | O_CREAT, 0600);
  if (file.number() < 0) return system_fault(path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    std::string holder = read_file(path).value_or("");
    if (holder.empty()) holder = "unknown";
    return fail(Code::kConflict, fmt::format("{} is in use by another revier (process {}); stop it "
                                             "or choose another folder with --data",
                                             folder, holder));
  }
  if (::ftruncate(file.number(), 0) != 0) return system_fault(path);
  RV_TRY(write_all(file.number(), std::to_string(::getpid()), path));
  return FolderLock(file.release(), folder);
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), folder_(std::move(other.folder_)) {}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  if (::geteuid() == 0) give_to_owner(folder_);
  ::close(descriptor_);
}

}  // namespace revier::app
