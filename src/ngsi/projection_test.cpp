// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/projection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "ngsi/render.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::World;
using testing::HasSubstr;

TEST(Projection, speaks_of_members_and_of_what_they_link_to) {
  const auto terms = parse_projection("id,at{id|name,in{name}}|\"urn:x,y\"", "pick");
  ASSERT_TRUE(terms);
  EXPECT_EQ(print_projection(*terms), "id,at{id,name,in{name}},\"urn:x,y\"");
  EXPECT_EQ(depth_of(*terms), 2U);
  EXPECT_EQ(depth_of(*parse_projection("id", "pick")), 0U);
}

TEST(Projection, refuses_what_is_no_term) {
  for (const std::string_view text : {"", ",", "a,,b", "a{", "a{b", "a{}", "a{{b}", "a{,b}", "a}b",
                                      "{a}", "a,", "a||b", "\"a", "a{b}c"}) {
    const auto terms = parse_projection(text, "pick");
    ASSERT_FALSE(terms) << text;
    EXPECT_EQ(terms.error().code, Code::kBadRequestData);
    EXPECT_THAT(terms.error().message, HasSubstr("pick: ")) << text;
  }
  std::string deep;
  for (int i = 0; i < 11; ++i) deep += "a{";
  EXPECT_FALSE(parse_projection(deep + "a" + std::string(11, '}'), "pick"));
}

rc::Gen<ProjectionTerms> some_terms(int depth) {
  const auto name = rc::gen::element<std::string>("id", "a", "größe", "geo:lat", "urn:x,y", "b1");
  const auto inner = depth == 0 ? rc::gen::just(ProjectionTerms()) : rc::gen::lazy([depth] {
    return rc::gen::resize(3,
                           rc::gen::oneOf(rc::gen::just(ProjectionTerms()), some_terms(depth - 1)));
  });
  return rc::gen::nonEmpty(
      rc::gen::resize(4, rc::gen::container<ProjectionTerms>(rc::gen::build<ProjectionTerm>(
                             rc::gen::set(&ProjectionTerm::name, name),
                             rc::gen::set(&ProjectionTerm::linked, inner)))));
}

RC_GTEST_PROP(Projection, prints_what_parses_to_the_same, ()) {
  const ProjectionTerms terms = *some_terms(3);
  const auto again = parse_projection(print_projection(terms), "pick");
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == terms);
}

// Entities by id.
class Shelf final : public LinkedEntities {
 public:
  [[nodiscard]] EntityPtr find(std::string_view id) const override {
    const auto at = entities.find(id);
    return at == entities.end() ? nullptr : at->second;
  }
  std::map<std::string, EntityPtr, std::less<>> entities;
};

class Linked : public testing::Test {
 protected:
  void add(std::string_view json) {
    const EntityPtr entity = w.created(json);
    shelf.entities.emplace(entity->id(), entity);
  }
  std::string shown(std::string_view id, std::size_t levels, std::string_view pick = {},
                    Representation representation = Representation::kNormalized) {
    Projection::Lists lists;
    if (!pick.empty()) lists.pick = *parse_projection(pick, "pick");
    const auto projection = Projection::make(w.names, w.context(), lists);
    EXPECT_TRUE(projection);
    return w.rendered(*shelf.find(id), {.representation = representation,
                                        .projection = &*projection,
                                        .linked = &shelf,
                                        .link_levels = levels});
  }
  World w;
  Shelf shelf;
};

