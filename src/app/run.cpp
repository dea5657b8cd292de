// SPDX-License-Identifier: EUPL-1.2
#include "app/run.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "app/accounts_commands.h"
#include "app/backup_commands.h"
#include "app/command_line.h"
#include "app/demo_command.h"
#include "app/dkim_key.h"
#include "app/fibre_command.h"
#include "app/files.h"
#include "app/options.h"
#include "app/serve_command.h"
#include "app/server_options.h"
#include "app/services_command.h"
#include "app/status_command.h"
#include "app/ticket_keys.h"
#include "app/transfer_commands.h"
#include "base/log.h"

namespace revier::app {
namespace {

constexpr const char* kUsualConfig = "/etc/revier/revier.toml";

Result<Options> load_options(const CommandLine& line) {
  std::vector<Setting> settings;
  const auto append = [&](std::vector<Setting> more) {
    settings.insert(settings.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  };
  const bool named = !line.config_file.empty();
  const std::string file = named ? line.config_file : kUsualConfig;
  if (named || file_exists(file)) {
    RV_ASSIGN(const std::string text, read_file(file));
    RV_ASSIGN(std::vector<Setting> from_file, settings_from_toml(text, file));
    append(std::move(from_file));
  }
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  RV_ASSIGN(std::vector<Setting> from_environment,
            settings_from_environment(environment,
                                      [](const std::string& path) { return read_file(path); }));
  append(std::move(from_environment));
  append(line.settings);
  return Options::from(settings);
}

void start_log(const Options& options) {
  static constexpr std::pair<std::string_view, Level> kLevels[] = {{"debug", Level::kDebug},
                                                                   {"info", Level::kInfo},
                                                                   {"warn", Level::kWarn},
                                                                   {"error", Level::kError}};
  Level least = Level::kInfo;
  for (const auto& [name, level] : kLevels) {
    if (options.text("log.level") == name) least = level;
  }
  configure_log(least,
                options.text("log.format") == "json" ? LogFormat::kJson : LogFormat::kLogfmt);
}

Result<> execute(const CommandLine& line, const Options& options) {
  switch (line.command) {
    case Command::kServe:
      return run_serve_command(options);
    case Command::kTicketKey:
      return run_ticket_key_command(options);
    case Command::kDkim:
      return run_dkim_command(options);
    case Command::kBackup:
      return run_backup_command(line, options);
    case Command::kRestore:
      return run_restore_command(line, options);
    case Command::kVerify:
      return run_verify_command(line, options);
    case Command::kStatus:
      return run_status_command(options);
    case Command::kImport:
      return run_import_command(line, options);
    case Command::kImportServices:
      return run_services_command(line, options);
    case Command::kFibreList:
      return run_fibre_command(line, options);
    case Command::kExport:
      return run_export_command(line, options);
    case Command::kDemo:
      return run_demo_command(line.address, options);
    case Command::kConfigCheck:
      RV_TRY(check_together(options));
      fmt::print("all options are well\n");
      return {};
    case Command::kConfigDump:
      fmt::print("{}", options_dump(options));
      return {};
    default:
      return run_accounts_command(line, options);
  }
}

Result<> run_command(const CommandLine& line) {
  if (line.command == Command::kVersion) {
    fmt::print("revier {}\n", REVIER_VERSION);
    return {};
  }
  if (line.command == Command::kConfigDocs) {
    fmt::print("{}", options_reference());
    return {};
  }
  RV_ASSIGN(const Options options, load_options(line));
  start_log(options);
  return execute(line, options);
}

}  // namespace

int run(std::span<const std::string> arguments) {
  const auto line = parse_command_line(arguments);
  if (const auto* ending = std::get_if<Ending>(&line)) {
    fmt::print(ending->status == 0 ? stdout : stderr, "{}", ending->text);
    return ending->status;
  }
  const Result<> done = run_command(std::get<CommandLine>(line));
  if (done) return 0;
  fmt::print(stderr, "revier: {}\n", done.error().message);
  return 1;
}

}  // namespace revier::app
