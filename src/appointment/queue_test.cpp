// SPDX-License-Identifier: EUPL-1.2
#include "appointment/queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "base/run_task.h"
#include "support/test_records.h"

namespace revier::appointment {
namespace {

Duration minutes(std::int64_t n) { return Duration::minutes(n); }

TEST(Estimate, NobodyAheadOfAFreeDesk) {
  const Estimate free = estimate({.desks = 2, .planned = minutes(10)});
  EXPECT_EQ(free.likely, Duration());
  EXPECT_EQ(free.conversations, 0U);
}

TEST(Estimate, SharesTheWorkAmongTheDesks) {
  QueueState state{.waiting_ahead = 6, .in_service = 2, .desks = 2, .planned = minutes(10)};
  EXPECT_EQ(estimate(state).likely, minutes(35));  // seven conversations of ten minutes by two
  EXPECT_EQ(estimate(state).least, Duration::seconds(35 * 30));
  EXPECT_EQ(estimate(state).most, minutes(70));
  state.measured.assign(kMeasuredMin, minutes(20));
  EXPECT_EQ(estimate(state).likely, minutes(70)) << "measured counts, not planned";
  EXPECT_EQ(estimate(state).conversations, kMeasuredMin);
}

TEST(Estimate, AppointmentsThatFallDueMeanwhileGoFirst) {
  QueueState state{.waiting_ahead = 2, .in_service = 1, .desks = 1, .planned = minutes(10)};
  const Duration without = estimate(state).likely;
  state.due_in = {minutes(5), minutes(20), minutes(300)};
  EXPECT_EQ(estimate(state).likely, without + minutes(20));
}

TEST(Estimate, TheRangeIsThatOfLateErrors) {
  QueueState state{.waiting_ahead = 4, .in_service = 1, .desks = 1, .planned = minutes(10)};
  for (int i = 1; i <= 10; ++i) state.kept.push_back({minutes(10), minutes(8 + i)});
  const Estimate found = estimate(state);
  EXPECT_TRUE(found.range_measured);
  EXPECT_EQ(found.likely, minutes(45));
  EXPECT_EQ(found.most, Duration::seconds(45 * 60 * 17 / 10));
  EXPECT_LE(found.least, found.likely);
}

// Days of people who come and are served as chance has it: four in five waits end in the range that
// was said, once there is something measured.
TEST(Estimate, IsHonestOverManyDays) {
  std::uint64_t seed = 12'345;
  const auto chance = [&seed](std::int64_t below) {
    seed = seed * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<std::int64_t>((seed >> 33) % static_cast<std::uint64_t>(below));
  };
  int said = 0;
  int kept = 0;
  std::vector<Duration> measured;
  std::vector<QueueState::Kept> errors;
  struct Waiting {
    Instant since;
    Estimate told;
  };
  for (int day = 0; day < 60; ++day) {
    std::deque<Waiting> waiting;
    std::vector<Instant> busy_until(2);
    for (int minute = 0; minute < 300; ++minute) {
      const Instant now{minutes(minute).us + Duration::days(day + 1).us};
      std::int64_t serving = 0;
      for (Instant& until : busy_until) {
        if (until > now) {
          ++serving;
          continue;
        }
        if (waiting.empty()) continue;
        const Waiting next = waiting.front();
        waiting.pop_front();
        const Duration real = now - next.since;
        if (next.told.range_measured && next.told.likely.us > 0) {
          ++said;
          if (real <= next.told.most && real + minutes(1) >= next.told.least) ++kept;
        }
        if (next.told.likely.us > 0) errors.push_back({next.told.likely, real});
        const Duration talk = minutes(5 + chance(14));
        measured.push_back(talk);
        until = now + talk;
        ++serving;
      }
      if (chance(6) != 0 || minute > 260) continue;
      const auto last = [](const auto& all, std::size_t n) {
        return std::vector(all.end() - static_cast<std::ptrdiff_t>(std::min(n, all.size())),
                           all.end());
      };
      waiting.push_back({now, estimate({.waiting_ahead = std::ssize(waiting),
                                        .in_service = serving,
                                        .desks = 2,
                                        .planned = minutes(10),
                                        .measured = last(measured, 30),
                                        .due_in = {},
                                        .kept = last(errors, 30)})});
    }
  }
  ASSERT_GT(said, 300);
  EXPECT_GE(kept * 100, said * 70) << kept << " of " << said;
}

class QueueTest : public testing::TestWithParam<std::string> {
 protected:
  Arrival draw(const char* offer = "eid") {
    clock_.advance(minutes(1));
    return run_task(queue_.draw({.counter = "c", .offer = offer, .estimated = minutes(5)})).value();
  }
  Arrival arrive(const char* code, Instant due) {
    clock_.advance(minutes(1));
    ticket::Booking booking{.id = code, .subject = "eid", .code = code};
    return run_task(queue_.arrive(booking, "c", due)).value();
  }
  std::string call(const char* desk) {
    const auto called = run_task(queue_.call_next("c", desk)).value();
    return called ? called->number : "";
  }
  std::vector<Arrival> here() {
    std::vector<Arrival> all;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(all, Queue::here(session, "c", "2025-02-06", clock_.now()));
      return {};
    }));
    return all;
  }

  const tests::TestRecords records_{GetParam()};
  const std::unique_ptr<records::Database> database_ = records_.open(Queue::migrations());
  ManualClock clock_{*parse_iso8601("2025-02-06T09:00:00Z")};
  SeededRandom random_{3};
  Queue queue_{{.database = *database_, .civil_clock = clock_, .random = random_}};
};
INSTANTIATE_TEST_SUITE_P(Records, QueueTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

TEST_P(QueueTest, CallsDueAppointmentsThenTheOthersInOrder) {
  EXPECT_EQ(draw().number, "A01");
  EXPECT_EQ(draw().number, "A02");
  const Instant now = clock_.now();
  arrive("LATE-1", now + Duration::hours(2));
  arrive("SOON-2", now + minutes(10));
  arrive("SOON-2", now + minutes(10));  // twice is once
  ASSERT_EQ(here().size(), 4U);
  EXPECT_EQ(call("1"), "A01");
  clock_.advance(minutes(10));
  EXPECT_EQ(call("2"), "SOON");
  EXPECT_EQ(call("2"), "A02");
  EXPECT_EQ(call("2"), "LATE");
  EXPECT_EQ(call("2"), "");
  const auto left = here();
  ASSERT_EQ(left.size(), 1U) << "a desk that calls is done with the one before";
  EXPECT_EQ(left[0].desk, "1");
}

TEST_P(QueueTest, AbsentBackAndTwice) {
  const Arrival one = draw();
  EXPECT_EQ(run_task(queue_.end(one.id, VisitState::kDone)).error().code, Code::kConflict);
  EXPECT_EQ(call("1"), "A01");
  ASSERT_TRUE(run_task(queue_.call_back(one.id)));
  EXPECT_EQ(call("2"), "A01");
  const auto absent = run_task(queue_.end(one.id, VisitState::kAbsent));
  ASSERT_TRUE(absent);
  EXPECT_EQ(absent->desk, "2");
  EXPECT_EQ(run_task(queue_.end(one.id, VisitState::kDone)).error().code, Code::kConflict);
  EXPECT_EQ(run_task(queue_.end("none", VisitState::kDone)).error().code, Code::kResourceNotFound);
  EXPECT_EQ(run_task(queue_.call_next("c", "")).error().code, Code::kBadRequestData);
}

TEST_P(QueueTest, WhoWasNotedAsAbsentCanComeAfterAll) {
  const Arrival first = arrive("LATE-1", clock_.now());
  EXPECT_EQ(call("1"), "LATE");
  ASSERT_TRUE(run_task(queue_.end(first.id, VisitState::kAbsent)));
  EXPECT_TRUE(here().empty());
  const Arrival again = arrive("LATE-1", clock_.now());
  EXPECT_EQ(again.id, first.id) << "a number is there once a day";
  EXPECT_EQ(again.state, VisitState::kWaiting);
  EXPECT_EQ(again.booking, "LATE-1");
  EXPECT_EQ(again.desk, "");
  EXPECT_FALSE(again.called_at);
  EXPECT_FALSE(again.ended_at);
  EXPECT_EQ(call("2"), "LATE");
  EXPECT_EQ(arrive("LATE-1", clock_.now()).state, VisitState::kCalled) << "she is here already";
  clock_.advance(minutes(7));
  EXPECT_EQ(call("2"), "");
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto lines, Queue::figures(session, "c", "2025-02-06", "2025-02-06"));
    EXPECT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].visits, 1);
    EXPECT_EQ(lines[0].absent, 0);
    EXPECT_EQ(lines[0].conversations, std::vector{minutes(8)});
    return {};
  }));
  EXPECT_EQ(arrive("LATE-1", clock_.now()).state, VisitState::kWaiting) << "back once more";
  EXPECT_EQ(call("1"), "LATE");
}

