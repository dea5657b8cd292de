// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/translation.h"

#include "ngsi/instance.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

constexpr const char* kRoom =
    R"({"id":"urn:r:1","type":["Room","Hall"],"scope":"/a/b",)"
    R"("seats":{"type":"Property","value":7,"observedAt":"2025-01-20T08:00:00Z",)"
    R"("accuracy":{"type":"Property","value":0.5,"by":{"type":"Relationship","object":"urn:x:1"}}},)"
    R"("name":[{"type":"Property","value":"A"},)"
    R"({"type":"Property","value":"B","datasetId":"urn:d:1"}]})";

TEST(Translation, KeepsEverythingUnderOtherNumbers) {
  test::World one;
  test::World other;
  for (const char* const name : {"x", "seats", "y"}) ASSERT_TRUE(other.names.intern(name));
  const EntityPtr version = one.created(kRoom);
  Translation translation(one.names, other.names);
  const auto made = translation.entity(*version, {}, nullptr);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(Entity::decode((*made)->bytes()));
  EXPECT_EQ(other.sorted(other.rendered(**made, {.sys_attrs = true})),
            one.sorted(one.rendered(*version, {.sys_attrs = true})));
  EXPECT_NE((*made)->types(), version->types());
}

TEST(Translation, TakesWhatIsShownAndKeepsWhatIsThere) {
  test::World one;
  test::World other;
  const EntityPtr version = one.created(kRoom);
  const auto shown = Projection::make(one.names, one.context(), {.attrs = {"seats"}});
  const EntityPtr before =
      other.created(R"({"id":"urn:r:1","type":"Room","seats":{"type":"Property","value":1},)"
                    R"("floor":{"type":"Property","value":2}})");
  Translation translation(one.names, other.names);
  const auto made = translation.entity(*version, *shown, before);
  ASSERT_TRUE(made);
  EXPECT_EQ(other.simple(**made),
            R"({"floor":2,"id":"urn:r:1","scope":"/a/b","seats":7,"type":["Room","Hall"]})");
}

TEST(Translation, RefusesANumberWithoutName) {
  test::World one;
  test::World other;
  const EntityPtr version = one.created(kRoom);
  Translation translation(other.names, one.names);
  const auto made = translation.entity(*version, {}, nullptr);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kCorrupt);
}

TEST(Translation, KeepsInstancesOfHistory) {
  test::World one;
  test::World other;
  ASSERT_TRUE(other.names.intern("x"));
  const EntityPtr version = one.created(kRoom);
  std::string form;
  append_instance(form, *version->find(one.name("seats")));
  Translation translation(one.names, other.names);
  const auto made = translation.instance(form);
  ASSERT_TRUE(made) << made.error().message;
  const auto view = read_instance(*made);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->name, other.name("seats"));
  EXPECT_EQ(view->value, "7");
  EXPECT_TRUE(view->observed_at);
  EXPECT_EQ(names_in(*view).size(), 3U);
}

}  // namespace
}  // namespace revier::ngsi
