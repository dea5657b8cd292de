// SPDX-License-Identifier: EUPL-1.2
#include "base/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace revier {
namespace {

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("Straße"), 6U);
  EXPECT_EQ(count_code_points("a€😀"), 3U);
}

TEST(Utf8, CutsBetweenCodePoints) {
  EXPECT_EQ(cut_to_bytes("Straße", 7), "Straße");
  EXPECT_EQ(cut_to_bytes("Straße", 6), "Straß");
  EXPECT_EQ(cut_to_bytes("Straße", 5), "Stra");
  EXPECT_EQ(cut_to_bytes("😀", 3), "");
  EXPECT_EQ(cut_to_bytes("abc", 0), "");
}

TEST(Utf8, ComesToAnEndWithoutAnyBeginning) {
  const std::string tails(5, '\x80');
  EXPECT_EQ(count_code_points(tails), 0U);
  EXPECT_EQ(cut_to_bytes(tails, 3), "");
}

}  // namespace
}  // namespace revier
