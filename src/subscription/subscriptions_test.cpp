// SPDX-License-Identifier: EUPL-1.2
// Changes of subscriptions that the writer takes together, and what is kept of what waits.
#include "subscription/subscriptions.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/run_task.h"
#include "subscription/detail/rows.h"
#include "support/one_group.h"
#include "support/subscription_world.h"

namespace revier::subscription {
namespace {

using context::test::must;
using revier::test::good_of;
using revier::test::run_in_one_group;
using revier::test::while_writer_is_busy;
using testing::HasSubstr;

constexpr std::string_view kNobody = "http://127.0.0.1:9/none";
constexpr std::size_t kTogether = 12;

class SubscriptionsTest : public testing::Test, protected test::SubscriptionWorld {
 protected:
  explicit SubscriptionsTest(Options options = {}) : SubscriptionWorld(options) {}

  Subscription rooms(std::string_view id, std::string_view url, std::string_view more = "") {
    return parsed(fmt::format(
        R"({{"id":"{}","type":"Subscription","entities":[{{"type":"Room"}}]{},"notification":{{"endpoint":{{"uri":"{}"}}}}}})",
        id, more, url));
  }
  void subscribe(std::string_view id, std::string_view url, std::string_view more = "") {
    must(run_task(subscriptions().create(rooms(id, url, more))));
  }
  Task<Result<>> updating(std::string fragment) {
    const jsonld::ContextPtr core = world.catalogue().core();
    co_return co_await subscriptions().update("", "urn:s:1", {std::move(fragment), core, nullptr});
  }
  void update(std::string fragment) {
    must(run_task(updating(std::move(fragment))).map([] { return true; }));
  }
  static std::string room(int number) {
    return fmt::format(
        R"({{"id":"urn:r:{}","type":"Room","seats":{{"type":"Property","value":1}}}})", number);
  }
  void create(int number) { must(world.create(room(number))); }
  Task<Result<>> creating(int number) {
    std::vector<context::Write> writes;
    writes.push_back(context::create(world.parsed(room(number))));
    const context::Origin origin = context::Origin::api();
    RV_CO_TRY(co_await world.broker().write("", std::move(writes), origin));
    co_return Result<>{};
  }
  std::size_t rows(std::string_view kind) {
    std::size_t number = 0;
    const auto found = world.store().scan(store::Column::kOutbox, kind);
    for (; found->valid(); found->next()) ++number;
    return number;
  }
  // Letters of a subscription, dated so many hours before now; nobody has their changes.
  void bury(std::string_view id, std::uint64_t from, std::size_t number, std::int64_t hours) {
    const Instant at = world.clock().now() - Duration::hours(hours);
    must(world.store().writer().run_blocking([&](store::Batch& batch) -> Result<bool> {
      for (std::uint64_t sequence = from; sequence < from + number; ++sequence) {
        batch.put(store::Column::kOutbox, detail::line_key('d', "", id, sequence),
                  detail::encode(detail::DeadLetter{{0}, at, 3, "away"}));
      }
      return true;
    }));
  }
};

// --- Together ------------------------------------------------------------------------------------

TEST_F(SubscriptionsTest, OfOneIdIsMadeOnce) {
  std::vector<Task<Result<std::string>>> tasks;
  for (std::size_t i = 0; i < kTogether; ++i) {
    Subscription made = rooms("urn:s:1", kNobody);
    made.owner = fmt::format("owner {}", i);
    tasks.push_back(subscriptions().create(std::move(made)));
  }
  const auto answers = run_in_one_group(world.store(), std::move(tasks));
  EXPECT_EQ(good_of(answers), 1U);
  EXPECT_TRUE(answers.front());
  EXPECT_EQ(answers.back().error().code, Code::kAlreadyExists);
  EXPECT_EQ(entry("urn:s:1").subscription->owner, "owner 0");
  restart();
  EXPECT_EQ(entry("urn:s:1").subscription->owner, "owner 0");
}

TEST_F(SubscriptionsTest, EveryChangeThatWasTakenIsThere) {
  subscribe("urn:s:1", kNobody);
  std::vector<Task<Result<>>> tasks;
  for (const char* const fragment :
       {R"({"description":"told"})", R"({"subscriptionName":"named"})", R"({"throttling":5})",
        R"({"watchedAttributes":["seats"]})", R"({"localOnly":true})", R"({"q":"seats>1"})"}) {
    tasks.push_back(updating(fragment));
  }
  EXPECT_EQ(good_of(run_in_one_group(world.store(), std::move(tasks))), 6U);
  for (int round = 0; round < 2; ++round) {
    const std::string document = entry("urn:s:1").subscription->document;
    for (const char* const name : {"description", "subscriptionName", "throttling",
                                   "watchedAttributes", "localOnly", "\"q\""}) {
      EXPECT_THAT(document, HasSubstr(name));
    }
    restart();
  }
}

TEST_F(SubscriptionsTest, ADeletedOneDoesNotComeBack) {
  subscribe("urn:s:1", kNobody);
  std::vector<Task<Result<>>> tasks;
  tasks.push_back(updating(R"({"description":"first"})"));
  tasks.push_back(subscriptions().remove("", "urn:s:1"));
  tasks.push_back(updating(R"({"description":"second"})"));
  tasks.push_back(subscriptions().remove("", "urn:s:1"));
  const auto answers = run_in_one_group(world.store(), std::move(tasks));
  EXPECT_TRUE(answers[0]);
  EXPECT_TRUE(answers[1]);
  EXPECT_EQ(answers[2].error().code, Code::kResourceNotFound);
  EXPECT_EQ(answers[3].error().code, Code::kResourceNotFound);
  EXPECT_FALSE(subscriptions().find("", "urn:s:1"));
  restart();
  EXPECT_FALSE(subscriptions().find("", "urn:s:1"));
}

TEST_F(SubscriptionsTest, WhatIsCommittedWithTheEndOfOneDoesNotWaitForIt) {
  subscribe("urn:s:1", kNobody);
  create(1);
  std::vector<Task<Result<>>> tasks;
  tasks.push_back(creating(2));
  tasks.push_back(subscriptions().remove("", "urn:s:1"));
  tasks.push_back(creating(3));
  EXPECT_EQ(good_of(run_in_one_group(world.store(), std::move(tasks))), 3U);
  for (const char* const kind : {"s", "d", "c"}) EXPECT_EQ(rows(kind), 0U) << kind;
}

TEST_F(SubscriptionsTest, WhatWaitsForNobodyGoesAtTheStart) {
  must(world.store().writer().run_blocking([&](store::Batch& batch) -> Result<bool> {
    batch.put(store::Column::kOutbox, detail::line_key('s', "", "urn:s:gone", 7),
              detail::encode_numbers({0}));
    return true;
  }));
  bury("urn:s:gone", 8, 1, 1);
  restart();
  EXPECT_EQ(rows("s") + rows("d"), 0U);
}

// Their payload is one row, which the other one still needs.
TEST_F(SubscriptionsTest, ALetterThatGoesTwiceGoesOnce) {
  subscribe("urn:s:1", receiver.url());
  subscribe("urn:s:2", receiver.url());
  receiver.answer(std::vector<int>(6, 400));
  create(1);
  ASSERT_TRUE(soon([&] { return rows("d") == 2; }));
  std::atomic<std::size_t> dropped{0};
  std::vector<std::thread> threads;
  while_writer_is_busy(world.store(), [&] {
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back(
          [&] { dropped += must(subscriptions().drop_dead_letters("", "urn:s:1", kAllLetters)); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(dropped, 1U);
  EXPECT_EQ(rows("d"), 1U);
  EXPECT_EQ(must(subscriptions().replay("", "urn:s:2", kAllLetters)), 1U);
  EXPECT_THAT(receiver.wait(7).back().body, HasSubstr("urn:r:1"));
}

// --- More letters than one step takes
// -------------------------------------------------------------

constexpr std::size_t kMany = 10'200;

class ManyLetters : public SubscriptionsTest {
 protected:
  ManyLetters() : SubscriptionsTest({.dead_letter_days = 1}) {}
};

TEST_F(ManyLetters, GoWhenTheirTimeIsOverWhereverTheyStand) {
  subscribe("urn:s:a", kNobody);
  subscribe("urn:s:b", kNobody);
  bury("urn:s:a", 1, kMany, 1);
  bury("urn:s:b", 2 * kMany, 1, 25);
  restart();
  must(subscriptions().tick().map([] { return true; }));
  EXPECT_EQ(rows("d"), kMany);
  EXPECT_TRUE(must(subscriptions().dead_letters("", "urn:s:b")).empty());
  EXPECT_EQ(must(subscriptions().drop_dead_letters("", "urn:s:a", kAllLetters)), kMany);
  EXPECT_EQ(rows("d"), 0U);
}

TEST_F(ManyLetters, AllWaitAgain) {
  subscribe("urn:s:a", kNobody, R"(,"isActive":false)");
  bury("urn:s:a", 1, kMany, 1);
  restart();
  EXPECT_EQ(must(subscriptions().replay("", "urn:s:a", kAllLetters)), kMany);
  EXPECT_EQ(rows("d"), 0U);
  EXPECT_EQ(rows("s"), kMany);
}

// --- Paused, over, mended
// -------------------------------------------------------------------------

TEST_F(SubscriptionsTest, WhatWaitsWhenOneIsPausedIsToldWhenItGoesOn) {
  subscribe("urn:s:1", kNobody);
  create(1);
  create(2);
  ASSERT_TRUE(soon([&] { return entry("urn:s:1").counters.times_failed > 0; }));
  update(R"({"isActive":false})");
  create(3);  // told to nobody
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  restart();
  EXPECT_EQ(rows("s"), 2U);
  update(fmt::format(R"({{"isActive":true,"notification":{{"endpoint":{{"uri":"{}"}}}}}})",
                     receiver.url()));
  create(4);
  const auto taken = receiver.wait(3);
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_THAT(taken[0].body, HasSubstr("urn:r:1"));
  EXPECT_THAT(taken[1].body, HasSubstr("urn:r:2"));
  EXPECT_THAT(taken[2].body, HasSubstr("urn:r:4"));
}

TEST_F(SubscriptionsTest, WhatWaitsWhenOneExpiresIsADeadLetter) {
  subscribe("urn:s:1", kNobody, R"(,"expiresAt":"2025-01-20T09:00:00Z")");
  create(1);
  ASSERT_TRUE(soon([&] { return entry("urn:s:1").counters.times_failed > 0; }));
  world.clock().advance(Duration::hours(2));
  ASSERT_TRUE(soon([&] { return rows("d") == 1; }));
  const auto letters = must(subscriptions().dead_letters("", "urn:s:1"));
  EXPECT_EQ(letters.front().reason, "the subscription has expired");
}

TEST_F(SubscriptionsTest, AMendedEndpointIsTriedAtOnce) {
  const std::string away =
      fmt::format(R"({}","cooldown":60000,"accept":"application/json)", kNobody);
  subscribe("urn:s:1", away);
  create(1);
  ASSERT_TRUE(soon([&] { return entry("urn:s:1").counters.times_failed > 0; }));
  update(fmt::format(R"({{"notification":{{"endpoint":{{"uri":"{}"}}}}}})", receiver.url()));
  EXPECT_EQ(receiver.wait(1).size(), 1U);
}

TEST_F(SubscriptionsTest, IntervalsToNobodyGetLonger) {
  create(1);
  const std::string away =
      fmt::format(R"({}","cooldown":60000,"accept":"application/json)", kNobody);
  subscribe("urn:s:1", away, R"(,"timeInterval":0.000001)");
  EXPECT_EQ(entry("urn:s:1").subscription->interval_us, 1'000'000);
  ASSERT_TRUE(soon([&] { return entry("urn:s:1").counters.times_failed > 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
  EXPECT_EQ(entry("urn:s:1").counters.times_failed, 1);
}

}  // namespace
}  // namespace revier::subscription