TEST_P(QueueTest, FiguresWithoutPeople) {
  arrive("TERM-1", clock_.now());
  draw("other");
  EXPECT_EQ(call("1"), "TERM");
  clock_.advance(minutes(8));
  EXPECT_EQ(call("1"), "A01");
  clock_.advance(minutes(4));
  EXPECT_EQ(call("1"), "");
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto lines, Queue::figures(session, "c", "2025-02-01", "2025-02-06"));
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].offer, "eid");
    EXPECT_EQ(lines[0].with_appointment, 1);
    EXPECT_EQ(lines[0].conversations, std::vector{minutes(8)});
    EXPECT_TRUE(lines[0].waits.empty());
    EXPECT_EQ(lines[1].waits, std::vector{minutes(8)});
    EXPECT_EQ(lines[1].conversations, std::vector{minutes(4)});
    EXPECT_EQ(lines[1].estimated, 1);
    EXPECT_EQ(lines[1].within, 1);
    RV_ASSIGN(const auto tied, session.query("SELECT id FROM visit WHERE booking <> ''"));
    EXPECT_TRUE(tied.empty()) << "what has ended leads to no appointment";
    RV_ASSIGN(const QueueState state, Queue::measure(session, "c", clock_.now()));
    EXPECT_EQ(state.measured, (std::vector{minutes(4), minutes(8)}));
    EXPECT_EQ(state.desks, 1);
    return {};
  }));
}

