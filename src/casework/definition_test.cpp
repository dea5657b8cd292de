// SPDX-License-Identifier: EUPL-1.2
#include "casework/definition.h"

#include <gtest/gtest.h>

#include "support/demo_forms.h"

namespace revier::casework {
namespace {

TEST(Definition, ReadsTheDemosForms) {
  for (const char* id : {"hund-anmelden", "bewohnerparkausweis", "mangel-melden"}) {
    const auto form = parse_definition(demo_form(id));
    ASSERT_TRUE(form) << id << ": " << form.error().message;
    EXPECT_EQ(form->id, id);
    EXPECT_EQ(form->identity_level, IdentityLevel::kNone);
    const auto again = parse_definition(form->json);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->json, form->json);
  }
}

TEST(Definition, KnowsItsQuestions) {
  const auto form = parse_definition(demo_form("hund-anmelden"));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->field("vorname")->kind, Kind::kText);
  EXPECT_TRUE(form->field("vorname")->required);
  EXPECT_FALSE(form->field("telefon")->required);
  const Field& dogs = *form->field("hunde");
  EXPECT_EQ(dogs.kind, Kind::kGroup);
  EXPECT_EQ(dogs.items_max, 5U);
  EXPECT_EQ(dogs.fields.size(), 5U);
  ASSERT_TRUE(form->field("grund")->when);
  EXPECT_EQ(form->field("grund")->when->field, "befreiung");
  EXPECT_EQ(form->page_of("grund")->id, "grund");
  EXPECT_EQ(form->field("nichts"), nullptr);
}

struct Fault {
  std::string_view from;
  std::string_view to;
  std::string_view place;
};

// Each fault is refused with the place where it stands.
TEST(Definition, NamesThePlaceOfAFault) {
  const std::string good = demo_form("bewohnerparkausweis");
  const Fault faults[] = {
      {R"("version":2)", R"("version":0)", "/version"},
      {R"("id":"bewohnerparkausweis")", R"("id":"Bewohner")", "/id"},
      {R"("minutes":6)", R"("minutes":6,"colour":"red")", "/colour"},
      {R"("en":"Apply for a resident parking permit")", R"("fr":"x")", "/title/fr"},
      {R"("identity_level":"none")", R"("identity_level":"some")", "/identity_level"},
      {"draft/2020-12/schema", "draft-07/schema", "/schema/$schema"},
      {R"("maxLength":80)", R"("maxLength":80,"pattern":"(a+)+$")",
       "/schema/properties/vorname/pattern"},
      {R"("enum":["neu","verlaengern"])", R"("enum":["neu","neu"])",
       "/schema/properties/art/enum/1"},
      {R"("enum":["neu","verlaengern"])", R"("enum":["neu","anders"])", "/ui/fields/art/options"},
      {R"("format":"date"})", R"("format":"datum"})", "/schema/properties/geburtsdatum/format"},
      {R"("unevaluatedProperties":false)", R"("unevaluatedProperties":true)",
       "/schema/unevaluatedProperties"},
      {R"("properties":{"art":{"const":"verlaengern"}},"required":["art"])",
       R"("properties":{"ab":{"const":"x"}},"required":["ab"])", "/schema"},
      {R"("const":"verlaengern")", R"("const":"loeschen")", "/schema"},
      {R"("fields":["art","gebiet"])", R"("fields":["art","nichts"])", "/ui/pages/0"},
      {R"("fields":["art","gebiet"])", R"("fields":["art"])", "/ui/pages"},
      {R"("const":true)", R"("const":false)", "/schema/allOf/1/then/properties/dauernd/const"},
      {R"("minLength":4,)", "", "/schema/required"},
  };
  for (const Fault& fault : faults) {
    const auto form = parse_definition(changed(good, fault.from, fault.to));
    ASSERT_FALSE(form) << fault.place;
    EXPECT_EQ(form.error().code, Code::kUnprocessable) << form.error().message;
    EXPECT_EQ(form.error().field, fault.place) << form.error().message;
    EXPECT_NE(form.error().message.find(fault.place), std::string::npos);
  }
}

TEST(Definition, AConditionLooksAtAnEarlierPage) {
  std::string form = demo_form("bewohnerparkausweis");
  form = changed(form, R"("fields":["kennzeichen","halter","ab"])",
                 R"("fields":["kennzeichen","halter","ab","halter_name","dauernd"])");
  const std::size_t page = form.find(R"(,{"id":"halter")");
  const std::size_t end =
      form.find(R"("dauernd"]})", page) + std::string_view(R"("dauernd"]})").size();
  form.erase(page, end - page);
  const auto parsed = parse_definition(form);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("earlier page"), std::string::npos)
      << parsed.error().message;
}

TEST(Definition, OnlyChoicesAndPointsBecomePublic) {
  const std::string form = demo_form("mangel-melden");
  const auto parsed =
      parse_definition(changed(form, R"("category":"art")", R"("category":"beschreibung")"));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().field, "/publish/category");
  EXPECT_EQ(parse_definition(form)->published->photo, "foto");
  const auto text = parse_definition(changed(form, R"("photo":"foto")", R"("photo":"ort")"));
  EXPECT_EQ(text.error().field, "/publish/photo");
  // A PDF is kept as it came: it may say who wrote it.
  const auto paper = parse_definition(
      changed(form, R"("types":["image/jpeg",)", R"("types":["application/pdf","image/jpeg",)"));
  EXPECT_EQ(paper.error().field, "/publish");
}

TEST(Definition, BoundsWhatItReads) {
  EXPECT_EQ(parse_definition("[1,").error().code, Code::kInvalidRequest);
  EXPECT_EQ(parse_definition("[]").error().field, "/");
  EXPECT_EQ(parse_definition(std::string(300'000, ' ')).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace revier::casework
