// SPDX-License-Identifier: EUPL-1.2
// Some of the seats of a part go back, and the person goes on with the others.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/run_task.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

class GiveBackTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    desk_.put("workshop", 1, 1, 2);
    desk_.put("tour", 2, 5, 6);
  }
  // "tour" for two, and other parts for one.
  Result<Booking> book_pair(std::vector<Claim> others, const std::string& mail) {
    others.push_back({.quota = "tour", .seats = 2, .may_wait = true});
    RV_ASSIGN(const Booking held,
              run_task(desk_.registrations->hold({.wanted = std::move(others)})));
    return run_task(desk_.registrations->complete(
        {.booking = held.id, .name = "Ada", .mail = mail, .idempotency_key = {}}));
  }
  TestDesk desk_{GetParam()};
};

TEST_P(GiveBackTest, SomeSeatsAreGivenBackToTheWaitingList) {
  const auto mine = book_pair({{.quota = "workshop"}}, "mine@example.org");
  ASSERT_TRUE(mine) << mine.error().message;
  const Booking next = desk_.book({"tour"}, "next@example.org");
  const auto give_back = [&](std::int64_t seats) {
    return run_task(desk_.registrations->change(
        {.booking = mine->id,
         .wanted = {{.quota = "tour", .seats = seats}, {.quota = "workshop"}},
         .may_reduce = true}));
  };
  EXPECT_EQ(give_back(3).error().code, Code::kBadRequestData) << "more is another place";
  desk_.used = true;
  EXPECT_EQ(give_back(1).error().code, Code::kConflict);
  EXPECT_EQ(desk_.state(next, "tour"), ClaimState::kWaiting);
  desk_.used = false;
  for (int n = 0; n < 2; ++n) {
    const auto done = give_back(1);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(std::ranges::find(done->claims, "tour", &Claim::quota)->seats, 1);
    EXPECT_EQ(desk_.state(next, "tour"), ClaimState::kOffered);
    desk_.reopen();
    EXPECT_EQ(desk_.figures("tour").taken, 2);
  }
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
  EXPECT_EQ(desk_.letters("mine@example.org").back(), "registration--changed-");
  // What is cancelled needs no letter about the change before.
  desk_.cancel(*mine);
  EXPECT_EQ(desk_.letters("mine@example.org"),
            (std::vector<std::string>{"registration--confirmed", "registration--cancelled"}));
}

TEST_P(GiveBackTest, WhoWaitsForFewerSeatsKeepsHerPlaceAndMayMoveUp) {
  const Booking first = desk_.book({"tour"}, "first@example.org");
  const auto pair = book_pair({}, "pair@example.org");
  ASSERT_TRUE(pair) << pair.error().message;
  ASSERT_TRUE(run_task(desk_.registrations->change(
      {.booking = pair->id, .wanted = {{.quota = "tour"}}, .may_reduce = true})));
  EXPECT_EQ(desk_.state(*pair, "tour"), ClaimState::kOffered);
  desk_.reopen();
  EXPECT_EQ(desk_.figures("tour").taken, 2);
}

INSTANTIATE_TEST_SUITE_P(On, GiveBackTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::ticket
