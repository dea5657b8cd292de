// SPDX-License-Identifier: EUPL-1.2
#include "app/command_line.h"

#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fibre/read_list.h"

namespace revier::app {
namespace {

constexpr const char* kDescription =
    "Revier: open urban platform and event hub.\n"
    "  revier serve --demo herne      the demo city on http://127.0.0.1:8080\n"
    "  revier COMMAND --help          teaches a command";

// Builds the commands on one CommandLine; CLI11 calls back into it while parsing.
class Grammar {
 public:
  explicit Grammar(CommandLine& out) : app_(kDescription, "revier"), out_(out) {
    app_.require_subcommand(1);
    app_.set_help_all_flag();
    add_serve();
    add_user();
    add_tenant();
    add_ticket_key();
    add_dkim();
    add_backup();
    add_import();
    add_export();
    add_fibre_list();
    add_import_services();
    add_config();
    add_demo();
    command(app_, "version", "Print the version", Command::kVersion, false);
  }

  CLI::App& app() { return app_; }

 private:
  CLI::App* command(CLI::App& parent, const char* name, const std::string& help, Command which,
                    bool every_option) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->callback([this, which] { out_.command = which; });
    if (which == Command::kVersion || which == Command::kConfigDocs) return sub;
    sub->add_option("--config", out_.config_file, "TOML file with options")->type_name("FILE");
    for (const OptionRow& row : option_rows()) {
      if (every_option || row.common) add_option(*sub, row);
    }
    return sub;
  }

  void add_option(CLI::App& sub, const OptionRow& row) {
    const std::string flag = flag_name(row);
    const auto take = [this, &row, flag](const std::vector<std::string>& values) {
      std::string text;
      for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
      if (row.type == OptionType::kFlag && text.empty()) text = "on";
      out_.settings.push_back({std::string(row.name), text, flag});
      return true;
    };
    std::string help(row.help);
    if (!row.default_text.empty()) help += fmt::format(" [{}]", row.default_text);
    CLI::Option* option = sub.add_option(flag, take, help)->group("Options");
    if (row.type == OptionType::kFlag) {
      option->expected(0, 1)->type_name("[on|off]");
    } else {
      option->expected(1)->type_name(row.unit.empty() ? "VALUE" : std::string(row.unit));
      option->multi_option_policy(row.type == OptionType::kList ? CLI::MultiOptionPolicy::TakeAll
                                                                : CLI::MultiOptionPolicy::TakeLast);
    }
  }

  void add_serve() {
    command(app_, "serve",
            "Serve the site, the broker and the console.\n"
            "  revier serve --data /var/lib/revier --listen 0.0.0.0:8080 --server-names "
            "events.example.org",
            Command::kServe, true);
  }

  void add_user() {
    CLI::App* user = app_.add_subcommand("user", "People and programs that may write");
    user->require_subcommand(1);
    CLI::App* add = command(*user, "add",
                            "Make an account and print the one-time link that sets its password.\n"
                            "  revier user add anna --role programme-editor\n"
                            "  revier user add bert --role desk@scd-2025",
                            Command::kUserAdd, false);
    add->add_option("name", out_.name, "Sign-in name")->required();
    add->add_option("--role", out_.roles, "Role, for one event as ROLE@EVENT; repeatable")
        ->required();
    command(*user, "list", "List accounts, tokens and profiles.\n  revier user list",
            Command::kUserList, false);
    CLI::App* link = command(*user, "link",
                             "Print a one-time link that sets a new password; without a name the "
                             "one for the first administrator.\n  revier user link anna",
                             Command::kUserLink, false);
    link->add_option("name", out_.name, "Sign-in name");
    CLI::App* reset = command(*user, "reset",
                              "Take the second factor of an account away: for somebody who has "
                              "lost both app and recovery codes.\n  revier user reset anna",
                              Command::kUserReset, false);
    reset->add_option("name", out_.name, "Sign-in name")->required();
    add_token(*user);
    add_profile(*user);
  }

