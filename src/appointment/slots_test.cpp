// SPDX-License-Identifier: EUPL-1.2
#include "appointment/slots.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "appointment/proof.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

event::Counter counter_with(std::vector<event::Hours> hours) {
  event::Counter counter;
  counter.id = "eid";
  counter.offers = {"eid"};
  counter.hours = std::move(hours);
  return counter;
}

event::Hours on(std::vector<int> weekdays, std::string from, std::string to, int staff = 1) {
  return {.weekdays = std::move(weekdays), .date = {}, .from = from, .to = to, .staff = staff};
}

event::Hours at(std::string date, std::string from, std::string to, int staff = 1) {
  return {.weekdays = {}, .date = date, .from = from, .to = to, .staff = staff};
}

event::Hours closed(std::string date) {
  return {.weekdays = {}, .date = std::move(date), .closed = true};
}

Instant local(std::string_view date, std::string_view time) {
  return web::from_local(date, time).value();
}

ticket::QuotaStatus taken(Instant from, std::int64_t seats) {
  return {{.id = cell_id("eid", from), .starts_at = from, .ends_at = from + kCell},
          {.capacity = 9, .taken = seats}};
}

TEST(Slots, FollowOneAnotherFromTheBegin) {
  const auto counter = counter_with({on({1, 2, 3, 4, 5}, "08:00", "09:00")});
  const auto all = slots(counter, Duration::minutes(25), "2025-02-06");
  ASSERT_EQ(all.size(), 2U);  // a third would end after the counter closes
  EXPECT_EQ(to_iso8601(all[0].from), "2025-02-06T07:00:00Z");
  EXPECT_EQ(to_iso8601(all[1].to), "2025-02-06T07:50:00Z");
  EXPECT_TRUE(slots(counter, Duration::minutes(25), "2025-02-08").empty());  // a Saturday
  EXPECT_TRUE(slots(counter, Duration::minutes(25), "2025-02-31").empty());
  EXPECT_TRUE(slots(counter, {}, "2025-02-06").empty());
}

TEST(Slots, HoursOfADateReplaceThoseOfTheWeekday) {
  const auto counter = counter_with(
      {on({4}, "08:00", "12:00"), at("2025-02-06", "15:00", "16:00"), closed("2025-02-13")});
  EXPECT_EQ(openings(counter, "2025-02-06").size(), 1U);
  EXPECT_EQ(openings(counter, "2025-02-06")[0].from, local("2025-02-06", "15:00"));
  EXPECT_TRUE(openings(counter, "2025-02-13").empty());
  EXPECT_EQ(openings(counter, "2025-02-20")[0].from, local("2025-02-20", "08:00"));
}

TEST(Slots, FreeWherePeopleAreLeftInEveryCell) {
  const auto counter =
      counter_with({at("2025-02-06", "10:00", "11:00", 2), at("2025-02-06", "10:30", "11:00", 1)});
  const Duration half = Duration::minutes(30);
  const auto free = [&](std::int64_t first, std::int64_t second) {
    return free_slots(counter, half, "2025-02-06",
                      {taken(local("2025-02-06", "10:10"), first),
                       taken(local("2025-02-06", "10:55"), second)})
        .size();
  };
  EXPECT_EQ(free(0, 0), 2U);
  EXPECT_EQ(free(2, 2), 1U);  // three serve from half past ten
  EXPECT_EQ(free(2, 3), 0U);
}

TEST(Slots, SummerTimeBegins) {
  const auto counter =
      counter_with({at("2025-03-30", "01:00", "04:00"), at("2025-03-31", "09:00", "10:00")});
  const auto night = openings(counter, "2025-03-30");
  ASSERT_EQ(night.size(), 1U);
  EXPECT_EQ((night[0].to - night[0].from), Duration::hours(2));
  EXPECT_EQ(slots(counter, Duration::minutes(30), "2025-03-30").size(), 4U);
  EXPECT_EQ(to_iso8601(openings(counter, "2025-03-31")[0].from), "2025-03-31T07:00:00Z");
  // Hours that begin in the hour that is left out begin after it.
  const auto gap = counter_with({at("2025-03-30", "02:30", "04:00")});
  EXPECT_EQ(to_iso8601(openings(gap, "2025-03-30")[0].from), "2025-03-30T01:00:00Z");
  EXPECT_TRUE(openings(counter_with({at("2025-03-30", "02:00", "02:30")}), "2025-03-30").empty());
}

TEST(Slots, SummerTimeEnds) {
  const auto counter =
      counter_with({at("2025-10-26", "01:00", "04:00"), at("2025-10-26", "23:00", "24:00")});
  const auto all = openings(counter, "2025-10-26");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ((all[0].to - all[0].from), Duration::hours(4));
  EXPECT_EQ(to_iso8601(all[1].to), "2025-10-26T23:00:00Z");
  std::set<std::string> ids;
  for (const Slot& slot : slots(counter, kCell, "2025-10-26"))
    ids.insert(cell_id("eid", slot.from));
  EXPECT_EQ(ids.size(), 60U) << "each of the doubled hour's cells is one of its own";
}

