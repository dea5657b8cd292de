// SPDX-License-Identifier: EUPL-1.2
#include "app/backup_commands.h"

#include <filesystem>

#include <fmt/format.h>

#include "app/control.h"
#include "app/files.h"
#include "app/floors.h"
#include "app/server_options.h"
#include "backup/backup.h"
#include "json/json.h"

namespace revier::app {
namespace {

Result<> print_progress(std::string_view text) {
  fmt::print("{} ...\n", text);
  std::fflush(stdout);
  return {};
}

bool records_on_postgresql(const Options& options) {
  return options.text("records.url").starts_with("postgres");
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

void print_contents(const backup::Manifest& manifest) {
  fmt::print("made {} by revier {}: {} files, {}\n", to_iso8601(manifest.taken_at),
             manifest.version, manifest.files.size(), megabytes(manifest.bytes()));
  for (const auto& [name, count] : manifest.counts) {
    if (name == "entities" || count > 0) fmt::print("  {:<40} {:>10}\n", name, count);
  }
  if (!manifest.records) fmt::print("  the records are not in it: they lie on PostgreSQL\n");
}

Result<std::string> backup_stopped(const CommandLine& line, const Options& options,
                                   const std::string& parent) {
  const std::string& folder = options.text("data");
  if (!file_exists(store_folder(options))) {
    return fail(Code::kResourceNotFound, fmt::format("{} holds no data of Revier", folder));
  }
  RV_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  RV_ASSIGN(const auto store, store::Store::open(store_options(options)));
  RV_ASSIGN(const std::unique_ptr<Accounts> accounts, open_accounts(options));
  return make_backup({.options = options,
                      .store = *store,
                      .database = *accounts->database,
                      .real_clock = accounts->clock},
                     parent, line.keep, print_progress);
}

std::string_view remark_on(const std::string& backup) {
  if (file_exists(backup)) return "";
  return file_exists(backup + ".part") ? "  (not finished)" : "  (not there any more)";
}

Result<> print_backups(const Options& options) {
  RV_ASSIGN(const std::unique_ptr<Accounts> accounts, open_accounts(options));
  std::vector<backup::Entry> entries;
  RV_TRY(accounts->database->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(entries, backup::list(session));
    return {};
  }));
  for (const backup::Entry& entry : entries) {
    const auto bytes = static_cast<std::uint64_t>(entry.bytes);
    fmt::print("{}  {:>12}  {}{}\n", to_iso8601(entry.taken_at), bytes > 0 ? megabytes(bytes) : "?",
               entry.folder, remark_on(entry.folder));
  }
  if (entries.empty()) fmt::print("no backup was made yet\n");
  return {};
}

Result<> verify_store(const Options& options) {
  RV_ASSIGN(const auto store, store::Store::open({.directory = store_folder(options)}));
  RV_TRY(store->verify());
  std::size_t entities = 0;
  const auto cursor = store->scan(store::Column::kEntities, "");
  for (; cursor->valid(); cursor->next()) ++entities;
  RV_TRY(cursor->status());
  fmt::print("store: {} entities, every block matches its checksum\n", entities);
  return {};
}

Result<> verify_folder(const Options& options) {
  const std::string& folder = options.text("data");
  if (!file_exists(store_folder(options))) {
    return fail(Code::kResourceNotFound, fmt::format("{} holds no data of Revier", folder));
  }
  RV_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  RV_TRY(verify_store(options));
  RV_ASSIGN(const std::unique_ptr<Accounts> accounts, open_accounts(options));
  RV_TRY(accounts->database->verify());
  fmt::print("records: consistent\n");
  for (const char* key : {"link-key", "ticket-keys"}) {
    if (!file_exists(fmt::format("{}/{}", folder, key))) {
      return fail(Code::kCorrupt, fmt::format("{}/{} is missing: tickets hang on "
                                              "it; take it from a backup",
                                              folder, key));
    }
  }
  fmt::print("keys: present\nall is well\n");
  return {};
}

// Empty where they lie in the data folder under their own name, or on PostgreSQL.
std::string records_file(const Options& options) {
  constexpr std::string_view kScheme = "sqlite:";
  const std::string& url = options.text("records.url");
  return url.starts_with(kScheme) ? url.substr(kScheme.size()) : std::string();
}

}  // namespace

Result<std::string> make_backup(const BackupParts& parts, const std::string& parent,
                                std::int64_t keep,
                                const std::function<Result<>(std::string_view)>& progress) {
  RV_ASSIGN(const backup::Made made,
            backup::make({.store = parts.store,
                          .database = parts.database,
                          .records_on_postgresql = records_on_postgresql(parts.options),
                          .records_file = records_file(parts.options),
                          .folder = std::filesystem::absolute(parts.options.text("data")).string(),
                          .version = REVIER_VERSION,
                          .now = parts.real_clock.now()},
                         parent, progress));
  std::vector<std::string> removed;
  if (keep > 0) {
    RV_ASSIGN(removed, backup::keep_newest(parts.database, parent, static_cast<std::size_t>(keep),
                                           made.folder));
  }
  std::string answer;
  json::Writer out(answer);
  out.begin_object().member("folder", made.folder);
  out.member("bytes", static_cast<std::int64_t>(made.manifest.bytes()));
  out.member("records", made.manifest.records).key("removed").begin_array();
  for (const std::string& folder : removed) out.string(folder);
  out.end_array().end_object();
  return answer;
}

Result<> run_backup_command(const CommandLine& line, const Options& options) {
  if (line.list) return print_backups(options);
  if (line.path.empty()) {
    return fail(Code::kInvalidRequest, "where to? revier backup FOLDER, or revier backup --list");
  }
  const std::string parent = std::filesystem::absolute(line.path).lexically_normal().string();
  std::string request;
  json::Writer(request)
      .begin_object()
      .member("command", "backup")
      .member("parent", parent)
      .member("keep", line.keep)
      .end_object();
  Result<std::string> done = ask_server(options.text("data"), request,
                                        [](std::string_view text) { (void)print_progress(text); });
  if (!done && done.error().code == Code::kResourceNotFound) {
    done = backup_stopped(line, options, parent);
  }
  if (!done) return fail(done.error());
  RV_ASSIGN(const json::Document answer, json::Document::parse(*done));
  const json::Value root = answer.root();
  fmt::print("backup: {} ({})\n", *root.find("folder")->as_string(),
             megabytes(static_cast<std::uint64_t>(*root.find("bytes")->as_integer())));
  for (const json::Value folder : root.find("removed")->elements()) {
    fmt::print("removed: {}\n", *folder.as_string());
  }
  if (!*root.find("records")->as_bool()) {
    fmt::print("The records lie on PostgreSQL and are not in it: run pg_dump now.\n");
  }
  return {};
}

Result<> run_restore_command(const CommandLine& line, const Options& options) {
  const std::string& folder = options.text("data");
  RV_TRY(make_directory(folder));
  RV_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  RV_ASSIGN(const backup::Manifest manifest, backup::restore({.backup = line.path,
                                                              .folder = folder,
                                                              .records_file = records_file(options),
                                                              .force = line.force,
                                                              .now = RealClock().now()},
                                                             print_progress));
  print_contents(manifest);
  fmt::print("restored to {}. Start the server: it publishes all counts again.\n", folder);
  return {};
}

Result<> run_verify_command(const CommandLine& line, const Options& options) {
  if (line.path.empty()) return verify_folder(options);
  RV_ASSIGN(const backup::Manifest manifest, backup::verify(line.path, print_progress));
  print_contents(manifest);
  fmt::print("all is well\n");
  return {};
}

}  // namespace revier::app
