// SPDX-License-Identifier: EUPL-1.2
// The command line: which command, its arguments, and the options given as flags.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "app/options.h"

namespace revier::app {

enum class Command : std::uint8_t {
  kServe,
  kUserAdd,
  kUserList,
  kUserToken,
  kUserProfile,
  kUserLink,
  kUserReset,
  kTenantAdd,
  kTenantList,
  kTicketKey,
  kDkim,
  kBackup,
  kRestore,
  kVerify,
  kStatus,
  kImport,
  kExport,
  kFibreList,
  kImportServices,
  kDemo,
  kConfigCheck,
  kConfigDocs,
  kConfigDump,
  kVersion,
};

// `revier import` and `revier export`.
struct TransferLine {
  std::string file;  // "-" is standard input or output
  std::string format;
  std::string mode = "replace";
  std::string context;
  std::string type;
  std::string id_column;
  std::string query;
  std::string rejects;
  std::string token_file;
  std::int64_t skip = 0;
  bool dry_run = false;
  bool resume = false;
};

// `revier fibre-list`, beside file, rejects, token file and dry run of the above.
struct FibreLine {
  std::string source;
  std::string as_of;
  std::string crs;
  std::size_t example = 0;  // so many invented addresses in place of a file
  bool invented = false;
  bool older = false;
};

struct CommandLine {
  Command command = Command::kVersion;
  std::string config_file;        // --config, else empty
  std::vector<Setting> settings;  // the options given as flags
  std::string name;               // of a user, a tenant, a profile; label of a token
  std::vector<std::string> roles;
  std::vector<std::string> actions;
  std::string rights_file;  // of a token or profile, empty: it has actions
  std::string issuer;       // of a profile
  std::string role;         // of a profile
  bool remove = false;      // the profile
  std::string tenant;
  std::int64_t days = 0;  // a token's life; 0 is without end
  std::string address;    // of the server that the demo fills, or that is read or written
  bool all_tenants = false;
  bool closed = false;    // a tenant that is read with a token only
  std::string path;       // of a backup, or of the folder that holds backups
  std::int64_t keep = 0;  // backups to leave; 0 is all
  bool list = false;
  bool force = false;
  TransferLine transfer;
  FibreLine fibre;
};

// What ends the program at once: help or a fault of usage.
struct Ending {
  int status = 0;
  std::string text;
};

// `arguments` without the program's name.
[[nodiscard]] std::variant<CommandLine, Ending> parse_command_line(
    std::span<const std::string> arguments);

}  // namespace revier::app
