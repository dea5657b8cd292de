// SPDX-License-Identifier: EUPL-1.2
// Rights by entity: what is answered under them is what is answered by a broker that has nothing
// but what they show.
#include "ngsi/rights.h"

#include <gtest/gtest.h>

#include "support/context_world.h"
#include "support/rights_model.h"

namespace revier::context {
namespace {

using revier::test::Dice;
using revier::test::entity_text;
using revier::test::first_thing;
using revier::test::KnownRights;
using revier::test::Thing;

constexpr int kThings = 120;

Thing thing(Dice& dice, int number) {
  return {.id = fmt::format("urn:{}:{}", dice.of({"a", "b"}), number),
          .type = dice.of({"Tree", "Lamp", "Bench"}),
          .scope = dice.of({"/north", "/north/park", "/south"}),
          .number = dice.below(30),
          .secret = dice.one_in(4) ? -1 : dice.below(30),
          .east = dice.one_in(5) ? -1 : dice.below(100) / 100.0,
          .north = dice.below(100) / 100.0};
}

ngsi::Selection query_of_holder(Dice& dice) {
  ngsi::Selection out;
  if (dice.one_in(2)) out.type = dice.of({"Tree", "Lamp|Bench", "None"});
  switch (dice.below(7)) {
    case 0:
      out.q = fmt::format("secret=={}", dice.below(30));
      break;
    case 1:
      out.q = fmt::format("secret!={}", dice.below(30));
      break;
    case 2:
      out.q = fmt::format("secret!={};number>{}", dice.below(30), dice.below(20));
      break;
    case 3:
      out.q = fmt::format("number>={}|secret<{}", 10 + dice.below(20), dice.below(20));
      break;
    case 4:
      out.attrs = {"secret"};
      break;
    case 5:
      out.georel = "near;maxDistance==30000";
      out.geometry = "Point";
      out.coordinates = fmt::format("[0.{},0.5]", dice.below(10));
      break;
    default:
      break;
  }
  if (dice.one_in(5)) out.scope_q = "/north";
  return out;
}

std::vector<std::string> shown(test::World& world, const Found& found) {
  std::vector<std::string> out;
  for (const ngsi::EntityPtr& one : found.entities) out.push_back(world.simple(one));
  return out;
}

struct Pair {
  test::World whole;
  test::World part;
  std::shared_ptr<const ngsi::Sight> sight;
};

void fill(test::World& world, const std::vector<std::string>& entities) {
  std::vector<Write> writes;
  writes.push_back(create(world.parsed(entity_text(first_thing()))));
  writes.push_back(remove(first_thing().id));
  for (const std::string& text : entities) writes.push_back(create(world.parsed(text)));
  ASSERT_TRUE(world.broker().write_blocking("", std::move(writes), Origin::api()));
}

void compare(Pair& pair, Dice& dice) {
  const ngsi::Selection asked = query_of_holder(dice);
  SCOPED_TRACE(fmt::format("type={} q={} attrs={} georel={}", asked.type, asked.q,
                           asked.attrs.size(), asked.georel));
  Page page{.limit = dice.one_in(2) ? std::size_t{1'000} : std::size_t{5},
            .offset = static_cast<std::size_t>(dice.one_in(3) ? dice.below(10) : 0),
            .count = dice.one_in(2)};
  std::optional<ngsi::Order> of_whole;
  std::optional<ngsi::Order> of_part;
  if (dice.one_in(3)) {
    const ngsi::OrderWish wish{.terms = test::must(ngsi::parse_order("secret;desc"))};
    const auto order = [&wish](test::World& world) {
      return test::must(ngsi::Order::compile(wish, world.broker().names(""), world.context()));
    };
    of_whole = order(pair.whole);
    of_part = order(pair.part);
  }
  Page narrowed = page;
  narrowed.sight = pair.sight.get();
  if (of_whole) narrowed.order = &*of_whole;
  if (of_part) page.order = &*of_part;
  const auto seen = pair.whole.query(asked, narrowed);
  const auto there = pair.part.query(asked, page);
  ASSERT_TRUE(seen && there);
  EXPECT_EQ(shown(pair.whole, *seen), shown(pair.part, *there));
  EXPECT_EQ(seen->count, there->count);
  EXPECT_EQ(seen->more, there->more);
}

TEST(Rights, ShowWhatABrokerOfTheRestShows) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    const KnownRights known = some_rights(dice);
    SCOPED_TRACE(fmt::format("seed {} rights {}", seed, known.text));
    std::vector<std::string> all;
    std::vector<std::string> rest;
    for (int i = 0; i < kThings; ++i) {
      const Thing one = thing(dice, i);
      all.push_back(entity_text(one));
      if (auto left = shown_text(one, known)) rest.push_back(*std::move(left));
    }
    Pair pair;
    fill(pair.whole, all);
    fill(pair.part, rest);
    const auto rights = test::must(ngsi::Rights::parse(known.text, pair.whole.catalogue().core()));
    pair.sight = rights.over(pair.whole.broker().names(""));
    for (int i = 0; i < 100 && !testing::Test::HasFailure(); ++i) compare(pair, dice);
  }
}

TEST(Rights, RefuseWhatIsNone) {
  const auto catalogue = test::must(jsonld::Catalogue::make());
  const std::vector<std::string> texts = {
      "",
      "{}",
      "[]",
      "[1]",
      "[{}]",
      R"([{"operations":[]}])",
      R"([{"operations":["own"]}])",
      R"([{"operations":["read"],"typos":["A"]}])",
      R"([{"operations":["read"],"types":"A"}])",
      R"([{"operations":["read"],"types":["A|B"]}])",
      R"([{"operations":["read"],"idPattern":"("}])",
      R"([{"operations":["read"],"attributes":["a"],"except":["b"]}])",
      R"([{"operations":["read"],"area":{"type":"Polygon","coordinates":[1]}}])",
      R"([{"operations":["read"],"scopeQ":"(("}])"};
  for (const std::string& text : texts) {
    const auto rights = ngsi::Rights::parse(text, catalogue->core());
    EXPECT_FALSE(rights) << text;
  }
  const auto named =
      ngsi::Rights::parse(R"([{"operations":["read"]},{"operations":["no"]}])", catalogue->core());
  EXPECT_NE(named.error().message.find("rule 2"), std::string::npos) << named.error().message;
}

// A name that comes up after the rights were looked at may be one that they except.
TEST(Rights, HideNamesThatAreYounger) {
  test::World world;
  ASSERT_TRUE(world.create(R"({"id":"urn:1","type":"Tree","number":1})"));
  const auto rights = test::must(ngsi::Rights::parse(
      R"([{"operations":["read"],"except":["secret"]}])", world.catalogue().core()));
  const auto sight = rights.over(world.broker().names(""));
  ASSERT_TRUE(world.create(R"({"id":"urn:2","type":"Tree","secret":2})"));
  EXPECT_EQ(world.simple(sight->seen(world.broker().find("", "urn:1"))),
            R"({"id":"urn:1","type":"Tree","number":1})");
  EXPECT_EQ(world.simple(sight->seen(world.broker().find("", "urn:2"))),
            R"({"id":"urn:2","type":"Tree"})");
}

}  // namespace
}  // namespace revier::context
