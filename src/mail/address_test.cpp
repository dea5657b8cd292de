// SPDX-License-Identifier: EUPL-1.2
#include "mail/address.h"

#include <gtest/gtest.h>

namespace revier::mail {
namespace {

TEST(Address, ADomainGoesToServersInAscii) {
  EXPECT_EQ(address_in_ascii("a@ü.de"), "a@xn--tda.de");
  EXPECT_EQ(address_in_ascii("Post@Büro.Straße.example"), "Post@xn--bro-hoa.xn--strae-oqa.example");
  EXPECT_EQ(address_in_ascii("Ada@Beispiel.test"), "Ada@Beispiel.test");
  EXPECT_EQ(address_in_ascii("müller@beispiel.test"), std::nullopt);
  EXPECT_EQ(address_in_ascii("a@\xFF.de"), std::nullopt);
  EXPECT_EQ(address_in_ascii("a@ü..de"), std::nullopt);
  EXPECT_EQ(address_in_ascii("ü"), std::nullopt);
}

TEST(Address, BothFormsOfADomainAreOneAddress) {
  EXPECT_EQ(address_key("A@Ü.de"), "a@ü.de");
  EXPECT_EQ(address_key("a@XN--TDA.de"), "a@ü.de");
  EXPECT_EQ(address_key("Ada@Beispiel.test"), "ada@beispiel.test");
  EXPECT_EQ(address_key("a@xn--.de"), "a@xn--.de") << "what cannot be read stays";
  EXPECT_EQ(address_key(""), "");
}

}  // namespace
}  // namespace revier::mail
