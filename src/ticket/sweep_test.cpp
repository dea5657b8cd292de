// SPDX-License-Identifier: EUPL-1.2
// What is over is ended, whatever becomes of the others.
#include <gtest/gtest.h>

#include "ticket/changes_store.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

constexpr const char* kFlooded = "flooded@example.org";

class SweepTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    desk_.options.confirm_within = Duration::minutes(30);
    desk_.reopen();
    desk_.put("workshop", 10, 1, 2);
  }

  Booking hold() {
    const auto held = run_task(desk_.registrations->hold({.wanted = {{.quota = "workshop"}}}));
    EXPECT_TRUE(held) << held.error().message;
    return *held;
  }
  bool is_there(const Booking& booking) {
    bool found = false;
    EXPECT_TRUE(desk_.database->read([&](records::Session& session) -> Result<> {
      found = rows::find(session, booking.id).has_value();
      return {};
    }));
    return found;
  }
  // More letters than one answer of the records has rows.
  void flood() {
    const auto fill = [&](records::Session& session) -> Result<> {
      for (int i = 0; i < 10'050; ++i) {
        RV_TRY(mail::enqueue(session,
                             {.key = "case-" + std::to_string(i),
                              .purpose = "case",
                              .to = kFlooded,
                              .delete_after = desk_.clock.now() + Duration::days(90)},
                             desk_.clock.now()));
      }
      return {};
    };
    const Result<> done = desk_.database->writer().run_blocking(fill);
    ASSERT_TRUE(done) << done.error().message;
  }

  TestDesk desk_{GetParam()};
};

TEST_P(SweepTest, ManyLettersToAnAddressKeepNothingFromEnding) {
  const Booking flooded = desk_.book({"workshop"}, kFlooded);
  const Booking held = hold();
  desk_.send_all();
  flood();
  desk_.clock.advance(Duration::minutes(31));
  EXPECT_EQ(desk_.sweep(), 2);
  EXPECT_EQ(desk_.find(flooded.id).state, BookingState::kCancelled);
  EXPECT_FALSE(is_there(held));
  EXPECT_EQ(desk_.figures("workshop").taken, 0);
  EXPECT_EQ(desk_.letters(kFlooded).size(), 10'052U) << "and an export has them all";
}

TEST_P(SweepTest, OneThatCannotBeEndedStopsNoOther) {
  const Booking stuck = desk_.book({"workshop"}, "stuck@example.org");
  const Booking other = desk_.book({"workshop"}, "other@example.org");
  const Booking held = hold();
  desk_.send_all();
  desk_.unwritable = "stuck@example.org";
  desk_.clock.advance(Duration::minutes(31));
  EXPECT_EQ(desk_.sweep(), 2);
  EXPECT_EQ(desk_.find(stuck.id).state, BookingState::kRegistered);
  EXPECT_EQ(desk_.find(other.id).state, BookingState::kCancelled);
  EXPECT_FALSE(is_there(held));
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
  // It is left in peace for an hour, in which others go together again.
  const Booking next = hold();
  desk_.unwritable = "nobody";
  desk_.clock.advance(Duration::minutes(31));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_FALSE(is_there(next));
  EXPECT_EQ(desk_.find(stuck.id).state, BookingState::kRegistered);
  desk_.clock.advance(Duration::minutes(30));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.find(stuck.id).state, BookingState::kCancelled);
  EXPECT_EQ(desk_.figures("workshop").taken, 0);
}

TEST_P(SweepTest, OneWhoCannotBeToldStopsNoOther) {
  const Booking stuck = desk_.book({"workshop"}, "stuck@example.org");
  const Booking other = desk_.book({"workshop"}, "other@example.org");
  for (const Booking& booking : {stuck, other}) {
    ASSERT_TRUE(run_task(desk_.registrations->confirm(booking.id)));
  }
  desk_.unwritable = "stuck@example.org";
  desk_.put("workshop", 10, 3, 4);
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.letters("stuck@example.org").size(), 1U);
  EXPECT_EQ(desk_.letters("other@example.org").size(), 2U);
  desk_.unwritable = "nobody";
  desk_.clock.advance(Duration::hours(1));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.letters("stuck@example.org").size(), 2U);
  EXPECT_EQ(desk_.sweep(), 0);
}

INSTANTIATE_TEST_SUITE_P(On, SweepTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::ticket
