// SPDX-License-Identifier: EUPL-1.2
#include "event/item.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace revier::event
