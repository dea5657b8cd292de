// SPDX-License-Identifier: EUPL-1.2
#include "store/store.h"

#include <condition_variable>
#include <cstdarg>
#include <filesystem>
#include <thread>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/utilities/checkpoint.h>

#include "base/log.h"
#include "base/metrics.h"
#include "base/thread_safety.h"
#include "base/time.h"
#include "store/detail/files.h"

namespace revier::store {
namespace {

using rocksdb::ColumnFamilyHandle;
using rocksdb::Status;

// In the order of Column. The name on disk; never changed.
const std::array<std::string, 6> kColumnNames = {
    rocksdb::kDefaultColumnFamilyName, "names", "entities", "history", "outbox", "audit"};
using Columns = std::array<ColumnFamilyHandle*, kColumnNames.size()>;

constexpr std::string_view kFormatKey = "store.format";
constexpr int kFormat = 1;
constexpr std::size_t kWriteBufferMin = std::size_t{64} << 10;
constexpr std::size_t kManifestSizeMax = std::size_t{64} << 20;
constexpr std::size_t kBlockSize = std::size_t{16} << 10;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(rocksdb::Slice text) { return {text.data(), text.size()}; }

tl::unexpected<Error> failed(const Status& status) {
  if (status.IsCorruption()) return fail(Code::kCorrupt, status.ToString());
  if (status.IsNotFound()) return fail(Code::kResourceNotFound, "no such row");
  return fail(Code::kUnavailable, status.ToString());
}

Result<> checked(const Status& status) {
  if (!status.ok()) return failed(status);
  return {};
}

// Knows whether writing is allowed. RocksDB tells it about failures of flushes and compactions;
// none of them is retried, because after a failed sync a second one proves nothing.
class Gate final : public rocksdb::EventListener {
 public:
  void close(const std::string& reason) RV_EXCLUDES(mutex_) {
    {
      const Lock lock(mutex_);
      if (!reason_.empty()) return;
      reason_ = reason;
    }
    open_.store(false, std::memory_order_release);
    log_event(Level::kError, "store.read_only", {{"reason", reason}});
  }
  [[nodiscard]] bool open() const { return open_.load(std::memory_order_acquire); }
  [[nodiscard]] std::string reason() const RV_EXCLUDES(mutex_) {
    const Lock lock(mutex_);
    return reason_;
  }
  [[nodiscard]] tl::unexpected<Error> refusal() const {
    return fail(Code::kReadOnly, "the store is read-only until it is started again: " + reason());
  }

  void OnBackgroundError(rocksdb::BackgroundErrorReason, Status* error) override {
    close(error->ToString());
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, Status, bool* recover) override {
    *recover = false;
  }

 private:
  mutable Mutex mutex_;
  std::string reason_ RV_GUARDED_BY(mutex_);
  std::atomic<bool> open_{true};
};

// RocksDB's warnings and errors, in our log. They name files and sizes, never keys or values.
class EngineLog final : public rocksdb::Logger {
 public:
  EngineLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::WARN_LEVEL, format, arguments);
  }
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level > rocksdb::InfoLogLevel::FATAL_LEVEL) {
      return;
    }
    std::array<char, 1024> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    const bool warning = level == rocksdb::InfoLogLevel::WARN_LEVEL;
    log_event(warning ? Level::kWarn : Level::kError, "store.engine", {{"text", text.data()}});
  }
};

// --- Options -------------------------------------------------------------------------------------

rocksdb::DBOptions database_options(const Options& options, rocksdb::Env* env,
                                    std::shared_ptr<Gate> gate) {
  rocksdb::DBOptions database;
  database.env = env;
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  database.recycle_log_file_num = 0;  // a recycled log cannot be told from a torn one
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  database.paranoid_checks = true;
  database.track_and_verify_wals_in_manifest = true;
  database.verify_sst_unique_id_in_manifest = true;
  database.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  database.max_bgerror_resume_count = 0;
  database.allow_concurrent_memtable_write = false;  // there is one writer
  database.max_manifest_file_size = kManifestSizeMax;
  database.db_write_buffer_size = std::max(options.cache_bytes, kWriteBufferMin);
  database.max_total_wal_size = 4 * database.db_write_buffer_size;
  database.info_log = std::make_shared<EngineLog>();
  database.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  database.listeners.push_back(std::move(gate));
  return database;
}

