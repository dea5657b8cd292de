// SPDX-License-Identifier: EUPL-1.2
#include "app/quotas.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace revier::app {
namespace {

const Instant kNow = *parse_iso8601("2025-01-20T08:00:00Z");

event::Day day_on(const std::string& date, std::int64_t capacity) {
  event::Day day;
  day.date = date;
  day.title = {"Tag " + date, "Day " + date};
  day.starts_at = *parse_iso8601(date + "T08:00:00Z");
  day.ends_at = *parse_iso8601(date + "T17:00:00Z");
  day.capacity = capacity;
  return day;
}

event::Programme programme_with(std::vector<event::Day> days) {
  event::Event event;
  event.id = "scd";
  event.days = std::move(days);
  event::Programme programme;
  programme.events.push_back(std::move(event));
  return programme;
}

std::vector<ticket::QuotaStatus> known_of(const event::Programme& programme) {
  std::vector<ticket::QuotaStatus> known;
  for (ticket::Quota& quota : quotas_of(programme, {}, kNow)) {
    known.push_back({.quota = std::move(quota), .figures = {}});
  }
  return known;
}

const ticket::Quota* find(const std::vector<ticket::Quota>& quotas, std::string_view id) {
  const auto found = std::ranges::find(quotas, id, &ticket::Quota::id);
  return found == quotas.end() ? nullptr : &*found;
}

TEST(Quotas, ADayThatTheEventHasNoLongerIsRemoved) {
  const auto known =
      known_of(programme_with({day_on("2025-02-05", 100), day_on("2025-02-06", 100)}));
  const auto quotas = quotas_of(
      programme_with({day_on("2025-02-06", 100), day_on("2025-03-05", 100)}), known, kNow);
  ASSERT_EQ(quotas.size(), 3U);
  const ticket::Quota* const gone = find(quotas, "tag-2025-02-05");
  ASSERT_NE(gone, nullptr);
  EXPECT_EQ(gone->standing, ticket::Standing::kRemoved);
  EXPECT_EQ(gone->title_de, "Tag 2025-02-05") << "its holders are told by name";
  EXPECT_EQ(find(quotas, "tag-2025-02-06")->standing, ticket::Standing::kOpen);
  EXPECT_EQ(find(quotas, "tag-2025-03-05")->standing, ticket::Standing::kOpen);
}

TEST(Quotas, ADayWithoutSeatsIsClosed) {
  const auto known = known_of(programme_with({day_on("2025-02-05", 100)}));
  event::Day day = day_on("2025-02-05", 0);
  day.starts_at = day.starts_at + Duration::hours(1);
  const auto quotas = quotas_of(programme_with({day}), known, kNow);
  ASSERT_EQ(quotas.size(), 1U);
  EXPECT_EQ(quotas[0].standing, ticket::Standing::kOpen) << "who has a seat comes in";
  EXPECT_EQ(quotas[0].closes_at, quotas[0].opens_at);
  EXPECT_EQ(quotas[0].starts_at, day.starts_at);
  EXPECT_EQ(quotas[0].capacity, 0);
  day.cancelled = true;
  EXPECT_EQ(quotas_of(programme_with({day}), known, kNow)[0].standing,
            ticket::Standing::kCancelled);
  EXPECT_TRUE(quotas_of(programme_with({day}), {}, kNow).empty()) << "it never was booked";
}

TEST(Quotas, WhatIsOverOrOfAnotherEventStaysAsItWas) {
  auto known = known_of(programme_with({day_on("2025-02-05", 100)}));
  const event::Programme other = programme_with({day_on("2025-03-05", 100)});
  EXPECT_EQ(quotas_of(other, known, known[0].quota.ends_at).size(), 1U);
  known[0].quota.event = "before";
  EXPECT_EQ(quotas_of(other, known, kNow).size(), 1U);
  EXPECT_TRUE(quotas_of({}, known, kNow).empty());
}

}  // namespace
}  // namespace revier::app
