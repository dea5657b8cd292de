// SPDX-License-Identifier: EUPL-1.2
#include "event/page_routes.h"

#include <gtest/gtest.h>

#include "event/place_text.h"

namespace revier::event {
namespace {

Result<Item> offer(const std::string& more) {
  const auto document =
      json::Document::parse(R"({"name": {"de": "Pass", "en": "Passport"})" + more + "}");
  if (!document) return fail(document.error());
  return read_item(*find_kind("offers"), "x", document->root());
}

constexpr const char* kOfAnEvent =
    R"(, "event": "scd", "starts_at": "2025-02-06T10:00:00+01:00",
       "ends_at": "2025-02-06T18:00:00+01:00")";

Item item_of(std::string_view kind, const std::string& json) {
  const auto document = json::Document::parse(json);
  return read_item(*find_kind(kind), "x", document->root()).value();
}

TEST(PlaceText, ASessionWithoutARoomIsAtTheVenue) {
  const ProgrammePtr programme = make_programme(
      {item_of("events", R"({"name": {"de": "Tag", "en": "Day"}, "venue": "x",
                             "starts_on": "2027-02-05", "ends_on": "2027-02-05",
                             "time_zone": "Europe/Berlin", "days": [
                                 {"date": "2027-02-05", "starts_at": "2027-02-05T09:00:00+01:00",
                                  "ends_at": "2027-02-05T17:00:00+01:00"}]})"),
       item_of("places", R"({"name": {"de": "Haus", "en": "House"}, "address": "Platz 1"})"),
       item_of("rooms", R"({"name": {"de": "Saal", "en": "Hall"}, "place": "x"})")});
  EXPECT_EQ(room_and_place(*programme, "", web::Language::kDe), "Haus, Platz 1");
  EXPECT_EQ(room_and_place(*programme, "x", web::Language::kEn), "Hall, House, Platz 1");
  EXPECT_EQ(room_and_place(*make_programme({}), "", web::Language::kDe), "");
}

TEST(Offers, OnlyThoseOfTheEventMakeItsPage) {
  const auto has_page = [](const std::string& more) {
    return has_content(*make_programme({offer(more).value()}), false, "/buergeraktion");
  };
  EXPECT_FALSE(has_page(""));
  EXPECT_TRUE(has_page(kOfAnEvent));
}

TEST(Offers, OneOfAnEventNeedsItsTimes) {
  EXPECT_TRUE(offer(kOfAnEvent));
  const auto refused = offer(R"(, "event": "scd", "starts_at": "2025-02-06T10:00:00+01:00")");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "ends_at");
  const auto stored =
      json::Document::parse(R"({"name": {"de": "Pass", "en": "Passport"}, "event": "scd"})");
  EXPECT_TRUE(read_stored_item(*find_kind("offers"), "x", stored->root()));
}

}  // namespace
}  // namespace revier::event