rocksdb::ColumnFamilyOptions column_options(const Options& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache,
                                            std::size_t rank) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = kBlockSize;
  table.cache_index_and_filter_blocks = true;
  // In small parts: whole, the index and the filter of a large file are larger than a shard of the
  // cache, and would be read and checked again for every row.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions column;
  column.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  column.compression = rocksdb::kZSTD;
  column.bottommost_compression = rocksdb::kZSTD;
  // db_write_buffer_size is what makes RocksDB flush, one family at a time. The limits of the
  // families lie above it and apart: where several are reached by one batch and the disk fails in
  // that moment, RocksDB 7.8 keeps a reference and aborts when it is closed.
  column.write_buffer_size = (4 + rank) * std::max(options.cache_bytes, kWriteBufferMin);
  column.max_write_buffer_number = 4;
  // Entities are read at the start alone: they are put into order when they are flushed, not one by
  // one while somebody waits.
  if (rank == static_cast<std::size_t>(Column::kEntities)) {
    column.memtable_factory = std::make_shared<rocksdb::VectorRepFactory>();
  }
  return column;
}

// RocksDB changes options that do not fit together, silently; durability hangs on these.
Result<> check_options(const rocksdb::DB& db) {
  const rocksdb::DBOptions now = db.GetDBOptions();
  const bool as_asked = now.recycle_log_file_num == 0 &&
                        now.wal_recovery_mode == rocksdb::WALRecoveryMode::kPointInTimeRecovery &&
                        now.paranoid_checks && !now.manual_wal_flush && !now.allow_mmap_writes &&
                        !now.enable_pipelined_write && !now.unordered_write &&
                        !now.best_efforts_recovery && now.max_bgerror_resume_count == 0;
  if (!as_asked) return fail(Code::kInternalError, "RocksDB changed an option that must stand");
  return {};
}

// --- Files before opening ------------------------------------------------------------------------

bool exists(rocksdb::Env& env, const std::string& directory) {
  return env.FileExists(directory + "/CURRENT").ok();
}

Result<> refuse_unknown_columns(const rocksdb::DBOptions& options, const std::string& directory) {
  if (!exists(*options.env, directory)) return {};
  std::vector<std::string> names;
  RV_TRY(checked(rocksdb::DB::ListColumnFamilies(options, directory, &names)));
  for (const std::string& name : names) {
    if (std::find(kColumnNames.begin(), kColumnNames.end(), name) == kColumnNames.end()) {
      return fail(Code::kNewerFormat, directory + " has a family of rows \"" + name +
                                          "\" that this version does not know");
    }
  }
  return {};
}

// --- Parts of the store --------------------------------------------------------------------------

