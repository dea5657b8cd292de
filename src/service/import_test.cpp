// SPDX-License-Identifier: EUPL-1.2
#include "service/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/demo_services.h"

namespace revier::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kHead =
    "Name;Zusammenfassung;Identität;Zuständig;Quelle;Stand;Suchwörter;Lebenslagen;Tage;Kosten\n";

ImportPlan plan_of(const std::string& file, const Catalogue& current = Catalogue({})) {
  auto plan = plan_import(file, current);
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? std::move(*plan) : ImportPlan{};
}

TEST(Import, ReadsATableInGerman) {
  const ImportPlan plan = plan_of(
      std::string(kHead) +
      "Hund anmelden;Für die Hundesteuer.;ohne;Steuern;Satzung;20.1.2025;Welpe|Hundemarke;Tiere;0;"
      "kostenlos\n");
  ASSERT_THAT(plan.items, SizeIs(1));
  const Service service = read_service(plan.items[0]);
  EXPECT_EQ(service.id, "hund-anmelden");
  EXPECT_EQ(service.name.en, "Hund anmelden");
  EXPECT_EQ(service.identity, IdentityLevel::kNone);
  EXPECT_EQ(service.as_of, "2025-01-20");
  EXPECT_EQ(service.days, 0);
  EXPECT_THAT(service.words_de, ElementsAre("Welpe", "Hundemarke"));
  EXPECT_THAT(service.situations, ElementsAre("animals"));
}

TEST(Import, SaysWhyARowIsRefusedAndTakesTheOthers) {
  const ImportPlan plan = plan_of(std::string(kHead) +
                                  "A;a;ohne;O;Q;2025-01-20;;;;\n"
                                  "B;b;per Brief;O;Q;2025-01-20;;;;\n"
                                  "C;c;ohne;O;Q;neulich;;;;\n"
                                  "D;d;ohne;O;Q;2025-01-20;;Weltraum;;\n"
                                  "E;e;ohne;O;Q;2025-01-20;;;bald;\n"
                                  ";f;ohne;O;Q;2025-01-20;;;;\n"
                                  "A;g;ohne;O;Q;2025-01-20;;;;\n"
                                  "H;;ohne;O;Q;2025-01-20;;;;\n");
  std::vector<std::string> fields;
  for (const ImportRow& row : plan.rows) {
    fields.push_back(row.field);
    EXPECT_EQ(row.outcome == Outcome::kRefused, !row.reason.empty());
  }
  EXPECT_THAT(fields, ElementsAre("", "identity_level", "as_of", "situations", "days", "id", "id",
                                  "summary"));
  EXPECT_THAT(plan.items, SizeIs(1));
  EXPECT_EQ(plan.rows[1].line, 3U);
}

TEST(Import, KeepsWhatTheTableDoesNotName) {
  const Catalogue current(demo_items());
  const ImportPlan plan =
      plan_of("id;fee;words\nhundesteuer;120 €;Hund|Dackel\nsperrmuell;;\n", current);
  ASSERT_THAT(plan.items, SizeIs(2));
  const Service dog = read_service(plan.items[0]);
  const Service before = *current.find("hundesteuer");
  EXPECT_EQ(dog.fee.de, "120 €");
  EXPECT_EQ(dog.fee.en, before.fee.en);
  EXPECT_THAT(dog.words_de, ElementsAre("Hund", "Dackel"));
  EXPECT_EQ(dog.words_en, before.words_en);
  EXPECT_EQ(dog.summary.de, before.summary.de);
  EXPECT_EQ(dog.examples, before.examples);
  EXPECT_EQ(plan.rows[0].outcome, Outcome::kChanged);
  EXPECT_EQ(plan.rows[0].name, before.name.de);
  EXPECT_TRUE(read_service(plan.items[1]).words_de.empty());
}

TEST(Import, TheSameFileTwiceChangesNothing) {
  const std::string file = source_file("demo/herne/services.json");
  const ImportPlan first = plan_of(file);
  EXPECT_EQ(first.count(Outcome::kNew), first.rows.size());
  const Catalogue current(first.items);
  const ImportPlan second = plan_of(file, current);
  EXPECT_EQ(second.count(Outcome::kSame), second.rows.size());
  EXPECT_THAT(second.items, IsEmpty());
  const auto again = items_from_json(items_json(first.items));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->size(), first.items.size());
}

TEST(Import, WhatIsStoredAsEntityComesBackTheSame) {
  for (const event::Item& item : demo_items()) {
    const auto entity = json::Document::parse(event::to_entity(item));
    ASSERT_TRUE(entity);
    const auto back = event::from_entity(kind(), entity->root());
    ASSERT_TRUE(back);
    EXPECT_EQ(event::item_json(*back), event::item_json(item));
  }
}

TEST(Import, RefusesWhatIsNoCatalogue) {
  const Catalogue none({});
  EXPECT_EQ(plan_import("", none).error().field, "rows");
  EXPECT_EQ(plan_import("Titel;Preis\na;b\n", none).error().field, "columns");
  EXPECT_EQ(plan_import("[]", none).error().field, "rows");
  EXPECT_FALSE(plan_import(R"({"id": "a"})", none));
  EXPECT_FALSE(plan_import("[{", none));
  const ImportPlan plan = plan_of(R"([1, {"id": "Ä"}, {"id": "a", "price": 1}])");
  EXPECT_EQ(plan.count(Outcome::kRefused), 3U);
}

TEST(Service, FieldsAreChecked) {
  const auto refused = [](const std::string& more) {
    const auto body = json::Document::parse(
        R"({"name": {"de": "A", "en": "A"}, "summary": {"de": "a", "en": "a"},)"
        R"("identity_level": "none", "office": "O", "source": {"de": "Q", "en": "S"},)"
        R"("as_of": "2025-01-20")" +
        more + "}");
    const auto item = read_service_item("a", body->root());
    return item ? std::string() : item.error().field;
  };
  EXPECT_EQ(refused(""), "");
  EXPECT_EQ(refused(R"(, "online_form": "/formulare/hund")"), "");
  EXPECT_EQ(refused(R"(, "online_form": "//evil.example/")"), "online_form");
  EXPECT_EQ(refused(R"json(, "online_form": "javascript:alert(1)")json"), "online_form");
  EXPECT_EQ(refused(R"(, "days": -1)"), "days");
  EXPECT_EQ(refused(R"(, "days": 1e9)"), "days");
  EXPECT_EQ(refused(R"(, "needs": [{"de": "x"}])"), "needs");
  EXPECT_EQ(refused(R"(, "words": {"de": ["x"], "en": [1]})"), "words");
  EXPECT_EQ(refused(R"(, "situations": ["mars"])"), "situations");
}

RC_GTEST_PROP(Import, AnyFileIsAnsweredWithAPlanOrAnError, (const std::string& text)) {
  static const Catalogue none({});
  (void)plan_import(text, none);
  (void)plan_import("id;name;days;example;as of;words\n" + text, none);
}

}  // namespace
}  // namespace revier::service
