// SPDX-License-Identifier: EUPL-1.2
#include "appointment/readiness.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace revier::appointment {
namespace {

Advice of(const char* age, const char* card, const char* pin, const char* phone) {
  web::FormData answers;
  answers.set("alter", age);
  answers.set("karte", card);
  answers.set("pin", pin);
  answers.set("handy", phone);
  EXPECT_TRUE(web::validate(readiness_form(), answers));
  return advise(answers);
}

bool has(const std::vector<Step>& steps, Step step) {
  return std::ranges::find(steps, step) != steps.end();
}

TEST(Readiness, EachMissingAnswerNamesItsQuestion) {
  web::FormData none;
  EXPECT_FALSE(web::validate(readiness_form(), none));
  ASSERT_EQ(none.errors.size(), 4U);
  EXPECT_EQ(none.errors[0].message_de, "Bitte wählen Sie bei „Wie alt ist die Person?“ etwas aus.");
}

TEST(Readiness, EverythingThere) {
  const Advice advice = of("ab16", "neu", "eigene", "ja");
  EXPECT_TRUE(advice.ready);
  EXPECT_FALSE(advice.needs_office);
  EXPECT_TRUE(advice.at_office.empty());
  EXPECT_EQ(advice.at_home.back(), Step::kUseIt);
}

TEST(Readiness, TransportPinIsReplacedAtHome) {
  const Advice advice = of("ab16", "neu", "transport", "ja");
  EXPECT_FALSE(advice.ready);
  EXPECT_FALSE(advice.needs_office);
  EXPECT_TRUE(has(advice.at_home, Step::kSetPin));
  EXPECT_TRUE(has(advice.bring, Step::kBringLetter));
}

TEST(Readiness, AForgottenPinIsSetAtTheOfficeOnly) {
  const Advice advice = of("ab16", "neu", "keine", "ja");
  EXPECT_TRUE(advice.needs_office);
  EXPECT_TRUE(has(advice.at_office, Step::kSetPinAtOffice));
  EXPECT_FALSE(has(advice.at_home, Step::kSetPin));
  EXPECT_NE(text_of(Step::kSetPinAtOffice, web::Language::kDe).find("31. Januar 2024"),
            std::string_view::npos);
}

TEST(Readiness, ABlockedPinMayBeUnlockedAtHome) {
  const Advice advice = of("ab16", "neu", "gesperrt", "nein");
  EXPECT_FALSE(advice.needs_office);
  EXPECT_TRUE(has(advice.at_home, Step::kUnlock));
  EXPECT_TRUE(has(advice.at_office, Step::kSetPinAtOffice));
  EXPECT_TRUE(has(advice.at_home, Step::kFindReader));
}

TEST(Readiness, OldCardsAndNoCards) {
  const Advice old = of("ab16", "alt", "transport", "ja");
  EXPECT_TRUE(old.needs_office);
  EXPECT_TRUE(has(old.at_office, Step::kSwitchOn));
  EXPECT_FALSE(has(old.at_home, Step::kSetPin)) << "not before it is switched on";
  const Advice none = of("ab16", "keine", "keine", "ja");
  EXPECT_TRUE(none.needs_office);
  EXPECT_EQ(none.at_office, std::vector{Step::kApplyForCard});
  EXPECT_TRUE(none.bring.empty());
}

TEST(Readiness, FromSixteenOn) {
  const Advice advice = of("unter16", "neu", "eigene", "ja");
  EXPECT_FALSE(advice.ready);
  EXPECT_EQ(advice.at_office, std::vector{Step::kTooYoung});
}

TEST(Readiness, AsksForNoPinAndRefusesOtherAnswers) {
  for (const web::FormField& field : readiness_form().fields) {
    EXPECT_EQ(field.kind, web::FieldKind::kRadios) << "nothing can be typed";
  }
  web::FormData answers;
  answers.set("alter", "ab16");
  answers.set("karte", "neu");
  answers.set("pin", "123456");
  EXPECT_FALSE(web::validate(readiness_form(), answers));
}

}  // namespace
}  // namespace revier::appointment
