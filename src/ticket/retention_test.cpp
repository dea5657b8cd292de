// SPDX-License-Identifier: EUPL-1.2
// What goes when it is asked for, and what goes by itself.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "ticket/changes_store.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

class RetentionTest : public testing::TestWithParam<std::string> {
 protected:
  // The id of an address's own link.
  std::string person(const std::string& mail) {
    const auto id = desk_.database->writer().run_blocking([&](records::Session& session) {
      return rows::person_id(session, mail, "person", desk_.clock.now(),
                             desk_.clock.now() + Duration::days(1));
    });
    EXPECT_TRUE(id) << id.error().message;
    return *id;
  }

  // An appointment at nine o'clock on 21 January.
  Booking appointment(const std::string& mail, const char* id = "nine") {
    const Instant nine = *parse_iso8601("2025-01-21T09:00:00Z");
    const auto held =
        run_task(desk_.registrations->hold({.wanted = {{.quota = id}},
                                            .kind = BookingKind::kAppointment,
                                            .quotas = {{.id = id,
                                                        .event = "passport",
                                                        .kind = QuotaKind::kAppointment,
                                                        .entity = {},
                                                        .title_de = "Reisepass",
                                                        .title_en = "Passport",
                                                        .starts_at = nine,
                                                        .ends_at = nine + Duration::minutes(15),
                                                        .opens_at = {0},
                                                        .closes_at = nine,
                                                        .capacity = 1}}}));
    EXPECT_TRUE(held) << held.error().message;
    desk_.random.next = code_of;
    auto done = run_task(desk_.registrations->complete({.booking = held->id,
                                                        .name = "Erika Beispiel",
                                                        .mail = mail,
                                                        .consents = {},
                                                        .idempotency_key = {}}));
    EXPECT_TRUE(done) << done.error().message;
    return *done;
  }

  void SetUp() override { desk_.put("workshop", 5, 1, 2); }
  TestDesk desk_{GetParam()};
  std::deque<std::uint8_t> code_of;  // what chance says of the code of the next appointment
};

// One group of the writer: the time that an erasure frees is over, and goes behind it.
TEST_P(RetentionTest, WhatOneJobFreesTheNextMayErase) {
  const Booking booking = appointment("mine@example.org");
  desk_.clock.set(*parse_iso8601("2025-01-23T12:00:00Z"));
  const std::string mine = person("mine@example.org");
  std::promise<void> entered;
  std::promise<void> release;
  const std::future<void> released = release.get_future();
  // Asked inside the keeping job: that of the erasure has run before it and shows nothing yet, so
  // both are of one group.
  std::atomic<bool> together = false;
  desk_.erase_ended = [&](records::Session& session, Instant) -> Result<std::int64_t> {
    RV_ASSIGN(const std::int64_t erasures, rows::count_open_erasures(session));
    const auto shown = desk_.registrations->quota("nine");
    together = erasures == 1 && shown && shown->figures.taken == 1;
    return 0;
  };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  // While it waits, the two that follow queue up in this order.
  std::thread first([&] {
    EXPECT_TRUE(desk_.database->writer().run_blocking([&](records::Session&) -> Result<> {
      entered.set_value();
      released.wait();
      return {};
    }));
  });
  entered.get_future().wait();
  std::thread erasing([&] { EXPECT_TRUE(run_task(desk_.registrations->erase_person(mine))); });
  pause();
  std::thread keeping([&] { EXPECT_TRUE(desk_.registrations->keep_retention()); });
  pause();
  release.set_value();
  first.join();
  erasing.join();
  keeping.join();
  EXPECT_TRUE(together) << "the pauses were too short: nothing is proved";
  EXPECT_EQ(desk_.registrations->quota("nine").error().code, Code::kResourceNotFound);
  EXPECT_TRUE(desk_.registrations->appointments("").empty());
  EXPECT_EQ(run_task(desk_.registrations->confirm(booking.id)).error().code,
            Code::kResourceNotFound);
}

