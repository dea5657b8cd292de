// SPDX-License-Identifier: EUPL-1.2
#include "backup/detail/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "base/check.h"

namespace revier::backup::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPartBytes = std::size_t{256} << 10;

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
  [[nodiscard]] bool good() const { return number_ >= 0; }

 private:
  int number_;
};

tl::unexpected<Error> system_fault(const std::string& path, int reason) {
  Code code = Code::kUnavailable;
  if (reason == ENOENT) code = Code::kResourceNotFound;
  if (reason == ENOSPC || reason == EDQUOT) code = Code::kInsufficientStorage;
  return fail(code, fmt::format("{}: {}", path, std::strerror(reason)));
}

Result<> write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_fault(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

using Part = std::function<Result<>(std::string_view)>;

Result<Summed> read_through(const std::string& path, const Part& part) {
  const Descriptor file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file.good()) return system_fault(path, errno);
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return system_fault(path, errno);
  if (!S_ISREG(facts.st_mode)) return fail(Code::kCorrupt, path + " is no regular file");
  RV_CHECK(sodium_init() >= 0);
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  Summed sum;
  std::vector<char> buffer(kPartBytes);
  while (true) {
    const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_fault(path, errno);
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(buffer.data()), size);
    sum.bytes += size;
    RV_TRY(part({buffer.data(), size}));
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
  sum.sha256 = sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  return sum;
}

Result<> sync_path(const std::string& path, int flags) {
  const Descriptor file(path, flags);
  if (!file.good() || ::fsync(file.number()) != 0) return system_fault(path, errno);
  return {};
}

Result<> each_entry(const std::string& folder,
                    const std::function<Result<>(const fs::path&)>& step) {
  std::error_code error;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    RV_TRY(step(i->path()));
  }
  if (error) return system_fault(folder, error.value());
  return {};
}

}  // namespace

Result<Summed> sum_file(const std::string& path) {
  return read_through(path, [](std::string_view) -> Result<> { return {}; });
}

Result<Summed> copy_file(const std::string& from, const std::string& to) {
  const Descriptor file(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file.good()) return system_fault(to, errno);
  RV_ASSIGN(const Summed sum,
            read_through(from, [&](std::string_view part) { return write_all(file, part, to); }));
  if (::fsync(file.number()) != 0) return system_fault(to, errno);
  return sum;
}

Result<> write_file(const std::string& path, std::string_view text) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file.good()) return system_fault(path, errno);
  RV_TRY(write_all(file, text, path));
  if (::fsync(file.number()) != 0) return system_fault(path, errno);
  return {};
}

Result<std::string> read_text(const std::string& path, std::size_t bytes_max) {
  std::string text;
  RV_TRY(read_through(path, [&](std::string_view part) -> Result<> {
    if (text.size() + part.size() > bytes_max) {
      return fail(Code::kTooLarge, fmt::format("{} is larger than {} bytes", path, bytes_max));
    }
    text += part;
    return {};
  }));
  return text;
}

Result<std::vector<std::string>> list_files(
    const std::string& folder, const std::function<bool(const std::string& path)>& skip) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    const std::string path = i->path().lexically_relative(folder).string();
    const auto kind = i->symlink_status().type();
    if (skip(path)) {
      i.disable_recursion_pending();
    } else if (kind == fs::file_type::regular) {
      files.push_back(path);
    }
  }
  if (error) return system_fault(folder, error.value());
  std::ranges::sort(files);
  return files;
}

std::string path_below(const std::string& folder, const std::string& file) {
  std::error_code error;
  const fs::path from = fs::weakly_canonical(fs::absolute(folder, error), error);
  const fs::path to = fs::weakly_canonical(fs::absolute(file, error), error);
  const std::string below = to.lexically_relative(from).string();
  return below == "." || below == ".." || below.starts_with("../") ? std::string() : below;
}

bool is_of_database(std::string_view path, std::string_view database) {
  if (database.empty() || !path.starts_with(database)) return false;
  const std::string_view rest = path.substr(database.size());
  return rest.empty() || rest.starts_with('-') || rest.starts_with('.');
}

Result<> make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, fs::perms::owner_all, error);
  if (error) return system_fault(path, error.value());
  return {};
}

Result<> seal(const std::string& folder) {
  RV_TRY(each_entry(folder, [](const fs::path& path) -> Result<> {
    const bool is_folder = fs::is_directory(path);
    if (::chmod(path.c_str(), is_folder ? 0700 : 0600) != 0) {
      return system_fault(path.string(), errno);
    }
    return sync_path(path.string(), is_folder ? O_RDONLY | O_DIRECTORY : O_RDONLY);
  }));
  return sync_folder(folder);
}

Result<> sync_folder(const std::string& path) { return sync_path(path, O_RDONLY | O_DIRECTORY); }

Result<> move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_fault(to, errno);
  return {};
}

Result<> remove_all(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return system_fault(path, error.value());
  return {};
}

Result<> require_space(const std::string& folder, std::uint64_t bytes) {
  struct statvfs facts{};
  if (::statvfs(folder.c_str(), &facts) != 0) return system_fault(folder, errno);
  const std::uint64_t free = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  if (free >= bytes) return {};
  constexpr std::uint64_t kMiB = 1 << 20;
  return fail(Code::kInsufficientStorage, fmt::format("{}: {} MiB are needed and {} MiB are free",
                                                      folder, bytes / kMiB + 1, free / kMiB));
}

}  // namespace revier::backup::detail
