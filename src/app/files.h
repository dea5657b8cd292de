// SPDX-License-Identifier: EUPL-1.2
// Small whole files of the operator's and of the data folder. Blocking; for start-up and tools.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::app {

// What the system said of `path`, by errno: kResourceNotFound or kUnavailable.
[[nodiscard]] tl::unexpected<Error> system_fault(std::string_view path);
// Writes all of it, however many calls that takes; `path` is for the error.
[[nodiscard]] Result<> write_all(int descriptor, std::string_view text, std::string_view path);
// Errors: kResourceNotFound; kTooLarge beyond `bytes_max`; kUnavailable with what the system said.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t bytes_max = std::size_t{1} << 20);
// Replaces the file at once and durably, readable by its owner alone (0600).
[[nodiscard]] Result<> write_private_file(const std::string& path, std::string_view text);
[[nodiscard]] Result<> make_directory(const std::string& path);
[[nodiscard]] bool file_exists(const std::string& path);

// Holds a folder for one process as long as it lives. Where that was root's, what it has made in a
// folder of somebody else's is given to that owner at the end, whose service is to open it.
class FolderLock {
 public:
  // Errors: kConflict, naming the process that holds it.
  [[nodiscard]] static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  FolderLock(int descriptor, std::string folder)
      : descriptor_(descriptor), folder_(std::move(folder)) {}
  int descriptor_;
  std::string folder_;
};

}  // namespace revier::app