// The first key after all that start with `prefix`; empty when there is none.
std::string end_of(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

class RocksBatch final : public Batch {
 public:
  explicit RocksBatch(const Columns& columns) : columns_(columns) {}
  void put(Column column, std::string_view key, std::string_view value) override {
    note(rows_.Put(columns_[static_cast<std::size_t>(column)], slice(key), slice(value)));
  }
  void erase(Column column, std::string_view key) override {
    note(rows_.Delete(columns_[static_cast<std::size_t>(column)], slice(key)));
  }
  void erase_prefix(Column column, std::string_view prefix) override {
    RV_CHECK(!prefix.empty());
    note(rows_.DeleteRange(columns_[static_cast<std::size_t>(column)], slice(prefix),
                           slice(end_of(prefix))));
  }
  [[nodiscard]] std::size_t size_bytes() const override { return rows_.GetDataSize(); }

  void clear() { rows_.Clear(); }
  [[nodiscard]] bool empty() const { return rows_.Count() == 0; }
  [[nodiscard]] rocksdb::WriteBatch* rows() { return &rows_; }

  // Runs `step`; when it or a row of it fails, its rows are taken out again.
  [[nodiscard]] Result<> attempt(const std::function<Result<>(Batch&)>& step) {
    refused_ = Status::OK();
    rows_.SetSavePoint();
    Result<> result = step(*this);
    if (result && !refused_.ok()) result = fail(Code::kTooLarge, refused_.ToString());
    RV_CHECK((result ? rows_.PopSavePoint() : rows_.RollbackToSavePoint()).ok());
    return result;
  }

 private:
  // A row that RocksDB cannot hold (a key or value of 4 GiB) fails the attempt, not the group.
  void note(Status status) {
    if (!status.ok()) refused_ = std::move(status);
  }

  Columns columns_;
  rocksdb::WriteBatch rows_;
  Status refused_;
};

class RocksCursor final : public Cursor {
 public:
  RocksCursor(rocksdb::DB& db, ColumnFamilyHandle* column, rocksdb::ReadOptions options,
              std::string_view prefix, std::string_view from)
      : begin_(prefix), end_(end_of(prefix)), begin_slice_(begin_), end_slice_(end_) {
    if (!begin_.empty()) options.iterate_lower_bound = &begin_slice_;
    if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
    rows_.reset(db.NewIterator(options, column));
    rows_->Seek(slice(std::max(prefix, from)));
  }
  [[nodiscard]] bool valid() const override { return rows_->Valid(); }
  void next() override { rows_->Next(); }
  void prev() override { rows_->Prev(); }
  void seek(std::string_view key) override { rows_->Seek(slice(key)); }
  void seek_back(std::string_view key) override { rows_->SeekForPrev(slice(key)); }
  [[nodiscard]] std::string_view key() const override { return view(rows_->key()); }
  [[nodiscard]] std::string_view value() const override { return view(rows_->value()); }
  [[nodiscard]] Result<> status() const override { return checked(rows_->status()); }

 private:
  const std::string begin_;
  const std::string end_;
  const rocksdb::Slice begin_slice_;
  const rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

// Calls `tick` every `interval_ms` on a thread of its own until destroyed.
class Ticker {
 public:
  Ticker(std::int64_t interval_ms, std::function<void()> tick)
      : interval_(interval_ms), tick_(std::move(tick)), thread_([this] { work(); }) {}
  ~Ticker() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, interval_, [this] { return stopping_; })) {
      lock.unlock();
      tick_();
      lock.lock();
    }
  }

  const std::chrono::milliseconds interval_;
  const std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

struct Database {
  std::unique_ptr<rocksdb::Env> env;  // set where the files are not the real ones
  std::unique_ptr<rocksdb::DB> db;
  Columns columns{};

  Database() = default;
  Database(Database&&) = default;
  Database& operator=(Database&&) = delete;
  ~Database() {
    if (!db) return;
    for (ColumnFamilyHandle* column : columns) (void)db->DestroyColumnFamilyHandle(column);
    (void)db->Close();
  }
};

class RocksStore final : public Store, private GroupBackend<Batch> {
 public:
  RocksStore(Database database, std::shared_ptr<Gate> gate, const Options& options)
      : database_(std::move(database)),
        gate_(std::move(gate)),
        durability_(options.durability),
        batch_(database_.columns),
        writer_(std::make_unique<Writer>(static_cast<GroupBackend<Batch>&>(*this))) {
    if (durability_ == Durability::kInterval) {
      ticker_ = std::make_unique<Ticker>(options.sync_interval_ms, [this] { sync_soon(); });
    }
  }
  ~RocksStore() override {
    ticker_.reset();
    if (durability_ == Durability::kInterval) sync_soon();
    writer_.reset();
  }
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  [[nodiscard]] Writer& writer() override { return *writer_; }