TEST_P(QueueTest, ANewDayBeginsAnewAndOldFiguresGo) {
  draw();
  clock_.advance(Duration::days(1));
  ASSERT_TRUE(queue_.sweep());
  EXPECT_TRUE(here().empty());
  EXPECT_EQ(draw().number, "A01");
  clock_.advance(Duration::days(401));
  ASSERT_TRUE(queue_.sweep());
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto rows, session.query("SELECT id FROM visit"));
    EXPECT_TRUE(rows.empty());
    return {};
  }));
}

TEST_P(QueueTest, NoNumberTwiceFromManyThreads) {
  std::set<std::string> numbers;
  std::vector<std::thread> threads;
  std::mutex mutex;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < 30; ++n) {
        const auto one = run_task(queue_.draw({.counter = "c", .offer = "eid", .estimated = {}}));
        const std::lock_guard lock(mutex);
        if (one) numbers.insert(one->number);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(numbers.size(), 120U);
  EXPECT_TRUE(numbers.contains("B20"));
}

// Whatever the order of deeds: each is called at most once at a time, and nobody is lost.
RC_GTEST_PROP(TurnProperty, SortsEverybodyOnce, ()) {
  const Instant now{Duration::hours(100).us};
  std::vector<Arrival> all;
  const int count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) {
    Arrival one{.number = std::to_string(i), .arrived_at = now - minutes(*rc::gen::inRange(0, 90))};
    if (*rc::gen::inRange(0, 2) == 1) one.due_at = now + minutes(*rc::gen::inRange(-60, 60));
    all.push_back(one);
  }
  sort_by_turn(all, now);
  RC_ASSERT(std::ssize(all) == count);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Arrival& a = all[i - 1];
    const Arrival& b = all[i];
    const bool b_due = b.due_at && *b.due_at <= now;
    const bool a_due = a.due_at && *a.due_at <= now;
    RC_ASSERT(a_due || !b_due);
    if (!a.due_at && !b.due_at) RC_ASSERT(a.arrived_at <= b.arrived_at);
    if (a_due && b_due) RC_ASSERT(*a.due_at <= *b.due_at);
  }
}

}  // namespace
}  // namespace revier::appointment
