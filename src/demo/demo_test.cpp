// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "demo/addresses.h"
#include "demo/areas.h"
#include "demo/city.h"
#include "demo/files.h"
#include "demo/values.h"
#include "json/json.h"

namespace revier::demo {
namespace {

Instant at(std::string_view text) { return parse_iso8601(text).value(); }

TEST(Values, CurvesKnowTheDay) {
  const Instant night = at("2025-02-05T02:00:00Z");
  const Instant noon = at("2025-02-05T11:30:00Z");
  const Instant rush = at("2025-02-05T07:00:00Z");
  EXPECT_GT(level(DayCurve::kParking, night), 2 * level(DayCurve::kParking, noon));
  EXPECT_GT(level(DayCurve::kTraffic, rush), 2 * level(DayCurve::kTraffic, night));
  EXPECT_LT(level(DayCurve::kBikes, rush), level(DayCurve::kBikes, night));
  EXPECT_GT(level(DayCurve::kTemperature, noon), level(DayCurve::kTemperature, night));
}

RC_GTEST_PROP(Values, StayInRangeAndMoveInSteps, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const auto curve = static_cast<DayCurve>(*rc::gen::inRange(0, 6));
  const Quantity quantity{.least = 0, .most = 100, .step = 5, .curve = curve, .whole = true};
  Instant now = at("2025-01-20T08:00:00Z");
  double value = first_value(quantity, now);
  for (int n = 0; n < 300; ++n) {
    now = now + Duration::minutes(10);
    const double next = next_value(quantity, value, now, random);
    RC_ASSERT(next >= 0 && next <= 100 && next == std::round(next));
    const bool emptied = curve == DayCurve::kFilling && next < value;
    RC_ASSERT(emptied || std::abs(next - value) <= 5);
    value = next;
  }
}

TEST(City, EverySensorIsWrittenAsSimulated) {
  const auto sensors = read_sensors(city());
  ASSERT_TRUE(sensors.has_value()) << sensors.error().message;
  ASSERT_GE(sensors->size(), 15U);
  const auto body = json::Document::parse(whole_entities(*sensors, at("2025-01-20T08:00:00Z")));
  ASSERT_TRUE(body.has_value()) << body.error().message;
  for (const json::Value entity : body->root().elements()) {
    EXPECT_EQ(entity.find("isSimulated")->find("value")->as_bool(), true);
    const auto context = entity.find("@context");
    for (const auto& [name, value] : entity.members()) {
      if (name == "id" || name == "type" || name == "@context" || name == "location") continue;
      EXPECT_TRUE(context->find(name).has_value()) << name << " has no meaning";
    }
    EXPECT_TRUE(context->find(*entity.find("type")->as_string()).has_value());
  }
}

TEST(City, ValuesCarryTheirTime) {
  const auto sensors = read_sensors(city()).value();
  const auto body =
      json::Document::parse(live_values({sensors.data()}, at("2025-01-20T08:00:00Z"))).value();
  const json::Value entity = *body.root().elements().begin();
  const auto& [name, live] = *sensors[0].live.begin();
  EXPECT_EQ(entity.find(name)->find("observedAt")->as_string(), "2025-01-20T08:00:00Z");
  EXPECT_FALSE(entity.find("name").has_value());
}

TEST(City, WrongSensorsAreRefused) {
  EXPECT_FALSE(read_sensors(R"({"entities": [{"id": "urn:x:y"}]})").has_value());
  EXPECT_FALSE(read_sensors(R"({"entities": [{"id": "urn:x:y", "type": "T", "location": {},
                                 "live": {"a": {"min": 1, "max": 0, "step": 1,
                                                "day_curve": "traffic"}}}]})")
                   .has_value());
}

TEST(Areas, EveryOutlineHasItsNameAndWhomItIsOwedTo) {
  const auto text = area_entities(municipalities());
  ASSERT_TRUE(text.has_value()) << text.error().message;
  const auto body = json::Document::parse(*text);
  ASSERT_TRUE(body.has_value()) << body.error().message;
  ASSERT_GE(body->root().size(), 10U);
  for (const json::Value area : body->root().elements()) {
    EXPECT_FALSE(area.find("name")->find("value")->as_string()->empty());
    EXPECT_NE(area.find("creditText")->find("value")->as_string()->find("BKG"), std::string::npos);
    EXPECT_EQ(area.find("location")->find("value")->find("type")->as_string(), "MultiPolygon");
  }
  EXPECT_FALSE(area_entities(R"({"features": [{"properties": {}}]})").has_value());
}

TEST(Addresses, AreTheSameEachTimeAndCarryTheRollOutOn) {
  const std::string first = address_list(2'000, kAddressDays[0]);
  EXPECT_EQ(first, address_list(2'000, kAddressDays[0]));
  const auto available = [](const std::string& list) {
    std::size_t count = 0;
    for (std::size_t at = list.find("available;"); at != std::string::npos;
         at = list.find("available;", at + 1)) {
      ++count;
    }
    return count;
  };
  const std::string last = address_list(2'000, kAddressDays[3]);
  EXPECT_EQ(std::ranges::count(last, '\n'), 2'001);
  EXPECT_GT(available(last), available(first));
  EXPECT_LT(available(last), 1'000U);
}

TEST(Programme, EveryItemHasAnId) {
  for (const Collection& collection : programme()) {
    const auto document = json::Document::parse(collection.json);
    ASSERT_TRUE(document.has_value()) << collection.path;
    EXPECT_GT(document->root().size(), 0U);
    for (const json::Value item : document->root().elements()) {
      EXPECT_TRUE(item.find("id").has_value()) << collection.path;
    }
  }
}

}  // namespace
}  // namespace revier::demo