  [[nodiscard]] Result<std::string> get(Column column, std::string_view key) const override {
    std::string value;
    RV_TRY(checked(db().Get(rocksdb::ReadOptions(), handle(column), slice(key), &value)));
    return value;
  }

  [[nodiscard]] std::unique_ptr<Cursor> scan(Column column, std::string_view prefix,
                                             std::string_view from) const override {
    rocksdb::ReadOptions options;
    options.fill_cache = column != Column::kEntities;  // read once, at the start
    return std::make_unique<RocksCursor>(db(), handle(column), options, prefix, from);
  }

  [[nodiscard]] Result<> checkpoint(const std::string& directory) const override {
    rocksdb::Checkpoint* made = nullptr;
    RV_TRY(checked(rocksdb::Checkpoint::Create(&db(), &made)));
    const std::unique_ptr<rocksdb::Checkpoint> owned(made);
    return checked(made->CreateCheckpoint(directory));
  }

  [[nodiscard]] Result<> verify() const override {
    RV_TRY(checked(db().VerifyChecksum(rocksdb::ReadOptions())));
    RV_TRY(checked(db().VerifyFileChecksums(rocksdb::ReadOptions())));
    return verify_log();
  }

  [[nodiscard]] Health health() const override {
    if (gate_->open()) return {};
    return {false, gate_->reason()};
  }
  [[nodiscard]] Durability durability() const override { return durability_; }

 private:
  // GroupBackend: all on the writer thread.
  [[nodiscard]] Result<Batch*> begin() override {
    if (!gate_->open()) return gate_->refusal();
    // RocksDB counts each comparison of this thread otherwise, which nobody reads.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    batch_.clear();
    return &batch_;
  }
  [[nodiscard]] Result<> attempt(Batch&, const std::function<Result<>(Batch&)>& step) override {
    return batch_.attempt(step);
  }
  [[nodiscard]] Result<> commit(Batch&) override {
    const bool sync_asked = sync_asked_.exchange(false);
    if (batch_.empty()) return sync_asked && unsynced_ ? sync_log() : Result<>{};
    rocksdb::WriteOptions how;
    how.sync = durability_ == Durability::kCommit || sync_asked;
    const std::int64_t start_us = monotonic_us();
    RV_TRY(kept(db().Write(how, batch_.rows())));
    commit_time_.observe_us(monotonic_us() - start_us);
    unsynced_ = !how.sync;
    return {};
  }

  [[nodiscard]] Result<> sync_log() {
    RV_TRY(kept(db().SyncWAL()));
    unsynced_ = false;
    return {};
  }

  // What could not be written or synced ends all writing.
  [[nodiscard]] Result<> kept(const Status& status) {
    if (status.ok()) return {};
    gate_->close(status.ToString());
    return gate_->refusal();
  }

  // Syncs with the next group; the empty job makes one where nothing else is written.
  void sync_soon() {
    sync_asked_.store(true);
    (void)writer_->run_blocking([](Batch&) -> Result<> { return {}; });
  }

  // Reads what is in the log and not yet in a table.
  [[nodiscard]] Result<> verify_log() const {
    RV_TRY(checked(db().DisableFileDeletions()));
    const Status read = read_log();
    RV_TRY(checked(db().EnableFileDeletions(/*force=*/false)));
    // The end that moves while it is read is no error; any other break inside the log is one.
    if (read.ok() || read.IsTryAgain()) return {};
    return fail(Code::kCorrupt, "log in " + db().GetName() + ": " + read.ToString());
  }
  [[nodiscard]] Status read_log() const {
    rocksdb::VectorLogPtr logs;
    if (Status listed = db().GetSortedWalFiles(logs); !listed.ok()) return listed;
    if (logs.empty() || db().GetLatestSequenceNumber() < logs.front()->StartSequence()) return {};
    std::unique_ptr<rocksdb::TransactionLogIterator> batches;
    Status status = db().GetUpdatesSince(logs.front()->StartSequence(), &batches);
    if (!status.ok()) return status;
    while (batches->Valid()) batches->Next();
    return batches->status();
  }