TEST_P(RetentionTest, WhatCannotBeErasedKeepsNothingElse) {
  const Booking booking = desk_.book({"workshop"}, "mine@example.org");
  desk_.clock.set(booking.delete_after + Duration::seconds(1));
  desk_.erase_ended = [](records::Session& session, Instant) -> Result<std::int64_t> {
    return session.execute("DELETE FROM no_such_table");
  };
  EXPECT_FALSE(desk_.registrations->keep_retention());
  EXPECT_TRUE(desk_.letters("mine@example.org").empty());
  const auto left = desk_.database->read([&](records::Session& session) -> Result<> {
    EXPECT_EQ(rows::find(session, booking.id).error().code, Code::kResourceNotFound);
    return {};
  });
  EXPECT_TRUE(left);
}

TEST_P(RetentionTest, ABookingThatCannotBeErasedStopsNoOther) {
  const Booking stuck = desk_.book({"workshop"}, "stuck@example.org");
  const Booking other = desk_.book({"workshop"}, "other@example.org");
  const auto run = [&](const std::string& sql) {
    const auto done = desk_.database->writer().run_blocking(
        [&](records::Session& session) { return session.execute(sql); });
    EXPECT_TRUE(done) << done.error().message;
  };
  run("CREATE TABLE holds_on (booking TEXT NOT NULL REFERENCES booking (id))");
  run("INSERT INTO holds_on (booking) VALUES ('" + stuck.id + "')");
  desk_.clock.set(stuck.delete_after + Duration::seconds(1));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  const auto is_there = [&](const Booking& booking) {
    bool found = false;
    EXPECT_TRUE(desk_.database->read([&](records::Session& session) -> Result<> {
      found = rows::find(session, booking.id).has_value();
      return {};
    }));
    return found;
  };
  EXPECT_TRUE(is_there(stuck));
  EXPECT_FALSE(is_there(other));
  run("DELETE FROM holds_on");
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_TRUE(is_there(stuck)) << "it is left in peace for an hour";
  desk_.clock.advance(Duration::hours(1));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_FALSE(is_there(stuck));
}

TEST_P(RetentionTest, NoTwoAppointmentsAreCalledTheSame) {
  code_of = {1};
  const Booking first = appointment("first@example.org");
  code_of = {1, 1, 2};
  const Booking second = appointment("second@example.org", "ten");
  EXPECT_EQ(first.code, "3333-3333-3333");
  EXPECT_EQ(second.code, "4444-4444-4444");
}

TEST_P(RetentionTest, LettersToAnEarlierAddressGoWithTheirPerson) {
  const Booking other = desk_.book({"workshop"}, "other@example.org");
  const Booking booking = desk_.book({"workshop"}, "tipo@example.org");
  desk_.send_all();
  desk_.clock.advance(Duration::seconds(1));
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Erika Beispiel", .mail = "typo@example.org"})));
  ASSERT_EQ(desk_.letters("tipo@example.org").size(), 2U);
  ASSERT_EQ(desk_.letters("typo@example.org").size(), 1U);
  const auto about = desk_.read<std::vector<mail::StoredMessage>>([&](records::Session& session) {
    return mail::list_about(session, letters_begin(booking.id));
  });
  EXPECT_EQ(about.size(), 3U) << "what her export tells";
  const auto report = run_task(desk_.registrations->erase_person(person("typo@example.org")));
  ASSERT_TRUE(report) << report.error().message;
  const auto erasure = desk_.read<rows::Erasure>(
      [&](records::Session& session) { return rows::find_erasure(session, *report); });
  EXPECT_EQ(erasure.mails, 3);
  EXPECT_TRUE(desk_.letters("tipo@example.org").empty());
  EXPECT_TRUE(desk_.letters("typo@example.org").empty());
  EXPECT_EQ(desk_.letters("other@example.org").size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(On, RetentionTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::ticket
