// SPDX-License-Identifier: EUPL-1.2
#include "event/item.h"

#include <gtest/gtest.h>

#include "event/types.h"

namespace revier::event {
namespace {

json::Document parse(std::string_view text) { return std::move(*json::Document::parse(text)); }

constexpr std::string_view kSession = R"({
  "title": {"de": "LoRaWAN in der Stadt", "en": "LoRaWAN in the city"}, "event": "scd-2025",
  "day": "2025-02-05", "starts_at": "2025-02-05T14:20:00+01:00",
  "ends_at": "2025-02-05T15:20:00+01:00", "room": "kaminzimmer", "speakers": ["a", "b"],
  "capacity": 30, "bookable": true, "example": ["title", "session"],
  "sources": ["https://example.org/x"]})";

TEST(Item, GoesThroughTheEntityUnchanged) {
  const KindSpec& kind = *find_kind("sessions");
  const auto body = parse(kSession);
  const auto item = read_item(kind, "scd25-d1-08", body.root());
  ASSERT_TRUE(item) << item.error().message;
  const std::string entity = to_entity(*item);
  EXPECT_NE(entity.find("\"urn:ngsi-ld:Room:kaminzimmer\""), std::string::npos);
  EXPECT_NE(entity.find("\"urn:revier:ns:isExample\""), std::string::npos);
  const auto parsed = parse(entity);
  const auto back = from_entity(kind, parsed.root());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(item_json(*back), item_json(*item));
}

TEST(Item, KnowsWhatItRefersTo) {
  const auto body = parse(kSession);
  const Item session = *read_item(*find_kind("sessions"), "s", body.root());
  EXPECT_TRUE(refers_to(session, *find_kind("rooms"), "kaminzimmer"));
  EXPECT_TRUE(refers_to(session, *find_kind("speakers"), "b"));
  EXPECT_FALSE(refers_to(session, *find_kind("speakers"), "kaminzimmer")) << "of another kind";
  EXPECT_FALSE(refers_to(session, *find_kind("places"), "b"));
}

TEST(Item, SaysWhichFieldIsWrong) {
  const KindSpec& kind = *find_kind("speakers");
  const auto refused = [&](std::string_view text) {
    const auto body = parse(text);
    const auto item = read_item(kind, "x", body.root());
    return item ? std::string("accepted") : item.error().field;
  };
  EXPECT_EQ(refused(R"({"function": "x"})"), "name");
  EXPECT_EQ(refused(R"({"name": 5})"), "name");
  EXPECT_EQ(refused(R"({"name": "A", "age": 5})"), "age");
  EXPECT_EQ(refused(R"({"name": "A"})"), "accepted");
  const auto body = parse(R"({"name": "A"})");
  EXPECT_EQ(read_item(kind, "../x", body.root()).error().field, "id");
}

TEST(Item, OpeningHoursOfACounter) {
  const KindSpec& kind = *find_kind("counters");
  const auto with = [&](const std::string& hours) {
    const auto body = parse(
        R"({"name": {"de": "S", "en": "C"}, "place": "p", "offers": ["a"], "staff": 3, "hours": )" +
        hours + "}");
    return read_item(kind, "c", body.root());
  };
  const auto item = with(R"([{"weekdays": [1, 7], "from": "08:00", "to": "24:00"},
      {"date": "2025-02-06", "from": "09:30", "to": "09:35", "staff": 1},
      {"date": "2025-03-03", "closed": true}])");
  ASSERT_TRUE(item) << item.error().message;
  const auto entity = parse(to_entity(*item));
  const auto back = from_entity(kind, entity.root());
  ASSERT_TRUE(back) << back.error().message;
  const Counter counter = read_counter(*back);
  ASSERT_EQ(counter.hours.size(), 3U);
  EXPECT_EQ(counter.hours[0].weekdays, (std::vector{1, 7}));
  EXPECT_EQ(counter.hours[0].staff, 3);
  EXPECT_EQ(counter.hours[1].date, "2025-02-06");
  EXPECT_EQ(counter.hours[1].staff, 1);
  EXPECT_TRUE(counter.hours[2].closed);
  EXPECT_EQ(counter.days_ahead, 60);
  const auto never_open = with("[]");
  ASSERT_TRUE(never_open) << never_open.error().message;
  const auto no_hours = parse(to_entity(*never_open));
  EXPECT_EQ(item_json(*from_entity(kind, no_hours.root())), item_json(*never_open));
  for (const char* wrong :
       {R"({"weekdays": [1], "from": "08:00", "to": "12:00"})",
        R"([{"from": "08:00", "to": "9:00"}])",
        R"([{"weekdays": [8], "from": "08:00", "to": "09:00"}])",
        R"([{"weekdays": [], "from": "08:00", "to": "09:00"}])",
        R"([{"weekdays": [1], "date": "2025-02-06", "from": "08:00", "to": "09:00"}])",
        R"([{"weekdays": [1], "from": "09:00", "to": "08:00"}])",
        R"([{"weekdays": [1], "from": "08:01", "to": "09:00"}])",
        R"([{"weekdays": [1], "from": "08:00", "to": "24:05"}])",
        R"([{"weekdays": [1], "from": "8:000", "to": "09:00"}])",
        R"([{"weekdays": [1], "closed": true}])", R"([{"date": "2025-02-30", "closed": true}])",
        R"([{"weekdays": [1], "from": "08:00", "to": "09:00", "staff": -1}])"}) {
    const auto refused = with(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().field, "hours");
  }
}