TEST_F(Linked, entities_stand_inline_as_deep_as_asked) {
  add(R"({"id":"urn:b:1","type":"B","at":{"object":"urn:c:1"}})");
  add(R"({"id":"urn:c:1","type":"C","name":"Herne","in":{"object":"urn:d:1"}})");
  add(R"({"id":"urn:d:1","type":"D","name":"Germany","has":{"object":"urn:c:1"}})");
  const auto simple = Representation::kSimplified;
  EXPECT_EQ(shown("urn:b:1", 0, {}, simple), R"({"id":"urn:b:1","type":"B","at":"urn:c:1"})");
  EXPECT_EQ(shown("urn:b:1", 1, {}, simple),
            R"({"id":"urn:b:1","type":"B","at":{"id":"urn:c:1","type":"C","name":"Herne",)"
            R"("in":"urn:d:1"}})");
  // d:1 links back to c:1, which is being shown: it stays a URI.
  EXPECT_EQ(shown("urn:c:1", 9, {}, simple),
            R"({"id":"urn:c:1","type":"C","name":"Herne","in":{"id":"urn:d:1","type":"D",)"
            R"("name":"Germany","has":"urn:c:1"}})");
  EXPECT_EQ(shown("urn:b:1", 2, "id,at{name,in{name}}"),
            R"({"id":"urn:b:1","at":{"type":"Relationship","object":"urn:c:1","entity":)"
            R"({"name":{"type":"Property","value":"Herne"},"in":{"type":"Relationship",)"
            R"("object":"urn:d:1","entity":{"name":{"type":"Property","value":"Germany"}}}}}})");
}

TEST_F(Linked, several_objects_and_lists_show_those_that_are_here) {
  add(R"({"id":"urn:b:1","type":"B","to":{"object":["urn:c:1","urn:c:9"]}})");
  add(R"({"id":"urn:b:2","type":"B","to":{"objectList":["urn:c:9","urn:c:1"]}})");
  add(R"({"id":"urn:b:3","type":"B","to":{"object":"urn:c:9"}})");
  add(R"({"id":"urn:c:1","type":"C"})");
  EXPECT_THAT(shown("urn:b:1", 1), HasSubstr(R"("entity":[{"id":"urn:c:1","type":"C"}]})"));
  EXPECT_THAT(shown("urn:b:2", 1), HasSubstr(R"("entityList":[{"id":"urn:c:1","type":"C"}]})"));
  EXPECT_THAT(shown("urn:b:3", 1), Not(HasSubstr("entity")));
  EXPECT_EQ(shown("urn:b:2", 1, "to", Representation::kSimplified),
            R"({"to":["urn:c:9",{"id":"urn:c:1","type":"C"}]})");
}

TEST_F(Linked, links_are_told_with_what_is_shown_behind_them) {
  add(R"({"id":"urn:b:1","type":"B","at":{"object":"urn:c:1"},"to":{"objectList":["urn:c:2"]},)"
      R"("n":{"value":1,"by":{"object":"urn:c:3"}}})");
  const auto projection =
      Projection::make(w.names, w.context(), {.omit = *parse_projection("to{name}", "omit")});
  ASSERT_TRUE(projection);
  std::map<std::string, bool> links;
  for_each_link(
      *shelf.find("urn:b:1"), &*projection,
      [&](std::string_view id, const Projection* behind) { links.emplace(id, behind != nullptr); });
  EXPECT_EQ(links, (std::map<std::string, bool>{{"urn:c:1", false}, {"urn:c:2", true}}));
}

TEST(Projection, refuses_lists_that_contradict_each_other) {
  World w;
  const auto fails = [&w](const Projection::Lists& lists) {
    return !Projection::make(w.names, w.context(), lists);
  };
  const auto terms = [](std::string_view text) { return *parse_projection(text, "pick"); };
  EXPECT_TRUE(fails({.attrs = {"a"}, .pick = terms("b")}));
  EXPECT_TRUE(fails({.attrs = {"a"}, .omit = terms("b")}));
  EXPECT_TRUE(fails({.pick = terms("a,b"), .omit = terms("b")}));
  EXPECT_TRUE(fails({.pick = terms("id;a")}));
  EXPECT_FALSE(fails({.pick = terms("a"), .omit = terms("a{b}")}));
}

}  // namespace
}  // namespace revier::ngsi
