// SPDX-License-Identifier: EUPL-1.2
#include "ticket/seats.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace revier::ticket {
namespace {

std::vector<Claim> want(std::initializer_list<const char*> quotas) {
  std::vector<Claim> claims;
  for (const char* quota : quotas) claims.push_back({.quota = quota});
  return claims;
}

TEST(Seats, TakesAllOrNone) {
  Seats seats;
  seats.set_capacity("day", 2);
  seats.set_capacity("workshop", 1);
  ASSERT_TRUE(seats.take("a", want({"day", "workshop"})));
  const auto refused = seats.take("b", want({"day", "workshop"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kQuotaFull);
  EXPECT_EQ(refused.error().field, "workshop");
  EXPECT_EQ(seats.figures("day").taken, 1);
}

TEST(Seats, NobodyOvertakesTheList) {
  Seats seats;
  seats.set_capacity("q", 2);
  const auto first = *seats.take("a", {{.quota = "q", .seats = 2}});
  const auto two = *seats.take("b", {{.quota = "q", .seats = 2, .may_wait = true}});
  EXPECT_EQ(two[0].state, ClaimState::kWaiting);
  const auto one = *seats.take("c", {{.quota = "q", .seats = 1, .may_wait = true}});
  EXPECT_EQ(seats.places("q"), (std::vector{two[0].place, one[0].place}));
  // One seat comes free: "c" would fit, but "b" is the head.
  seats.set_capacity("q", 3);
  EXPECT_TRUE(seats.promote("q").empty());
  EXPECT_FALSE(seats.take("d", want({"q"})));
  const auto promoted = seats.release("a", first);
  ASSERT_EQ(promoted.size(), 2U);
  EXPECT_EQ(promoted[0].booking, "b");
  EXPECT_EQ(promoted[1].booking, "c");
}

// Any sequence of bookings and cancellations: never more taken than there is, and never a free seat
// that the head of the list could have.
RC_GTEST_PROP(Seats, NeverOversellsNorForgetsTheList, ()) {
  Seats seats;
  seats.set_capacity("q", *rc::gen::inRange(0, 6));
  std::map<std::string, std::vector<Claim>> bookings;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    if (bookings.empty() || *rc::gen::arbitrary<bool>()) {
      const auto id = std::to_string(i);
      const auto claims = seats.take(id, {{.quota = "q",
                                           .seats = *rc::gen::inRange(1, 4),
                                           .may_wait = *rc::gen::arbitrary<bool>()}});
      if (claims) bookings[id] = *claims;
    } else {
      const auto which = *rc::gen::inRange<std::size_t>(0, bookings.size());
      const auto victim = std::next(bookings.begin(), static_cast<std::ptrdiff_t>(which));
      const auto claims = victim->second;
      const auto id = victim->first;
      bookings.erase(victim);
      for (const Promotion& p : seats.release(id, claims)) {
        bookings[p.booking][0].state = ClaimState::kTaken;
      }
    }
    std::int64_t taken = 0;
    for (const auto& [id, claims] : bookings) {
      if (claims[0].state == ClaimState::kTaken) taken += claims[0].seats;
    }
    const QuotaFigures figures = seats.figures("q");
    RC_ASSERT(figures.taken == taken);
    RC_ASSERT(taken <= figures.capacity);
    RC_ASSERT(seats.promote("q").empty());
  }
}

}  // namespace
}  // namespace revier::ticket
