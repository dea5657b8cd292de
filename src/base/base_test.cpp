// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/group_commit.h"
#include "base/parallel.h"
#include "base/random.h"
#include "base/split.h"
#include "base/time.h"
#include "base/while_alive.h"

namespace revier {
namespace {

TEST(Time, PrintsAndReadsTheEdges) {
  EXPECT_EQ(to_iso8601(Instant{0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(Instant{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_iso8601(Instant{1'500'000}), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(parse_iso8601("2025-01-20T09:00:00+01:00"), parse_iso8601("2025-01-20T08:00:00Z"));
  EXPECT_EQ(parse_iso8601("2025-01-20T09:00Z")->us, parse_iso8601("2025-01-20T09:00:00,0Z")->us);
  EXPECT_EQ(to_http_date(*parse_iso8601("2025-01-20T08:00:00Z")), "Mon, 20 Jan 2025 08:00:00 GMT");
}

TEST(Time, RefusesWhatIsNoInstant) {
  for (const char* text :
       {"", "2025-02-30T00:00:00Z", "2025-01-20", "2025-01-20T24:00:00Z", "2025-01-20T09:00:00",
        "2025-01-20T09:00:00+25:00", "0000-01-01T00:00:00Z", "2025-01-20T09:00:00.Z",
        "2025-01-20T09:00:00Zx"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

RC_GTEST_PROP(Time, ReadsBackWhatItPrints, ()) {
  // 0001-01-01 to 9999-12-31
  const auto us = *rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'799'999'999);
  RC_ASSERT(parse_iso8601(to_iso8601(Instant{us}))->us == us);
}

TEST(Split, ListsAreAsPeopleWriteThem) {
  const std::vector<std::string> parts{"Energie", "Rad und Bahn"};
  EXPECT_EQ(split_list(" Energie ,, Rad und Bahn,  "), parts);
  EXPECT_TRUE(split_list("").empty());
  EXPECT_TRUE(split_list(" , ").empty());
}

TEST(Random, SecretsAreLongAndDiffer) {
  SystemRandom random;
  EXPECT_EQ(random_secret(random).size(), 32U);
  EXPECT_EQ(random_id(random).size(), 16U);
  EXPECT_NE(random_secret(random), random_secret(random));
}

// A transaction that is a list of numbers; commit moves it to `durable`.
class Numbers final : public GroupBackend<std::vector<int>> {
 public:
  Result<std::vector<int>*> begin() override {
    open.clear();
    return &open;
  }
  Result<> attempt(std::vector<int>& list,
                   const std::function<Result<>(std::vector<int>&)>& step) override {
    const std::size_t before = list.size();
    auto result = step(list);
    if (!result) list.resize(before);
    return result;
  }
  Result<> commit(std::vector<int>& list) override {
    if (broken) return fail(Code::kReadOnly, "broken");
    durable.insert(durable.end(), list.begin(), list.end());
    return {};
  }
  std::vector<int> open;
  std::vector<int> durable;
  bool broken = false;
};

TEST(GroupCommit, UndoesOnlyTheJobThatFails) {
  Numbers backend;
  GroupCommit<std::vector<int>> writer(backend);
  int published = 0;
  const auto add = [&](int n, bool good) {
    return writer.run_blocking(
        [n, good](std::vector<int>& list) -> Result<int> {
          list.push_back(n);
          if (!good) return fail(Code::kConflict, "no");
          return n;
        },
        [&](const int& value) { published += value; });
  };
  EXPECT_EQ(add(1, true), 1);
  EXPECT_EQ(add(2, false).error().code, Code::kConflict);
  EXPECT_EQ(add(3, true), 3);
  EXPECT_EQ(backend.durable, (std::vector<int>{1, 3}));
  EXPECT_EQ(published, 4);
}

TEST(GroupCommit, FailsAllAndPublishesNothingWhenTheCommitFails) {
  Numbers backend;
  backend.broken = true;
  GroupCommit<std::vector<int>> writer(backend);
  bool published = false;
  const auto result = writer.run_blocking(
      [](std::vector<int>& list) -> Result<> {
        list.push_back(1);
        return {};
      },
      [&] { published = true; });
  EXPECT_EQ(result.error().code, Code::kReadOnly);
  EXPECT_FALSE(published);
}

TEST(GroupCommit, TakesManyThreadsInOrderOfEach) {
  Numbers backend;
  {
    GroupCommit<std::vector<int>> writer(backend);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&writer, t] {
        for (int i = 0; i < 200; ++i) {
          const auto result = writer.run_blocking([t, i](std::vector<int>& list) -> Result<> {
            list.push_back(t * 1000 + i);
            return {};
          });
          EXPECT_TRUE(result);
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  ASSERT_EQ(backend.durable.size(), 800U);
  std::array<int, 4> next{};
  for (const int n : backend.durable)
    EXPECT_EQ(n % 1000, next[static_cast<std::size_t>(n / 1000)]++);
}

TEST(WhileAlive, ReachesTheObjectUntilItsEnd) {
  int number = 0;
  WhileAlive<int> alive(number);
  const auto add = [](int& one) { ++one; };
  alive.run(add);
  EXPECT_EQ(number, 1);
  alive.end();
  alive.run(add);
  EXPECT_EQ(number, 1);
}

TEST(WhileAlive, EndsAfterWhatRuns) {
  std::atomic<bool> begun = false;
  std::atomic<bool> done = false;
  int number = 0;
  WhileAlive<int> alive(number);
  std::thread callback([&] {
    alive.run([&](int&) {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      done = true;
    });
  });
  while (!begun) std::this_thread::yield();
  alive.end();
  EXPECT_TRUE(done);
  callback.join();
}

TEST(ParallelFor, CallsEachOnce) {
  std::vector<std::atomic<int>> calls(10'000);
  parallel_for(calls.size(), 4, [&](std::size_t i) { ++calls[i]; });
  EXPECT_TRUE(std::all_of(calls.begin(), calls.end(), [](const auto& n) { return n == 1; }));
}

}  // namespace
}  // namespace revier
