// SPDX-License-Identifier: EUPL-1.2
// Files and folders as a backup needs them: copied, summed, synced, private. Blocking.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::backup::detail {

struct Summed {
  std::uint64_t bytes = 0;
  std::string sha256;
};

// Reads a regular file (no symbolic link) to its end. Errors: kCorrupt where it is none.
[[nodiscard]] Result<Summed> sum_file(const std::string& path);
// The same, and writes what was read to a new file, readable by its owner alone and synced.
[[nodiscard]] Result<Summed> copy_file(const std::string& from, const std::string& to);
[[nodiscard]] Result<> write_file(const std::string& path, std::string_view text);
[[nodiscard]] Result<std::string> read_text(const std::string& path, std::size_t bytes_max);

// Paths of all regular files below `folder`, in order; "skip" leaves out a file or folder by its
// path below it.
[[nodiscard]] Result<std::vector<std::string>> list_files(
    const std::string& folder, const std::function<bool(const std::string& path)>& skip);

// A file's path below a folder, "db/records.db"; empty where it lies elsewhere. Both may be
// relative to the working directory.
[[nodiscard]] std::string path_below(const std::string& folder, const std::string& file);
// Whether a path is that of a database or of a file beside it: "-wal", ".before-STEP".
[[nodiscard]] bool is_of_database(std::string_view path, std::string_view database);

// The folder, readable by its owner alone; its parents as the system makes them.
[[nodiscard]] Result<> make_folder(const std::string& path);
// Everything below is on disk and readable by its owner alone.
[[nodiscard]] Result<> seal(const std::string& folder);
[[nodiscard]] Result<> sync_folder(const std::string& path);
[[nodiscard]] Result<> move(const std::string& from, const std::string& to);
[[nodiscard]] Result<> remove_all(const std::string& path);
// Errors: kInsufficientStorage, in words, where fewer bytes are free on the disk of `folder`.
[[nodiscard]] Result<> require_space(const std::string& folder, std::uint64_t bytes);

}  // namespace revier::backup::detail
