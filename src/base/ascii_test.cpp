// SPDX-License-Identifier: EUPL-1.2
#include "base/ascii.h"

#include <gtest/gtest.h>

#include "base/percent.h"

namespace revier {
namespace {

TEST(Ascii, KnowsNoLettersButItsOwn) {
  int digits = 0;
  int letters = 0;
  int controls = 0;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    digits += is_digit(c) ? 1 : 0;
    letters += is_letter(c) ? 1 : 0;
    controls += is_control(c) ? 1 : 0;
    if (!is_letter(c)) {
      EXPECT_EQ(to_lower(c), c);
      EXPECT_EQ(to_upper(c), c);
    }
  }
  EXPECT_EQ(digits, 10);
  EXPECT_EQ(letters, 52);
  EXPECT_EQ(controls, 33);
}

TEST(Ascii, ChangesTheCaseOfItsLettersOnly) {
  EXPECT_EQ(lower_case("AZ-az 09 Ü@[`{"), "az-az 09 Ü@[`{");
  EXPECT_EQ(upper_case("AZ-az 09 ü@[`{"), "AZ-AZ 09 ü@[`{");
}

TEST(Ascii, ReadsHexadecimalDigits) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0', '\xFF'}) EXPECT_EQ(hex_value(c), -1);
}

TEST(Ascii, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("\ta ", " "), "\ta");
}

TEST(Ascii, TellsIdsAndNumbers) {
  EXPECT_TRUE(is_plain_id("day-1", 5));
  for (const auto* const no : {"", "day-10", "Tag", "a_b", "ä"}) {
    EXPECT_FALSE(is_plain_id(no, 5)) << no;
  }
  EXPECT_TRUE(is_all_digits("0123456789"));
  for (const auto* const no : {"", "-1", "1 ", "１"}) EXPECT_FALSE(is_all_digits(no)) << no;
}

TEST(Percent, EncodesWhatIsNotUnreserved) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("a b&c=ü/%"), "a%20b%26c%3D%C3%BC%2F%25");
  EXPECT_EQ(percent_encoded("urn:x:*/", ":*"), "urn:x:*%2F");
}

TEST(Percent, DecodesToTheSameBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text{'a', static_cast<char>(byte), '1'};
    EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
  }
}

TEST(Percent, LeavesWhatIsNoEscape) {
  for (const auto* const same : {"%", "%4", "%zz", "100% sure", "%%%"}) {
    EXPECT_EQ(percent_decoded(same), same);
  }
  EXPECT_EQ(percent_decoded("%e2%82%AC%"), "€%");
}

}  // namespace
}  // namespace revier
