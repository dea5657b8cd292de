// SPDX-License-Identifier: EUPL-1.2
#include "appointment/hours_plan.h"

#include <gtest/gtest.h>

#include "web/i18n.h"

namespace revier::appointment {
namespace {

constexpr const char* kThursday = "2025-02-06";

event::Counter open_counter(std::vector<event::Hours> hours) {
  event::Counter counter;
  counter.id = "eid";
  counter.hours = std::move(hours);
  return counter;
}

BookedTime booked_at(const char* id, const char* from, int minutes) {
  const Instant at = web::from_local(kThursday, from).value();
  return {id, {at, at + Duration::minutes(minutes)}};
}

TEST(HoursPlan, CountsWhatFitsByPeopleWhoServe) {
  const event::Counter counter =
      open_counter({{.weekdays = {4}, .date = {}, .from = "10:00", .to = "11:00", .staff = 2},
                    {.weekdays = {4}, .date = {}, .from = "11:00", .to = "11:30", .staff = 1},
                    {.weekdays = {}, .date = "2025-02-13", .from = {}, .to = {}, .closed = true}});
  const auto count = [&](int minutes, const char* first, const char* last) {
    return count_appointments(counter, {}, Duration::minutes(minutes), first, last);
  };
  EXPECT_EQ(count(30, kThursday, kThursday), 2 * 2 + 1);
  EXPECT_EQ(count(30, "2025-02-07", "2025-02-19"), 0) << "the 13th is closed";
  EXPECT_EQ(count(30, kThursday, "2025-02-20"), 10);
  EXPECT_EQ(count(90, kThursday, kThursday), 0);
}

TEST(HoursPlan, TellsWhichBookedOnesAreLeftOut) {
  const std::vector<BookedTime> booked = {
      booked_at("early", "09:00", 30), booked_at("first", "10:00", 30),
      booked_at("second", "10:15", 30), booked_at("late", "10:45", 30)};
  const auto ids = [&](const char* from, const char* to, std::int64_t staff) {
    std::vector<std::string> list;
    const event::Counter counter =
        open_counter({{.weekdays = {}, .date = kThursday, .from = from, .to = to, .staff = staff}});
    for (const BookedTime& each : left_out(counter, {}, booked)) list.push_back(each.booking);
    return list;
  };
  EXPECT_TRUE(ids("09:00", "12:00", 2).empty());
  EXPECT_EQ(ids("10:00", "11:00", 2), (std::vector<std::string>{"early", "late"}));
  EXPECT_EQ(ids("09:00", "12:00", 1), (std::vector<std::string>{"second"}))
      << "who booked first stays";
  EXPECT_EQ(ids("13:00", "14:00", 5).size(), 4U);
}

}  // namespace
}  // namespace revier::appointment
