// SPDX-License-Identifier: EUPL-1.2
#include "records/copies.h"

#include <chrono>
#include <filesystem>

#include "records/detail/sql_session.h"

namespace revier::records {

Result<std::int64_t> erase_old_copies(const Options& options, Duration kept) {
  RV_ASSIGN(const detail::Target target, detail::parse_target(options));
  if (!target.sqlite) return 0;
  const std::filesystem::path file(target.file);
  const std::string begin = file.filename().string() + ".before-";
  const auto end =
      std::filesystem::file_time_type::clock::now() - std::chrono::microseconds(kept.us);
  std::int64_t erased = 0;
  std::error_code failed;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::absolute(file).parent_path(), failed)) {
    if (!entry.path().filename().string().starts_with(begin)) continue;
    if (entry.last_write_time(failed) > end || failed) continue;
    if (std::filesystem::remove(entry.path(), failed)) ++erased;
  }
  if (failed) return fail(Code::kUnavailable, "old copies of the records: " + failed.message());
  return erased;
}

}  // namespace revier::records
