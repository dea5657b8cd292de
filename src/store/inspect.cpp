// SPDX-License-Identifier: EUPL-1.2
#include "store/inspect.h"

#include <rocksdb/db.h>

namespace revier::store {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::Status;

constexpr std::string_view kEntities = "entities";

Result<> checked(const std::string& directory, const Status& status) {
  if (status.ok()) return {};
  const Code code = status.IsCorruption() ? Code::kCorrupt : Code::kUnavailable;
  return fail(code, directory + ": " + status.ToString());
}

class ReadOnly {
 public:
  explicit ReadOnly(std::string directory) : directory_(std::move(directory)) {}
  ~ReadOnly() {
    for (ColumnFamilyHandle* column : columns_) (void)db_->DestroyColumnFamilyHandle(column);
  }
  ReadOnly(const ReadOnly&) = delete;
  ReadOnly& operator=(const ReadOnly&) = delete;

  Result<> open() {
    rocksdb::DBOptions options;
    options.paranoid_checks = true;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
    // As the store does: without it RocksDB would forget the logs in the manifest, which aborts in
    // what is opened for reading only (a copy made while two logs were in use).
    options.track_and_verify_wals_in_manifest = true;
    std::vector<std::string> names;
    RV_TRY(good(rocksdb::DB::ListColumnFamilies(options, directory_, &names)));
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptions;
    for (const std::string& name : names) {
      descriptions.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    rocksdb::DB* db = nullptr;
    RV_TRY(good(rocksdb::DB::OpenForReadOnly(options, directory_, descriptions, &columns_, &db)));
    db_.reset(db);
    return {};
  }

  Result<std::uint64_t> count() const {
    RV_TRY(good(db_->VerifyChecksum(rocksdb::ReadOptions())));
    std::uint64_t entities = 0;
    for (ColumnFamilyHandle* column : columns_) {
      const std::unique_ptr<rocksdb::Iterator> rows(
          db_->NewIterator(rocksdb::ReadOptions(), column));
      for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
        if (column->GetName() == kEntities) ++entities;
      }
      RV_TRY(good(rows->status()));
    }
    return entities;
  }

 private:
  [[nodiscard]] Result<> good(const Status& status) const { return checked(directory_, status); }
  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<ColumnFamilyHandle*> columns_;
};

}  // namespace

Result<std::uint64_t> inspect(const std::string& directory) {
  ReadOnly database(directory);
  RV_TRY(database.open());
  return database.count();
}

}  // namespace revier::store