// An entity holds no empty list, so that the item would come back without the field.
TEST(Item, AnEmptyListIsNoValueOfANeededField) {
  const auto refused = [](std::string_view path, std::string_view text) {
    const auto body = parse(text);
    const auto item = read_item(*find_kind(path), "x", body.root());
    return item ? std::string("accepted") : item.error().field;
  };
  const std::string event = R"({"name": {"de": "S", "en": "S"}, "starts_on": "2025-02-05",
      "ends_on": "2025-02-05", "time_zone": "Europe/Berlin", "venue": "v", "tracks": [], "days": )";
  EXPECT_EQ(refused("events", event + "[]}"), "days");
  EXPECT_EQ(refused("events", event + R"([{"date": "2025-02-05"}]})"), "accepted");
  EXPECT_EQ(refused("events", event + R"([{"date": "2025-02-05"}, {"date": "x y"}]})"), "days");
  EXPECT_EQ(refused("events", event + R"([{"capacity": 5}]})"), "days");
  EXPECT_EQ(refused("counters", R"({"name": {"de": "S", "en": "C"}, "place": "p", "staff": 1,
      "hours": [], "offers": []})"),
            "offers");
}

TEST(Item, APlaceLiesOnTheEarthAndALiveValueHasAnId) {
  const auto accepts = [](std::string_view path, const std::string& text) {
    const auto body = parse(text);
    return read_item(*find_kind(path), "x", body.root()).has_value();
  };
  const auto at = [&](const std::string& coordinates) {
    return accepts("places", R"({"name": {"de": "V", "en": "V"}, "location": {"type": "Point",
        "coordinates": )" + coordinates +
                                 "}}");
  };
  EXPECT_TRUE(at("[7.22, 51.54]"));
  EXPECT_TRUE(at("[-180, 90]"));
  EXPECT_FALSE(at("[377000, 5712000]"));
  EXPECT_FALSE(at("[7.22, 90.1]"));
  EXPECT_FALSE(at("[7.22]"));
  EXPECT_FALSE(at(R"(["7.22", 51.54])"));
  const auto shows = [&](const std::string& id) {
    return accepts("exhibits", R"({"name": "E", "event": "scd", "live": [")" + id + "\"]}");
  };
  EXPECT_TRUE(shows("urn:ngsi-ld:WasteContainer:1"));
  EXPECT_FALSE(shows("urn:x y"));
  EXPECT_FALSE(shows("urn:ngsi-ld:null"));
  EXPECT_FALSE(accepts("speakers", R"({"name": "urn:ngsi-ld:null"})"));
}

TEST(Item, AFigureOfTheCityHasItsDayAndItsSource) {
  const KindSpec& kind = *find_kind("city-facts");
  const auto refused = [&](const std::string& more) {
    const auto body = parse(R"({"name": {"de": "A", "en": "A"}, "value": 51.42)" + more + "}");
    const auto item = read_item(kind, "x", body.root());
    return item ? std::string("accepted") : item.error().field;
  };
  const std::string day = R"(, "as_of": "2022-12-31")";
  const std::string source = R"(, "source": {"de": "Amt", "en": "Office"})";
  EXPECT_EQ(refused(source), "as_of");
  EXPECT_EQ(refused(day), "source");
  EXPECT_EQ(refused(day + source), "accepted");
  const auto body = parse(R"({"name": {"de": "A", "en": "A"}, "value": "51")" + day + source + "}");
  EXPECT_EQ(read_item(kind, "x", body.root()).error().field, "value");
}

}  // namespace
}  // namespace revier::event
