// SPDX-License-Identifier: EUPL-1.2
#include "app/check_command.h"

#include <fmt/format.h>

#include "app/files.h"
#include "app/floors.h"
#include "store/store.h"

namespace revier::app {
namespace {

Result<> check_store(const std::string& folder) {
  RV_ASSIGN(const auto store, store::Store::open({.directory = folder}));
  RV_TRY(store->verify());
  std::size_t entities = 0;
  const auto cursor = store->scan(store::Column::kEntities, "");
  for (; cursor->valid(); cursor->next()) ++entities;
  RV_TRY(cursor->status());
  fmt::print("store: {} entities, every block matches its checksum\n", entities);
  return {};
}

Result<> check_records(const Options& options) {
  RV_ASSIGN(const std::unique_ptr<Accounts> accounts, open_accounts(options));
  RV_TRY(accounts->database->verify());
  fmt::print("records: consistent\n");
  return {};
}

}  // namespace

Result<> run_check_command(const Options& options) {
  const std::string& folder = options.text("data");
  const std::string store = store_folder(options);
  if (!file_exists(store)) {
    return fail(Code::kResourceNotFound, fmt::format("{} holds no data of Revier", folder));
  }
  RV_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  RV_TRY(check_store(store));
  RV_TRY(check_records(options));
  fmt::print("all is well\n");
  return {};
}

}  // namespace revier::app
