// SPDX-License-Identifier: EUPL-1.2
// Power goes at a random moment of writing, flushing, compacting or opening; then nothing that was
// acknowledged is missing and no batch is half there.
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "store/store.h"
#include "support/power_loss_fs.h"

namespace revier::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array kColumns = {Column::kEntities, Column::kHistory, Column::kOutbox};
constexpr int kClients = 3;

// ThreadSanitizer looks for races, which show in few rounds, and takes its time.
constexpr int kRounds = __has_feature(thread_sanitizer) ? 8 : 60;

// RV_LONG=1 in the environment: 1,000.
int rounds() { return std::getenv("RV_LONG") != nullptr ? 1'000 : kRounds; }

// What the clients know: per client the number of its last acknowledged batch.
using Acknowledged = std::array<int, kClients>;

struct Findings {
  int lost = 0;  // acknowledged batches that are missing
  int half = 0;  // batches of which some rows are there and some are not
};

// A machine with one store, whose clients write batches 0, 1, 2 ... of one row a column each.
class Machine {
 public:
  Machine(std::uint64_t seed, Durability durability)
      : chance_(seed), root_(new_directory()), disk_(root_ + "/disk", seed) {
    options_.directory = root_ + "/disk/store";
    options_.durability = durability;
    options_.cache_bytes = std::size_t{64} << 10;  // small: tables are written all the time
    options_.file_system = disk_.file_system();
    acknowledged_.fill(-1);
    written_.fill(-1);
  }
  ~Machine() {
    store_.reset();
    fs::remove_all(root_);
  }

  // Writes until the power goes, loses it, starts again.
  Findings live_once() {
    start();
    disk_.cut_power_after(1 + chance_() % 1'500);
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([this, client, seed = chance_()] { write(client, seed); });
    }
    for (auto& thread : clients) thread.join();
    lose_power();
    if (chance_() % 2 == 0) start_without_power();
    start();
    return look();
  }

  Store& start() {
    auto opened = Store::open(options_);
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      std::abort();
    }
    store_ = std::move(*opened);
    return *store_;
  }
  void close() { store_.reset(); }
  void lose_power() {
    disk_.cut_power();
    store_.reset();
    disk_.lose_power();
  }
  tests::PowerLossFs& disk() { return disk_; }

  // One batch: the same key in three columns.
  static Result<> write_batch(Store& store, const std::string& key, const std::string& value) {
    return store.writer().run_blocking([&](Batch& batch) -> Result<> {
      for (const Column column : kColumns) batch.put(column, key, value);
      return {};
    });
  }

 private:
  static std::string new_directory() {
    std::string name = (fs::temp_directory_path() / "revier_power_XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    fs::create_directories(name + "/disk");
    return name;
  }
  static std::string key_of(int client, int number) {
    return std::to_string(client) + "/" + std::to_string(number);
  }

  void write(int client, std::uint64_t seed) {
    const auto index = static_cast<std::size_t>(client);
    std::mt19937_64 chance(seed);
    while (disk_.has_power()) {
      const int number = written_[index] + 1;
      std::string value(chance() % 2'000, '\0');
      for (char& byte : value) byte = static_cast<char>(chance());
      const auto result = write_batch(*store_, key_of(client, number), value);
      written_[index] = number;
      if (!result) break;
      acknowledged_[index] = number;
    }
  }

  // The power goes again while the store opens.
  void start_without_power() {
    disk_.cut_power_after(1 + chance_() % 40);
    auto opened = Store::open(options_);
    disk_.cut_power();
    if (opened) opened->reset();
    disk_.lose_power();
  }

  // Compares what is there with what was acknowledged; clients go on after what is there.
  Findings look() {
    Findings findings;
    for (std::size_t client = 0; client < kClients; ++client) {
      int last = -1;
      for (int number = 0; number <= written_[client]; ++number) {
        const int rows = rows_of(key_of(static_cast<int>(client), number));
        if (rows == 0 && number <= acknowledged_[client]) ++findings.lost;
        if (rows != 0 && rows != static_cast<int>(kColumns.size())) ++findings.half;
        if (rows != 0) last = number;
      }
      written_[client] = acknowledged_[client] = last;
    }
    return findings;
  }
  int rows_of(const std::string& key) const {
    std::string first;
    int rows = 0;
    for (const Column column : kColumns) {
      const auto value = store_->get(column, key);
      if (!value) continue;
      if (rows++ == 0) first = *value;
      EXPECT_EQ(*value, first) << "a row that nobody wrote";
    }
    return rows;
  }

  std::mt19937_64 chance_;
  const std::string root_;
  tests::PowerLossFs disk_;
  Options options_;
  std::unique_ptr<Store> store_;
  Acknowledged acknowledged_{};
  Acknowledged written_{};  // tried, acknowledged or not
};

Findings operator+(const Findings& a, const Findings& b) {
  return {a.lost + b.lost, a.half + b.half};
}

// One machine that loses its power `lives` times.
Findings round(std::uint64_t seed, Durability durability, int lives) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Machine machine(seed, durability);
  Findings sum;
  for (int life = 0; life < lives; ++life) {
    sum = sum + machine.live_once();
    machine.lose_power();
  }
  return sum;
}

constexpr int kSideBySide = 24;

// Side by side: RocksDB's thread sleeps a second when a flush fails, and here most end so.
Findings rounds_of(int count, Durability durability, int lives) {
  for (const auto priority : {rocksdb::Env::HIGH, rocksdb::Env::LOW}) {
    rocksdb::Env::Default()->SetBackgroundThreads(kSideBySide, priority);
  }
  std::atomic<int> next{0};
  std::mutex mutex;
  Findings sum;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kSideBySide; ++thread) {
    threads.emplace_back([&] {
      for (int seed = next++; seed < count && !testing::Test::HasFailure(); seed = next++) {
        const Findings found = round(static_cast<std::uint64_t>(seed), durability, lives);
        const std::lock_guard lock(mutex);
        EXPECT_EQ(found.half, 0) << "seed " << seed;
        sum = sum + found;
        if (durability == Durability::kCommit) EXPECT_EQ(found.lost, 0) << "seed " << seed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return sum;
}

TEST(PowerLoss, NothingAcknowledgedIsMissing) { rounds_of(rounds(), Durability::kCommit, 2); }

// The proof that the test above can fail; batches stay whole even so.
TEST(PowerLoss, WithoutSyncAcknowledgedWritesAreMissing) {
  EXPECT_GT(rounds_of(std::min(kRounds, 24), Durability::kNone, 1).lost, 0);
}

TEST(PowerLoss, EveryAnswerToASingleClientFollowsASync) {
  Machine machine(1, Durability::kCommit);
  Store& store = machine.start();
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t before = machine.disk().syncs(".log");
    ASSERT_TRUE(Machine::write_batch(store, std::to_string(i), "x"));
    EXPECT_GT(machine.disk().syncs(".log"), before);
    EXPECT_EQ(machine.disk().unsafe_bytes(".log"), 0U);
  }
}

TEST(PowerLoss, IntervalSyncsByItselfAndAtTheEnd) {
  Machine machine(1, Durability::kInterval);
  Store& store = machine.start();
  ASSERT_TRUE(Machine::write_batch(store, "a", "x"));
  for (int i = 0; i < 100 && machine.disk().unsafe_bytes(".log") > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(machine.disk().unsafe_bytes(".log"), 0U);
  ASSERT_TRUE(Machine::write_batch(store, "b", "x"));
  machine.close();
  EXPECT_EQ(machine.disk().unsafe_bytes(".log"), 0U);
}

TEST(PowerLoss, AFailedSyncEndsWritingAndIsNotRetried) {
  for (const char* file : {".log", ".sst", "MANIFEST"}) {
    SCOPED_TRACE(file);
    Machine machine(1, Durability::kCommit);
    Store& store = machine.start();
    ASSERT_TRUE(Machine::write_batch(store, "kept", "x"));
    machine.disk().fail_next_sync(file);
    Result<> result;
    int written = 0;
    while (result && written < 2'000) {
      result = Machine::write_batch(store, std::to_string(written++), std::string(1'000, 'x'));
    }
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kReadOnly);
    EXPECT_FALSE(store.health().writable);
    EXPECT_NE(store.health().reason.find("sync of"), std::string::npos) << store.health().reason;
    EXPECT_EQ(store.get(Column::kEntities, "kept"), "x");

    // Tables that the engine was writing when it happened may still end, each in the manifest.
    const auto syncs = [&] {
      return std::pair{machine.disk().syncs(".log"), machine.disk().syncs("MANIFEST")};
    };
    auto before = syncs();
    for (bool quiet = false; !quiet;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      const auto later = syncs();
      quiet = later == before;
      before = later;
    }
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(Machine::write_batch(store, "later", "x").error().code, Code::kReadOnly);
    }
    EXPECT_FALSE(store.get(Column::kEntities, "later"));
    machine.lose_power();
    EXPECT_EQ(syncs(), before) << "nothing is told to be safe any more, closing included";
    const Store& again = machine.start();
    EXPECT_TRUE(again.health().writable);
    EXPECT_EQ(again.get(Column::kEntities, "kept"), "x");
    for (int i = 0; i + 1 < written; ++i) {
      EXPECT_TRUE(again.get(Column::kEntities, std::to_string(i))) << i;
    }
  }
}

}  // namespace
}  // namespace revier::store
