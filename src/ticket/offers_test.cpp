// SPDX-License-Identifier: EUPL-1.2
// What becomes of seats whose letters do not leave.
#include <gtest/gtest.h>

#include "mail/sender.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

constexpr const char* kUnheard = "second@example.org";

// A mail server that takes all but what goes to one address.
class OneIsNotReached final : public mail::Transport {
 public:
  explicit OneIsNotReached(mail::Outcome answer) : answer_(answer) {}
  mail::Handing send(const std::string& to, const std::string& /*mime*/,
                     const std::function<bool()>& last_byte) override {
    if (to == kUnheard) return {answer_, 450, "450 later"};
    if (!last_byte()) return {mail::Outcome::kStopped, 0, {}};
    return {mail::Outcome::kAccepted, 250, {}};
  }
  void end() override {}

 private:
  const mail::Outcome answer_;
};

class OffersTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    desk_.put("workshop", 1, 1, 2);
    first_ = desk_.book({"workshop"}, "first@example.org");
    second_ = desk_.book({"workshop"}, kUnheard);
    third_ = desk_.book({"workshop"}, "third@example.org");
    desk_.cancel(first_);
    ASSERT_EQ(desk_.state(second_, "workshop"), ClaimState::kOffered);
  }

  // Five days of sending and sweeping, hour by hour, or until the offer of the second has ended.
  void send_for_days(mail::Outcome answer) {
    auto sender = mail::Sender::open({.database = *desk_.database,
                                      .civil_clock = desk_.clock,
                                      .real_clock = desk_.clock,
                                      .head =
                                          [] {
                                            return mail::Letterhead{.from = "post@event.example",
                                                                    .from_name = {},
                                                                    .reply_to = {}};
                                          },
                                      .parts = {}},
                                     std::make_unique<OneIsNotReached>(answer));
    ASSERT_TRUE(sender) << sender.error().message;
    for (int hour = 0; hour < 5 * 24; ++hour) {
      if (desk_.find(second_.id).state != BookingState::kRegistered) return;
      ASSERT_TRUE((*sender)->step());
      ASSERT_GE(desk_.sweep(), 0);
      desk_.clock.advance(Duration::hours(1));
    }
  }

  TestDesk desk_{GetParam()};
  Booking first_, second_, third_;
};

TEST_P(OffersTest, AnAddressThatPutsOffWhateverComesIsGivenUp) {
  send_for_days(mail::Outcome::kDeferred);
  EXPECT_EQ(desk_.find(second_.id).state, BookingState::kCancelled);
  EXPECT_EQ(desk_.state(third_, "workshop"), ClaimState::kOffered);
}

TEST_P(OffersTest, AServerThatIsAwayEndsNoOffer) {
  send_for_days(mail::Outcome::kUnusable);
  EXPECT_EQ(desk_.state(second_, "workshop"), ClaimState::kOffered);
  EXPECT_EQ(desk_.state(third_, "workshop"), ClaimState::kWaiting);
}

INSTANTIATE_TEST_SUITE_P(On, OffersTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::ticket