  [[nodiscard]] rocksdb::DB& db() const { return *database_.db; }
  [[nodiscard]] ColumnFamilyHandle* handle(Column column) const {
    return database_.columns[static_cast<std::size_t>(column)];
  }

  Database database_;
  std::shared_ptr<Gate> gate_;
  const Durability durability_;
  metrics::Timing commit_time_{"revier_store_commit_seconds", "One group written to the store"};
  RocksBatch batch_;
  bool unsynced_ = false;  // writer thread
  std::atomic<bool> sync_asked_{false};
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Ticker> ticker_;
};

// --- Opening -------------------------------------------------------------------------------------

// Logs that opening has replayed and deleted must not come back beside new ones.
Status sync_directory(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  const Status status = env.NewDirectory(path, &directory);
  return status.ok() ? directory->Fsync() : status;
}

Result<Database> open_database(const Options& options, const std::shared_ptr<Gate>& gate) {
  Database opened;
  if (options.file_system) opened.env = rocksdb::NewCompositeEnv(options.file_system);
  rocksdb::Env* env = opened.env ? opened.env.get() : rocksdb::Env::Default();
  const rocksdb::DBOptions database = database_options(options, env, gate);
  RV_TRY(detail::check_files(*env, options.directory, options.durability));
  RV_TRY(refuse_unknown_columns(database, options.directory));

  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : kColumnNames) {
    families.emplace_back(name, column_options(options, cache, families.size()));
  }
  // A new store gets its families at once: opening would write and sync all options after each.
  std::vector<rocksdb::ColumnFamilyDescriptor> missing;
  if (!exists(*env, options.directory)) {
    missing.assign(families.begin() + 1, families.end());
    families.resize(1);
  }
  std::vector<ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  RV_TRY(checked(rocksdb::DB::Open(database, options.directory, families, &handles, &db)));
  opened.db.reset(db);
  std::copy(handles.begin(), handles.end(), opened.columns.begin());
  if (!missing.empty()) {
    const Status made = db->CreateColumnFamilies(missing, &handles);
    std::copy(handles.begin(), handles.end(), opened.columns.begin() + 1);
    RV_TRY(checked(made));
  }
  RV_TRY(check_options(*db));
  RV_TRY(checked(sync_directory(*env, options.directory)));
  return opened;
}

Result<bool> is_empty(const Database& database) {
  for (ColumnFamilyHandle* column : database.columns) {
    const std::unique_ptr<rocksdb::Iterator> rows(
        database.db->NewIterator(rocksdb::ReadOptions(), column));
    rows->SeekToFirst();
    if (rows->Valid()) return false;
    RV_TRY(checked(rows->status()));
  }
  return true;
}

Result<> mark_format(const Database& database) {
  RV_ASSIGN(const bool empty, is_empty(database));
  if (!empty) return fail(Code::kCorrupt, "the store has rows, but none that tells its format");
  rocksdb::WriteOptions how;
  how.sync = true;
  return checked(database.db->Put(how, slice(kFormatKey), std::to_string(kFormat)));
}

Result<> check_format(const Database& database) {
  std::string text;
  const Status status = database.db->Get(rocksdb::ReadOptions(), slice(kFormatKey), &text);
  if (status.IsNotFound()) return mark_format(database);
  RV_TRY(checked(status));
  if (text == std::to_string(kFormat)) return {};
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
    return fail(Code::kCorrupt, "the store's format row does not hold a number");
  }
  return fail(Code::kNewerFormat,
              "the store has format " + text + ", this version knows " + std::to_string(kFormat));
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return fail(Code::kUnavailable, options.directory + ": " + error.message());
  auto gate = std::make_shared<Gate>();
  RV_ASSIGN(Database database, open_database(options, gate));
  RV_TRY(check_format(database));
  return std::make_unique<RocksStore>(std::move(database), std::move(gate), options);
}

}  // namespace revier::store
