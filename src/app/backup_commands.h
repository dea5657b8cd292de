// SPDX-License-Identifier: EUPL-1.2
// `revier backup`, `restore` and `verify`.
#pragma once
#include "app/command_line.h"
#include "app/options.h"
#include "base/result.h"
#include "base/time.h"
#include "records/records.h"
#include "store/store.h"

namespace revier::app {

// What a running server and a stopped folder both make a backup of.
struct BackupParts {
  const Options& options;
  const store::Store& store;
  records::Database& database;
  const Clock& real_clock;
};
// {"folder": ..., "bytes": ..., "entities": ..., "removed": [...]}; `keep` 0 keeps all.
[[nodiscard]] Result<std::string> make_backup(
    const BackupParts& parts, const std::string& parent, std::int64_t keep,
    const std::function<Result<>(std::string_view)>& progress);

// Asks the running server, or opens the folder of a stopped one itself.
[[nodiscard]] Result<> run_backup_command(const CommandLine& line, const Options& options);
[[nodiscard]] Result<> run_restore_command(const CommandLine& line, const Options& options);
// A backup where line.path names one, else the data folder of a stopped server.
[[nodiscard]] Result<> run_verify_command(const CommandLine& line, const Options& options);

}  // namespace revier::app