  void add_profile(CLI::App& user) {
    CLI::App* profile = command(
        user, "profile",
        "Say what tokens of an identity provider may whose bearers have a role.\n"
        "  revier user profile parking --issuer login --role parking-writer --rights parking.json\n"
        "  revier user profile parking --remove",
        Command::kUserProfile, false);
    profile->add_option("name", out_.name, "Of the profile: a-z 0-9 -")->required();
    profile->add_option("--issuer", out_.issuer, "Name of the provider in the file oidc.issuers");
    profile->add_option("--role", out_.role, "Role, group or scope, as the provider writes it");
    profile->add_option("--action", out_.actions, "What it may do; repeatable");
    profile->add_option("--rights", out_.rights_file,
                        "File with rights by entity, instead of --action (docs/api/rights.md)");
    profile->add_option("--tenant", out_.tenant, "Tenant it holds for [the default one]");
    profile->add_flag("--all-tenants", out_.all_tenants, "Holds for every tenant and scope");
    profile->add_flag("--remove", out_.remove, "Take the profile away, at once");
  }

  void add_token(CLI::App& user) {
    CLI::App* token = command(user, "token",
                              "Make a token for a program and print it, once.\n"
                              "  revier user token sensors --action data.read --action data.write\n"
                              "  revier user token parking --rights parking.json",
                              Command::kUserToken, false);
    token->add_option("label", out_.name, "What the token is for")->required();
    token->add_option("--action", out_.actions,
                      "What it may do; repeatable [data.read, data.write]");
    token->add_option("--rights", out_.rights_file,
                      "File with rights by entity, instead of --action (docs/api/rights.md)");
    token->add_option("--tenant", out_.tenant, "Tenant it holds for [the default one]");
    token->add_flag("--all-tenants", out_.all_tenants, "Holds for every tenant and scope");
    token->add_option("--days", out_.days, "Days until it ends; 0 is never")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{36'500}));
  }

  void add_tenant() {
    CLI::App* tenant = app_.add_subcommand("tenant", "Separate sets of entities in one broker");
    tenant->require_subcommand(1);
    CLI::App* add = command(*tenant, "add", "Make a tenant.\n  revier tenant add waste --closed",
                            Command::kTenantAdd, false);
    add->add_option("name", out_.name, "1 to 50 of a-z 0-9 _")->required();
    add->add_flag("--closed", out_.closed, "Is read with a token only");
    command(*tenant, "list", "List the tenants.\n  revier tenant list", Command::kTenantList,
            false);
  }

  void add_backup() {
    CLI::App* backup = command(
        app_, "backup",
        "Make a backup while the server runs (or of a stopped one): a folder of its own in FOLDER "
        "with the store, the records and the keys, readable by its owner alone. Whatever was "
        "acknowledged before is in it.\n"
        "  revier backup /var/backups/revier --data /var/lib/revier --keep 14",
        Command::kBackup, false);
    backup->add_option("folder", out_.path, "Where backups are kept; made where it is missing");
    backup->add_option("--keep", out_.keep, "Remove the oldest ones, so that so many are left")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000}));
    backup->add_flag("--list", out_.list, "List the backups that were made, newest first");
    CLI::App* restore = command(
        app_, "restore",
        "Verify a backup and put it into the data folder of a stopped server.\n"
        "  revier restore /var/backups/revier/revier-20250205T080000Z --data /var/lib/revier",
        Command::kRestore, false);
    restore->add_option("backup", out_.path, "The backup's folder")->required();
    restore->add_flag("--force", out_.force,
                      "Although there are data: they are moved to before-restore-TIME in it");
    add_verify();
  }

  void add_verify() {
    CLI::App* verify = command(
        app_, "verify",
        "Read everything in a backup, or in the data folder of a stopped server, and hold it "
        "against its checksums.\n"
        "  revier verify /var/backups/revier/revier-20250205T080000Z\n"
        "  revier verify --data /var/lib/revier",
        Command::kVerify, false);
    verify->add_option("backup", out_.path, "The backup's folder; without it the data folder");
    command(app_, "status",
            "Ask the running server how it is: state with reasons, versions, disk, last backup. "
            "Ends with 0 when all is well, with 1 otherwise.\n"
            "  revier status --data /var/lib/revier",
            Command::kStatus, false);
  }

  // What both ways of entities share.
  void add_transfer(CLI::App& sub) {
    TransferLine& line = out_.transfer;
    sub.add_option("--format", line.format,
                   "ngsi-ld, ndjson, csv or geojson [by the file's name: .json .jsonld .ndjson "
                   ".jsonl .csv .geojson]");
    sub.add_option("--context", line.context, "URL of the @context of short names [core]");
    sub.add_option("--tenant", out_.tenant, "Tenant [the default one]");
    sub.add_option("--address", out_.address,
                   "Of another server: https://city.example [the one that runs on --data]");
    sub.add_option("--token-file", line.token_file,
                   "File with a token for it; of the own server none is needed");
  }

  void add_import() {
    CLI::App* sub = command(
        app_, "import",
        "Write entities of a file into a running server, in batches, by their ids: repeating an "
        "import makes no doubles. What is refused is listed with line and reason in "
        "FILE.rejected.csv, everything else is written.\n"
        "  revier import sensors.csv --type Device --id nr --dry-run\n"
        "  revier import sensors.csv --type Device --id nr\n"
        "  revier import offices.geojson --type Office\n"
        "  revier import backup.ndjson --address https://city.example --token-file token\n"
        "CSV: the first row names the columns: id, type, latitude, longitude, NAME, NAME.unitCode, "
        "NAME.observedAt, NAME.object, NAME.languageMap.de ...: docs/operate/import.md.",
        Command::kImport, false);
    TransferLine& line = out_.transfer;
    sub->add_option("file", line.file, "File to read; - is standard input")->required();
    add_transfer(*sub);
    sub->add_option("--type", line.type, "Type of rows and features that name none");
    sub->add_option("--id", line.id_column,
                    "Column or property with the id [id]; 17 of type Device becomes "
                    "urn:ngsi-ld:Device:17");
    sub->add_option("--mode", line.mode,
                    "Of entities that are there: replace them, update (their other attributes "
                    "stay), create (they stay, the row is refused) [replace]")
        ->check(CLI::IsMember({"replace", "update", "create"}));
    sub->add_option("--skip", line.skip, "Go on behind so many entities of the file")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40));
    sub->add_option("--rejects", line.rejects, "Where refused ones are listed [FILE.rejected.csv]");
    sub->add_flag("--dry-run", line.dry_run, "Check the file and write nothing");
  }

  void add_export() {
    CLI::App* sub =
        command(app_, "export",
                "Write the entities of a running server into a file that `import` reads again.\n"
                "  revier export city.ndjson\n"
                "  revier export parking.geojson --type OffStreetParking\n"
                "  revier export hot.csv --type AirQualityObserved --q 'pm10>40'",
                Command::kExport, false);
    TransferLine& line = out_.transfer;
    sub->add_option("file", line.file, "File to write; - is standard output")->required();
    add_transfer(*sub);
    sub->add_option("--type", line.type, "Types to export, with commas between [all]");
    sub->add_option("--q", line.query, "Only those that a query of NGSI-LD finds");
    sub->add_flag("--resume", line.resume,
                  "Go on with FILE.part, which an export of NDJSON left that was stopped");
  }

  void add_import_services() {
    CLI::App* sub = command(
        app_, "import-services",
        "Read services of the administration into the catalogue of a running server. Each row that "
        "is refused is named with its reason, everything else is taken; what is not in the file "
        "stays.\n"
        "  revier import-services services.csv --dry-run\n"
        "  revier import-services services.csv\n"
        "  revier import-services services.json --address https://city.example --token-file token\n"
        "CSV, XLSX or JSON; columns: docs/organise/services.md.",
        Command::kImportServices, false);
    sub->add_option("file", out_.transfer.file, "File to read")->required();
    sub->add_flag("--dry-run", out_.transfer.dry_run, "Say what it would do and write nothing");
    sub->add_option("--address", out_.address,
                    "Of another server: https://city.example [the one that runs on --data]");
    sub->add_option("--token-file", out_.transfer.token_file,
                    "File with a token for it; of the own server none is needed");
  }

  void add_fibre_list() {
    CLI::App* sub = command(
        app_, "fibre-list",
        "Put a list of addresses and their state of the fibre roll-out in the place of the one in "
        "force, in a running server. What is refused is listed with its reason in "
        "FILE.rejected.csv, everything else is in force at once.\n"
        "  revier fibre-list streets.csv --source 'Netz GmbH' --as-of 2025-01-31 --dry-run\n"
        "  revier fibre-list streets.csv --source 'Netz GmbH' --as-of 2025-01-31\n"
        "  revier fibre-list streets.shp --source 'Stadt Herne' --as-of 2025-01-31\n"
        "  revier fibre-list --example 60000 --source 'Invented' --as-of 2025-01-31\n"
        "CSV, GeoJSON, a Shapefile or a ZIP of its parts; columns: docs/operate/import.md.",
        Command::kFibreList, false);
    FibreLine& line = out_.fibre;
    auto* const file = sub->add_option("file", out_.transfer.file, "File to read");
    auto* const example =
        sub->add_option("--example", line.example,
                        "So many made-up addresses in place of a file, to try it out; marked as "
                        "invented on every page")
            ->check(CLI::Range(std::size_t{1}, fibre::kListRowsMax))
            ->excludes(file);
    file->excludes(example);
    sub->add_option("--source", line.source, "Whose list it is; shown with every answer")
        ->required();
    sub->add_option("--as-of", line.as_of, "Day on which it was true, like 2025-01-31")->required();
    sub->add_option("--crs", line.crs,
                    "System of its coordinates where the file does not say it, like EPSG:25832");
    sub->add_flag("--invented", line.invented, "The list is an example; every page says so");
    sub->add_flag("--older", line.older, "Also where the list in force is of a later day");
    sub->add_option("--rejects", out_.transfer.rejects,
                    "Where refused rows are listed [FILE.rejected.csv]");
    sub->add_flag("--dry-run", out_.transfer.dry_run, "Check the file and change nothing");
    sub->add_option("--address", out_.address,
                    "Of another server: https://city.example [the one that runs on --data]");
    sub->add_option("--token-file", out_.transfer.token_file,
                    "File with a token for it; of the own server none is needed");
  }

  void add_ticket_key() {
    command(app_, "ticket-key",
            "Add a key that signs tickets from the next start on; those signed before stay good.\n"
            "  revier ticket-key --data /var/lib/revier",
            Command::kTicketKey, false);
  }

  void add_dkim() {
    command(app_, "dkim",
            "Show the record that the domain of mail.from needs, so that others can check the "
            "signatures of letters; makes the key where there is none.\n"
            "  revier dkim --config /etc/revier/revier.toml --data /var/lib/revier",
            Command::kDkim, false);
  }

  void add_demo() {
    CLI::App* demo = command(app_, "demo",
                             "Load the demo city into a running server and simulate its sensors; "
                             "`serve --demo` starts this by itself.\n"
                             "  revier demo --data data --address http://127.0.0.1:8080",
                             Command::kDemo, false);
    demo->add_option("--address", out_.address, "Of the server")->required();
  }

  void add_config() {
    CLI::App* config = app_.add_subcommand("config", "Options: check, list, describe");
    config->require_subcommand(1);
    command(*config, "check",
            "Say whether all options are well.\n  revier config check --config revier.toml",
            Command::kConfigCheck, true);
    command(*config, "dump", "Print the values in force and where each comes from, as TOML",
            Command::kConfigDump, true);
    command(*config, "docs", "Print the reference page (Markdown)", Command::kConfigDocs, false);
  }

  CLI::App app_;
  CommandLine& out_;
};

// Names the nearest flag for those that are none.
std::string unknown_flags(CLI::App& app) {
  std::string text;
  for (const std::string& flag : app.remaining(true)) {
    if (!flag.starts_with("--")) continue;
    std::string name = flag.substr(2, flag.find('=') - 2);
    text += fmt::format("{} is no option; the nearest is {}\n", flag,
                        flag_name(*find_option(nearest_option(name))));
  }
  return text;
}

}  // namespace

std::variant<CommandLine, Ending> parse_command_line(std::span<const std::string> arguments) {
  CommandLine out;
  Grammar grammar(out);
  try {
    grammar.app().parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return out;
  } catch (const CLI::ExtrasError& error) {
    const std::string unknown = unknown_flags(grammar.app());
    return Ending{2, unknown.empty() ? std::string(error.what()) + "\n" : unknown};
  } catch (const CLI::ParseError& error) {
    std::ostringstream text;
    const int status = grammar.app().exit(error, text, text);
    return Ending{status == 0 ? 0 : 2, text.str()};
  }
}

}  // namespace revier::app
