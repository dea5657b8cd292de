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

// The capacity goes down below what the head wants: it keeps its place and holds up nobody.
TEST(Seats, AClaimLargerThanTheWholeIsPassedOver) {
  Seats seats;
  seats.set_capacity("q", 5);
  const auto first = *seats.take("a", {{.quota = "q", .seats = 2}});
  const auto large = *seats.take("large", {{.quota = "q", .seats = 5, .may_wait = true}});
  const auto small = *seats.take("small", {{.quota = "q", .seats = 2, .may_wait = true}});
  EXPECT_TRUE(seats.figures("q").promised);
  seats.set_capacity("q", 4);
  const auto promoted = seats.promote("q");
  ASSERT_EQ(promoted.size(), 1U);
  EXPECT_EQ(promoted[0].booking, "small");
  EXPECT_FALSE(seats.figures("q").promised);
  EXPECT_EQ(seats.figures("q").waiting, 1);
  EXPECT_TRUE(seats.release("a", first).empty());
  ASSERT_TRUE(seats.take("new", {{.quota = "q", .seats = 2}}));
  // As many seats as before: it is the head as before.
  seats.set_capacity("q", 5);
  EXPECT_FALSE(seats.take("later", want({"q"})));
  EXPECT_EQ(seats.places("q"), std::vector{large[0].place});
}

TEST(Seats, SomeSeatsOfAClaimGoToTheHeadOfTheList) {
  Seats seats;
  seats.set_capacity("q", 3);
  const auto first = *seats.take("a", {{.quota = "q", .seats = 3}});
  const auto two = *seats.take("b", {{.quota = "q", .seats = 2, .may_wait = true}});
  const auto one = *seats.take("c", {{.quota = "q", .seats = 1, .may_wait = true}});
  EXPECT_TRUE(seats.reduce("a", first[0], 2).empty()) << "the head wants two";
  EXPECT_EQ(seats.figures("q").taken, 2);
  // She waits for one only now, in her place: before who came later.
  const auto promoted = seats.reduce("b", two[0], 1);
  ASSERT_EQ(promoted.size(), 1U);
  EXPECT_TRUE(promoted[0].booking == "b" && promoted[0].seats == 1);
  EXPECT_EQ(seats.places("q"), std::vector{one[0].place});
  EXPECT_EQ(seats.figures("q").taken, 3);
}

// Bookings as the questions left them, by name.
struct Model {
  std::map<std::string, std::vector<Claim>> bookings;

  void note(const std::vector<Promotion>& promoted) {
    for (const Promotion& one : promoted) bookings[one.booking][0].state = ClaimState::kTaken;
  }
  [[nodiscard]] std::int64_t taken() const {
    std::int64_t taken = 0;
    for (const auto& [id, claims] : bookings) {
      if (claims[0].state == ClaimState::kTaken) taken += claims[0].seats;
    }
    return taken;
  }
  // The first of the list that the whole quota could seat.
  [[nodiscard]] const Claim* head(std::int64_t capacity) const {
    const Claim* head = nullptr;
    for (const auto& [id, claims] : bookings) {
      const Claim& claim = claims[0];
      if (claim.state != ClaimState::kWaiting || claim.seats > capacity) continue;
      if (head == nullptr || claim.place < head->place) head = &claim;
    }
    return head;
  }
};

void one_step(Seats& seats, Model& model, std::int64_t& capacity, const std::string& id) {
  if (*rc::gen::inRange(0, 6) == 0) {
    capacity = *rc::gen::inRange(0, 6);
    seats.set_capacity("q", capacity);
    model.note(seats.promote("q"));
    return;
  }
  if (model.bookings.empty() || *rc::gen::arbitrary<bool>()) {
    const Claim wanted{
        .quota = "q", .seats = *rc::gen::inRange(1, 5), .may_wait = *rc::gen::arbitrary<bool>()};
    const bool there = model.head(capacity) == nullptr && model.taken() + wanted.seats <= capacity;
    const auto claims = seats.take(id, {wanted});
    RC_ASSERT(claims.has_value() == (there || wanted.may_wait));
    if (!claims) return;
    RC_ASSERT(((*claims)[0].state == ClaimState::kTaken) == there);
    model.bookings[id] = *claims;
    return;
  }
  const auto which = *rc::gen::inRange<std::size_t>(0, model.bookings.size());
  const auto victim = std::next(model.bookings.begin(), static_cast<std::ptrdiff_t>(which));
  const auto gone = *victim;
  model.bookings.erase(victim);
  model.note(seats.release(gone.first, gone.second));
}

// Any sequence of bookings, cancellations and capacities: never more taken than there is (but for
// what was taken before there was less), and never a free seat that somebody waiting in turn could
// have.
RC_GTEST_PROP(Seats, NeverOversellsNorForgetsTheList, ()) {
  Seats seats;
  std::int64_t capacity = *rc::gen::inRange(0, 6);
  seats.set_capacity("q", capacity);
  Model model;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const std::int64_t before = model.taken();
    one_step(seats, model, capacity, std::to_string(i));
    const QuotaFigures figures = seats.figures("q");
    RC_ASSERT(figures.taken == model.taken());
    RC_ASSERT(figures.taken <= std::max(figures.capacity, before));
    const Claim* const head = model.head(capacity);
    RC_ASSERT(figures.promised == (head != nullptr));
    if (head != nullptr) RC_ASSERT(figures.taken + head->seats > capacity);
    RC_ASSERT(seats.promote("q").empty());
  }
}

}  // namespace
}  // namespace revier::ticket
