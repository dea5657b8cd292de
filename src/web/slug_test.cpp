// SPDX-License-Identifier: EUPL-1.2
#include "web/slug.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace revier::web {
namespace {

TEST(Slug, IsWhatGermansWriteWithoutUmlauts) {
  EXPECT_EQ(slug("Smart Parking für Anfänger"), "smart-parking-fuer-anfaenger");
  EXPECT_EQ(slug("Größe & Maß – eine ÜBERSICHT"), "groesse-mass-eine-uebersicht");
  EXPECT_EQ(slug("fu\xCC\x88r"), "fuer") << "u and its dots by themselves";
  EXPECT_EQ(slug("Özlem Yıldırım, Łódź"), "oezlem-yildirim-lodz");
  EXPECT_EQ(slug("Київ"), "kiiv");
  EXPECT_EQ(slug("5G / IoT (Teil 2)"), "5g-iot-teil-2");
  EXPECT_EQ(slug(" – "), "");
  EXPECT_EQ(slug(std::string(200, 'a')).size(), 60U);
}

RC_GTEST_PROP(Slug, IsAPartOfAnAddress, (const std::string& any)) {
  const std::string made = slug(any);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  RC_ASSERT(std::ranges::all_of(made, fits));
  RC_ASSERT(made.size() <= 60U);
  RC_ASSERT(!made.starts_with('-') && !made.ends_with('-'));
  RC_ASSERT(made.find("--") == std::string::npos);
  RC_ASSERT(slug(made) == made);
}

}  // namespace
}  // namespace revier::web