TEST(Slots, CellsOnlyWithinTheHours) {
  const auto counter = counter_with({at("2025-02-06", "10:00", "10:30", 3)});
  const event::Programme programme;
  const Instant ten = local("2025-02-06", "10:00");
  const auto two = cells(counter, programme, {ten, ten + Duration::minutes(10)});
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].id, "termin:eid:20250206T0900");
  EXPECT_EQ(two[0].capacity, 3);
  EXPECT_EQ(counter_of(two[1].id), "eid");
  EXPECT_TRUE(cells(counter, programme, {ten, ten + Duration::minutes(35)}).empty());
  EXPECT_TRUE(cells(counter, programme, {ten, ten}).empty());
  // The same cell for every offer that touches it.
  EXPECT_EQ(cells(counter, programme, {ten, ten + Duration::minutes(25)})[1], two[1]);
}

TEST(Slots, Lengths) {
  event::Offer offer;
  const auto minutes = [&](std::int64_t n) {
    offer.duration_min = n;
    return length_of(offer);
  };
  EXPECT_EQ(minutes(15), Duration::minutes(15));
  EXPECT_EQ(minutes(12), Duration::minutes(15));
  EXPECT_EQ(minutes(0), Duration());
  EXPECT_EQ(minutes(100), Duration::minutes(100));
  EXPECT_EQ(minutes(101), Duration());
}

// Whatever the day, the hours and the length: times lie within the hours, do not overlap within an
// opening, and as many as fit are there.
RC_GTEST_PROP(SlotsProperty, FitTheHours, ()) {
  const int days = *rc::gen::inRange(0, 400);
  const std::string day = day_after("2025-01-01", days).value();
  const int from = *rc::gen::inRange(0, 280);
  const int to = *rc::gen::inRange(from + 1, 289);
  const auto clock = [](int fives) {
    return fmt::format("{:02}:{:02}", fives / 12, fives % 12 * 5);
  };
  const auto counter = counter_with({at(day, clock(from), clock(to), *rc::gen::inRange(1, 9))});
  const Duration length = Duration::minutes(5 * *rc::gen::inRange(1, 21));
  const auto open = openings(counter, day);
  const auto all = slots(counter, length, day);
  if (open.empty()) {
    RC_ASSERT(all.empty());
    return;
  }
  RC_ASSERT(std::ssize(all) == (open[0].to - open[0].from).us / length.us);
  for (std::size_t i = 0; i < all.size(); ++i) {
    RC_ASSERT(all[i].to - all[i].from == length);
    RC_ASSERT(all[i].from >= open[0].from && all[i].to <= open[0].to);
    RC_ASSERT(web::iso_date(all[i].from) == day);
    if (i > 0) RC_ASSERT(all[i - 1].to <= all[i].from);
    RC_ASSERT(std::ssize(cells(counter, {}, all[i])) == length.us / kCell.us);
  }
}

TEST(Proof, HasSixteenZeroBits) {
  std::uint64_t number = 0;
  while (!is_proof("hold", std::to_string(number))) ++number;
  EXPECT_GT(number, 100U);
  EXPECT_FALSE(is_proof("other", std::to_string(number)));
  EXPECT_FALSE(is_proof("hold", ""));
  EXPECT_FALSE(is_proof("hold", " " + std::to_string(number)));
  EXPECT_FALSE(is_proof("hold", std::string(21, '1')));
}

TEST(HoldLimit, NetworksOfAddresses) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "::ffff:192.0.2");
  EXPECT_EQ(network_of("2001:db8:1:2::1"), "20010db8000100");
  EXPECT_EQ(network_of("2001:db8::1"), "20010db8000000");
  EXPECT_EQ(network_of("::1"), "00000000000000");
  EXPECT_EQ(network_of("1:2:3:4:5:6:7:8"), "00010002000300");
}

TEST(HoldLimit, CountsNetworksForAQuarterOfAnHour) {
  ManualClock clock({1'000'000'000});
  HoldLimit limit(clock, 2);
  EXPECT_TRUE(limit.take("192.0.2.1"));
  EXPECT_TRUE(limit.take("192.0.2.99"));
  EXPECT_FALSE(limit.take("192.0.2.1"));
  EXPECT_TRUE(limit.take("192.0.3.1"));
  EXPECT_TRUE(limit.take("2001:db8:1:200::1"));
  EXPECT_TRUE(limit.take("2001:db8:1:2ff::2"));
  EXPECT_FALSE(limit.take("2001:db8:1:201:5::3"));
  EXPECT_TRUE(limit.take("2001:db8:1:300::1"));
  clock.advance(HoldLimit::kWindow + Duration::seconds(1));
  EXPECT_TRUE(limit.take("192.0.2.1"));
}

}  // namespace
}  // namespace revier::appointment
