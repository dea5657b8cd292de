// SPDX-License-Identifier: EUPL-1.2
// Power goes at a random moment of writing, checkpointing, closing or opening; then nothing that
// was acknowledged is missing and no job is half there.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "support/power_loss_vfs.h"
#include "support/test_records.h"

namespace revier::records {
namespace {

constexpr std::array kSchema{Migration{"p-0001",
                                       "CREATE TABLE a (client BIGINT, n BIGINT, text TEXT, "
                                       "PRIMARY KEY (client, n)); "
                                       "CREATE TABLE b (client BIGINT, n BIGINT, text TEXT)"}};
constexpr int kClients = 3;

int rounds() { return std::getenv("RV_LONG") != nullptr ? 1'000 : 60; }

struct Findings {
  int lost = 0;
  int half = 0;
};

// A machine with one database, whose clients write jobs of two rows; each third job fails.
class Machine {
 public:
  Machine(std::uint64_t seed, bool syncs) : chance_(seed), syncs_(syncs), disk_(seed) {
    options_ = {.url = "sqlite:" + dir_.file("r.db"), .read_sessions = 1, .vfs = disk_.name()};
    if (!syncs) disk_.ignore_syncs();
  }

  // Writes until the power goes, loses it, starts again.
  Findings live_once() {
    if (!database_ && !open()) return {};
    disk_.cut_power_after(1 + chance_() % 1'500);
    {
      std::vector<std::jthread> clients;
      for (int client = 0; client < kClients; ++client) {
        clients.emplace_back([this, client, seed = chance_()] { write(client, seed); });
      }
    }
    database_.reset();
    disk_.lose_power();
    if (chance_() % 2 == 0) open_and_lose_power();
    if (open()) return look();
    return {.lost = static_cast<int>(acknowledged_.size())};
  }

 private:
  bool open() {
    auto opened = Database::open(options_, kSchema);
    EXPECT_TRUE(!syncs_ || opened) << opened.error().message;
    if (opened) database_ = std::move(*opened);
    return opened.has_value();
  }

  void open_and_lose_power() {
    disk_.cut_power_after(1 + chance_() % 20);
    auto opened = Database::open(options_, kSchema);
    if (opened) opened->reset();
    disk_.lose_power();
  }

  void write(int client, std::uint64_t seed) {
    std::mt19937_64 chance(seed);
    while (database_->writable()) {
      const int n = next_[client]++;
      const std::string text(chance() % 3'000, 'x');
      const auto done = database_->writer().run_blocking([&](Session& session) -> Result<> {
        for (const char* table : {"a", "b"}) {
          RV_TRY(session.execute(std::string("INSERT INTO ") + table + " VALUES (:c, :n, :t)",
                                 {{"c", client}, {"n", n}, {"t", text}}));
        }
        if (n % 3 == 0) return fail(Code::kConflict, "meant to fail");
        return {};
      });
      if (done) acknowledge(client, n);
      if (!done && done.error().code != Code::kConflict) return;
      if (chance() % 40 == 0) static_cast<void>(database_->truncate_log());
    }
  }

  std::set<std::pair<int, int>> rows(const std::string& table) {
    std::set<std::pair<int, int>> found;
    const auto done = database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const auto all, session.query("SELECT client, n FROM " + table, {}, 10'000'000));
      for (const Row& row : all) {
        found.emplace(static_cast<int>(row.integer("client")), static_cast<int>(row.integer("n")));
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return found;
  }

  Findings look() {
    Findings findings;
    const auto whole = database_->verify();
    EXPECT_TRUE(!syncs_ || whole) << whole.error().message;
    const auto a = rows("a");
    const auto b = rows("b");
    findings.half = a == b ? 0 : 1;
    for (const auto& job : a) findings.half += job.second % 3 == 0 ? 1 : 0;
    for (const auto& job : acknowledged_) findings.lost += a.contains(job) ? 0 : 1;
    return findings;
  }

  void acknowledge(int client, int n) {
    const std::lock_guard lock(mutex_);
    acknowledged_.emplace(client, n);
  }

  std::mt19937_64 chance_;
  const bool syncs_;
  tests::TempDir dir_;
  tests::PowerLossVfs disk_;
  Options options_;
  std::array<int, kClients> next_{};
  std::mutex mutex_;
  std::set<std::pair<int, int>> acknowledged_;
  std::unique_ptr<Database> database_;
};

TEST(RecordsPowerLoss, NothingAcknowledgedIsMissingAndNothingIsHalfThere) {
  for (int seed = 0; seed < rounds() / 6; ++seed) {
    Machine machine(static_cast<std::uint64_t>(seed), true);
    for (int i = 0; i < 6; ++i) {
      const Findings found = machine.live_once();
      ASSERT_EQ(found.lost, 0) << "seed " << seed;
      ASSERT_EQ(found.half, 0) << "seed " << seed;
    }
  }
}

TEST(RecordsPowerLoss, WithoutSyncsTheTestSeesTheLoss) {
  int lost = 0;
  for (int seed = 0; seed < 8; ++seed) {
    Machine machine(static_cast<std::uint64_t>(seed), false);
    lost += machine.live_once().lost;
  }
  EXPECT_GT(lost, 0);
}

// The database on a disk whose power nobody cuts, for one failing sync.
class FailedSync : public testing::Test {
 protected:
  Result<std::int64_t> put(std::int64_t n, std::string_view text = "x") {
    return database_->writer().run_blocking([&](Session& session) {
      return session.execute("INSERT INTO a VALUES (0, :n, :t)", {{"n", n}, {"t", text}});
    });
  }
  std::int64_t count() {
    std::int64_t n = -1;
    const auto done = database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const Row row, session.one("SELECT COUNT(*) AS n FROM a"));
      n = row.integer("n");
      return {};
    });
    EXPECT_TRUE(done);
    return n;
  }
  void open() {
    auto opened = Database::open(
        {.url = "sqlite:" + dir_.file("r.db"), .read_sessions = 1, .vfs = disk_.name()}, kSchema);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
  }
  void SetUp() override { open(); }

  tests::TempDir dir_;
  tests::PowerLossVfs disk_{7};
  std::unique_ptr<Database> database_;
};

TEST_F(FailedSync, OfACommitEndsWritingForGood) {
  ASSERT_TRUE(put(1));
  disk_.fail_next_sync("-wal");
  const auto failed = put(2);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kReadOnly);
  EXPECT_FALSE(database_->writable());
  EXPECT_EQ(put(3).error().code, Code::kReadOnly);
  EXPECT_EQ(count(), 1);
  disk_.cut_power();
  database_.reset();
  disk_.lose_power();
  open();
  EXPECT_EQ(count(), 1);
  EXPECT_TRUE(put(4));
}

TEST_F(FailedSync, OfACheckpointEndsWritingForGood) {
  const std::string text(100'000, 'x');
  disk_.fail_next_sync("r.db");
  std::int64_t written = 0;
  while (written < 200 && put(written, text)) ++written;
  EXPECT_LT(written, 200);
  EXPECT_FALSE(database_->writable());
  disk_.cut_power();
  database_.reset();
  disk_.lose_power();
  open();
  EXPECT_EQ(count(), written);
  EXPECT_TRUE(database_->verify());
}

TEST_F(FailedSync, EveryAnswerIsPrecededByASync) {
  for (int i = 0; i < 20; ++i) {
    const auto before = disk_.syncs();
    ASSERT_TRUE(put(i));
    EXPECT_GT(disk_.syncs(), before);
  }
}

}  // namespace
}  // namespace revier::records
