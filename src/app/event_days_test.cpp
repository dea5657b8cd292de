// SPDX-License-Identifier: EUPL-1.2
#include "app/event_days.h"

#include <gtest/gtest.h>

#include "app/quotas.h"

namespace revier::app {
namespace {

event::Day day_of(std::string date, std::string_view from, std::string_view to) {
  event::Day day;
  day.starts_at = parse_iso8601(date + "T" + std::string(from) + ":00Z").value();
  day.ends_at = parse_iso8601(date + "T" + std::string(to) + ":00Z").value();
  day.date = std::move(date);
  return day;
}

event::Programme programme_of(std::string id, std::vector<event::Day> days) {
  event::Programme programme;
  event::Event& one = programme.events.emplace_back();
  one.id = std::move(id);
  one.days = std::move(days);
  return programme;
}

std::vector<std::string> entities_of(const event::Programme& programme) {
  std::vector<std::string> entities;
  for (const DayEntity& day : day_entities(programme)) entities.push_back(day.json);
  return entities;
}

TEST(EventDays, ADayThatIsAsItWasIsLeftAlone) {
  const event::Programme programme = programme_of("e", {day_of("2025-02-05", "08:00", "16:00")});
  EXPECT_EQ(changed_days(programme, {}).size(), 1U);
  EXPECT_TRUE(changed_days(programme, entities_of(programme)).empty());
}

TEST(EventDays, ADayWithOtherTimesIsWrittenAnew) {
  const auto known = entities_of(programme_of(
      "e", {day_of("2025-02-05", "08:00", "16:00"), day_of("2025-02-06", "08:00", "16:00")}));
  const auto writes = changed_days(programme_of("e", {day_of("2025-02-05", "08:00", "16:00"),
                                                      day_of("2025-02-06", "08:00", "14:00")}),
                                   known);
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes.front().id, "urn:ngsi-ld:EventDay:e:2025-02-06");
  EXPECT_NE(writes.front().entity.find("T14:00:00Z"), std::string::npos);
}

TEST(EventDays, ADayThatIsGoneEndsAndThoseOfOtherEventsStay) {
  auto known = entities_of(programme_of(
      "e", {day_of("2025-02-05", "08:00", "16:00"), day_of("2025-02-06", "08:00", "16:00")}));
  const auto others = entities_of(programme_of("e:2025", {day_of("2025-09-01", "08:00", "16:00")}));
  known.insert(known.end(), others.begin(), others.end());
  const auto writes =
      changed_days(programme_of("e", {day_of("2025-02-05", "08:00", "16:00")}), known);
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes.front().id, "urn:ngsi-ld:EventDay:e:2025-02-06");
  EXPECT_TRUE(writes.front().entity.empty());
  EXPECT_TRUE(changed_days({}, known).empty());
}

}  // namespace
}  // namespace revier::app
