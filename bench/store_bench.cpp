// SPDX-License-Identifier: EUPL-1.2
// Durable updates a second through the store's writer, against a bare loop that puts the same rows
// into a RocksDB of the same options, with sync, in groups of the same size. Both in turns, in this
// process, on this disk; the median of the rounds, and how far they lie apart.
//
//   store_bench [--smoke] [--directory DIRECTORY]
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include "bench.h"
#include "store/store.h"

namespace revier::store {
namespace {

constexpr std::size_t kEntityBytes = 900;
constexpr std::size_t kHistoryBytes = 24;

// The rows of one update: the entity and one row of its history.
struct Update {
  std::string entity_key;
  std::string history_key;
};
Update update_of(int client, int number) {
  const std::string entity = fmt::format("urn:ngsi-ld:Bench:{:06}", client * 100 + number % 100);
  return {entity, fmt::format("{}/{:012}", entity, number)};
}

struct Rows {
  std::string entity;
  std::string history;
};
Rows rows() {
  Rows made;
  for (std::size_t i = 0; i < kEntityBytes; ++i) made.entity += static_cast<char>(33 + i * 7 % 90);
  made.history.assign(kHistoryBytes, 'h');
  return made;
}

struct Speed {
  double updates_per_s = 0;
  double group = 1;  // updates a sync
};

Speed through_writer(Store& store, int clients, std::int64_t duration_us) {
  const Rows bytes = rows();
  const std::int64_t start_us = monotonic_us();
  std::int64_t updates = 0;
  std::int64_t groups = 0;
  std::size_t empty_bytes = 0;
  const auto client = [&](int id) -> Task<> {
    for (int number = 0; monotonic_us() - start_us < duration_us; ++number) {
      const auto result = co_await store.writer().run([&, id, number](Batch& batch) -> Result<> {
        if (updates++ == 0) empty_bytes = batch.size_bytes();
        if (batch.size_bytes() == empty_bytes) ++groups;
        const Update update = update_of(id, number);
        batch.put(Column::kEntities, update.entity_key, bytes.entity);
        batch.put(Column::kHistory, update.history_key, bytes.history);
        return {};
      });
      RV_CHECK(result.has_value());
    }
  };
  bench::Loop().run(clients, client);
  const double seconds = static_cast<double>(monotonic_us() - start_us) / 1e6;
  const auto count = static_cast<double>(updates);
  return {count / seconds, count / static_cast<double>(groups)};
}

// A RocksDB with the options that the store left in its directory.
class Bare {
 public:
  explicit Bare(const std::string& directory) {
    rocksdb::DBOptions options;
    std::vector<rocksdb::ColumnFamilyDescriptor> columns;
    check(rocksdb::LoadLatestOptions(rocksdb::ConfigOptions(), directory, &options, &columns));
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, directory, columns, &handles_, &db));
    db_.reset(db);
  }
  ~Bare() {
    for (auto* handle : handles_) check(db_->DestroyColumnFamilyHandle(handle));
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  Speed run(int group, std::int64_t duration_us) {
    const Rows bytes = rows();
    rocksdb::WriteOptions how;
    how.sync = true;
    const std::int64_t start_us = monotonic_us();
    std::int64_t updates = 0;
    for (int number = 0; monotonic_us() - start_us < duration_us; ++number) {
      rocksdb::WriteBatch batch;
      for (int client = 0; client < group; ++client, ++updates) {
        const Update update = update_of(client, number);
        check(batch.Put(column(Column::kEntities), update.entity_key, bytes.entity));
        check(batch.Put(column(Column::kHistory), update.history_key, bytes.history));
      }
      check(db_->Write(how, &batch));
    }
    const double seconds = static_cast<double>(monotonic_us() - start_us) / 1e6;
    return {static_cast<double>(updates) / seconds, static_cast<double>(group)};
  }

 private:
  static void check(const rocksdb::Status& status) { RV_CHECK(status.ok()); }
  rocksdb::ColumnFamilyHandle* column(Column column) const {
    return handles_[static_cast<std::size_t>(column)];
  }
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

std::unique_ptr<Store> open_store(const std::string& directory) {
  Options options;
  options.directory = directory;
  auto store = Store::open(options);
  RV_CHECK(store.has_value());
  return std::move(*store);
}

void compare(const std::string& directory, int clients, int turns, std::int64_t turn_us) {
  std::vector<double> ours;
  std::vector<double> bares;
  std::vector<double> groups;
  open_store(directory + "/bare").reset();
  for (int turn = 0; turn < turns; ++turn) {
    const Speed speed = through_writer(*open_store(directory + "/store"), clients, turn_us);
    ours.push_back(speed.updates_per_s);
    groups.push_back(speed.group);
    bares.push_back(Bare(directory + "/bare").run(clients, turn_us).updates_per_s);
  }
  bench::print_row(fmt::format("durable updates, {} writers, groups of {:.1f}; bare loop", clients,
                               bench::median(groups)),
                   "updates/s", ours, bares);
}

int run(bool smoke, const std::string& directory) {
  const int turns = smoke ? 1 : 5;
  const std::int64_t turn_us = smoke ? 100'000 : 2'000'000;
  for (const int clients : {1, 32, 256}) compare(directory, clients, turns, turn_us);
  return 0;
}

}  // namespace
}  // namespace revier::store

int main(int count, char** words) {
  const bool smoke = revier::bench::has_word(count, words, "--smoke");
  const std::string given = revier::bench::word(count, words, "--directory", "");
  if (!given.empty()) return revier::store::run(smoke, given);
  const revier::bench::Folder folder("revier_store_bench");
  return revier::store::run(smoke, folder.path());
}
