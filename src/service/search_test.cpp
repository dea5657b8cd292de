// SPDX-License-Identifier: EUPL-1.2
#include "service/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/catalogue.h"
#include "support/demo_services.h"

namespace revier::service {
namespace {

using testing::Contains;
using web::Language;

const Catalogue& demo() {
  static const Catalogue catalogue(demo_items());
  return catalogue;
}

std::vector<std::string> best_ids(std::string_view text, std::size_t count = 3,
                                  Language language = Language::kDe) {
  std::vector<std::string> ids;
  const ServiceFilter filter{.text = std::string(text), .situation = {}, .today = false};
  for (const Service* const service : demo().select(filter, language)) {
    if (ids.size() == count) break;
    ids.push_back(service->id);
  }
  return ids;
}

TEST(Search, UnderstandsEverydayWords) {
  EXPECT_EQ(best_ids("Hund anmelden").front(), "hundesteuer");
  EXPECT_EQ(best_ids("hund abmelden").front(), "hundesteuer-abmelden");
  EXPECT_EQ(best_ids("FUEHRUNGSZEUGNIS").front(), "fuehrungszeugnis");
  EXPECT_EQ(best_ids("Furungszeugnis").front(), "fuehrungszeugnis");
  EXPECT_EQ(best_ids("Hundehaltungssteuer").front(), "hundesteuer");
  EXPECT_EQ(best_ids("register dog", 3, Language::kEn).front(), "hundesteuer");
  EXPECT_THAT(best_ids("moving to Herne", 3, Language::kEn), Contains("wohnsitz-anmelden"));
}

TEST(Search, TakesWhateverIsTyped) {
  EXPECT_TRUE(best_ids("?!").empty());
  EXPECT_TRUE(best_ids("der die das").empty());
  EXPECT_TRUE(best_ids("xqzwvk").empty());
  EXPECT_NO_FATAL_FAILURE((void)best_ids("\xFF\xC3 \xF0\x9F\x90\x95 \0 Hund"));
  std::string much;
  for (int n = 0; n < 100'000; ++n) much += "Donaudampfschifffahrt ";
  EXPECT_NO_FATAL_FAILURE((void)best_ids(much));
}

TEST(Search, NothingIsFoundInNothing) {
  const Catalogue none({});
  EXPECT_TRUE(
      none.select({.text = "Hund", .situation = {}, .today = false}, Language::kDe).empty());
}

TEST(Catalogue, SelectsBySituationAndToday) {
  const auto car = demo().select({.text = {}, .situation = "car", .today = true}, Language::kDe);
  ASSERT_FALSE(car.empty());
  for (const Service* const service : car) {
    EXPECT_TRUE(service->is_done_online_today());
    EXPECT_NE(service->identity, IdentityLevel::kInPerson);
    EXPECT_THAT(service->situations, Contains("car"));
  }
}

}  // namespace
}  // namespace revier::service
