// SPDX-License-Identifier: EUPL-1.2
// Rights by entity: what is answered under them is what is answered by a broker that has nothing
// but what they show.
#include "ngsi/rights.h"

#include <gtest/gtest.h>

#include <random>

#include "support/context_world.h"

namespace revier::context {
namespace {

constexpr int kThings = 120;

struct Thing {
  std::string id;
  std::string type;
  std::string scope;
  int number;
  int secret;   // under 0: it has none
  double east;  // degrees; under 0: it has no place
  double north;
};

class Lot {
 public:
  explicit Lot(std::uint64_t seed) : source_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(source_); }
  bool one_in(int n) { return below(n) == 0; }
  std::string of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(static_cast<int>(choices.size())));
  }

 private:
  std::mt19937_64 source_;
};

Thing thing(Lot& lot, int number) {
  return {.id = fmt::format("urn:{}:{}", lot.of({"a", "b"}), number),
          .type = lot.of({"Tree", "Lamp", "Bench"}),
          .scope = lot.of({"/north", "/north/park", "/south"}),
          .number = lot.below(30),
          .secret = lot.one_in(4) ? -1 : lot.below(30),
          .east = lot.one_in(5) ? -1 : lot.below(100) / 100.0,
          .north = lot.below(100) / 100.0};
}

// What the test knows of one rule; it decides by this and not by the rule's text.
struct Known {
  std::vector<std::string> types;  // empty: any
  std::string prefix;
  std::string scope;  // and below
  double east_max = 2;
  bool number = true;
  bool secret = true;
  bool place = true;
  std::string text;

  [[nodiscard]] bool fits(const Thing& one) const {
    const bool type =
        types.empty() || std::find(types.begin(), types.end(), one.type) != types.end();
    const bool within = east_max > 1 || (one.east >= 0 && one.east < east_max);
    return type && within && one.id.starts_with(prefix) && one.scope.starts_with(scope);
  }
};

Known rule(Lot& lot) {
  Known known;
  known.text = R"({"operations":["read"])";
  if (lot.one_in(2)) {
    known.types = {lot.of({"Tree", "Lamp", "Bench"}), lot.of({"Tree", "Lamp"})};
    known.text += fmt::format(R"(,"types":["{}","{}"])", known.types[0], known.types[1]);
  }
  if (lot.one_in(3)) {
    known.prefix = lot.of({"urn:a:", "urn:b:1"});
    known.text += fmt::format(R"(,"idPattern":"^{}")", known.prefix);
  }
  if (lot.one_in(3)) {
    known.scope = lot.of({"/north", "/south"});
    known.text += fmt::format(R"(,"scopeQ":"{}/#")", known.scope);
  }
  if (lot.one_in(3)) {
    known.east_max = (lot.below(80) + 10.5) / 100;
    known.text += fmt::format(
        R"(,"area":{{"type":"Polygon","coordinates":[[[-0.5,-1],[{0},-1],[{0},2],[-0.5,2],[-0.5,-1]]]}})",
        known.east_max);
  }
  switch (lot.below(3)) {
    case 0:
      known.secret = false;
      known.text += R"(,"except":["secret"])";
      break;
    case 1:
      known.secret = known.place = false;
      known.text += R"(,"attributes":["number"])";
      break;
    default:
      break;
  }
  known.text += '}';
  return known;
}

// The entity with what `shown` leaves of it.
std::string entity(const Thing& one, const Known& shown) {
  std::string out =
      fmt::format(R"({{"id":"{}","type":"{}","scope":"{}")", one.id, one.type, one.scope);
  if (shown.number) out += fmt::format(R"(,"number":{})", one.number);
  if (shown.secret && one.secret >= 0) out += fmt::format(R"(,"secret":{})", one.secret);
  if (shown.place && one.east >= 0) {
    out +=
        fmt::format(R"(,"location":{{"type":"Point","coordinates":[{},{}]}})", one.east, one.north);
  }
  return out + "}";
}

std::optional<std::string> filtered(const Thing& one, const std::vector<Known>& rules) {
  Known shown{.number = false, .secret = false, .place = false};
  bool any = false;
  for (const Known& known : rules) {
    if (!known.fits(one)) continue;
    any = true;
    shown.number |= known.number;
    shown.secret |= known.secret;
    shown.place |= known.place;
  }
  if (!any) return std::nullopt;
  return entity(one, shown);
}

ngsi::Selection selection(Lot& lot) {
  ngsi::Selection out;
  if (lot.one_in(2)) out.type = lot.of({"Tree", "Lamp|Bench", "None"});
  switch (lot.below(7)) {
    case 0:
      out.q = fmt::format("secret=={}", lot.below(30));
      break;
    case 1:
      out.q = fmt::format("secret!={}", lot.below(30));
      break;
    case 2:
      out.q = fmt::format("secret!={};number>{}", lot.below(30), lot.below(20));
      break;
    case 3:
      out.q = fmt::format("number>={}|secret<{}", 10 + lot.below(20), lot.below(20));
      break;
    case 4:
      out.attrs = {"secret"};
      break;
    case 5:
      out.georel = "near;maxDistance==30000";
      out.geometry = "Point";
      out.coordinates = fmt::format("[0.{},0.5]", lot.below(10));
      break;
    default:
      break;
  }
  if (lot.one_in(5)) out.scope_q = "/north";
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

// Names get their numbers in the same order everywhere, so that members are shown in the same.
void fill(test::World& world, const std::vector<std::string>& entities) {
  std::vector<Write> writes;
  writes.push_back(create(world.parsed(entity({"urn:first", "Tree", "/north", 1, 1, 1, 1}, {}))));
  writes.push_back(remove("urn:first"));
  for (const std::string& text : entities) writes.push_back(create(world.parsed(text)));
  ASSERT_TRUE(world.broker().write_blocking("", std::move(writes), Origin::api()));
}

void compare(Pair& pair, Lot& lot) {
  const ngsi::Selection asked = selection(lot);
  SCOPED_TRACE(fmt::format("type={} q={} attrs={} georel={}", asked.type, asked.q,
                           asked.attrs.size(), asked.georel));
  Page page{.limit = lot.one_in(2) ? std::size_t{1'000} : std::size_t{5},
            .offset = static_cast<std::size_t>(lot.one_in(3) ? lot.below(10) : 0),
            .count = lot.one_in(2)};
  std::optional<ngsi::Order> of_whole;
  std::optional<ngsi::Order> of_part;
  if (lot.one_in(3)) {
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
    Lot lot(seed);
    std::vector<Known> rules;
    std::string text = "[";
    for (int i = 0, n = 1 + lot.below(3); i < n; ++i) {
      rules.push_back(rule(lot));
      text += (i == 0 ? "" : ",") + rules.back().text;
    }
    text += "]";
    SCOPED_TRACE(fmt::format("seed {} rights {}", seed, text));
    std::vector<std::string> all;
    std::vector<std::string> rest;
    for (int i = 0; i < kThings; ++i) {
      const Thing one = thing(lot, i);
      all.push_back(entity(one, {}));
      if (auto left = filtered(one, rules)) rest.push_back(*std::move(left));
    }
    Pair pair;
    fill(pair.whole, all);
    fill(pair.part, rest);
    const auto rights = test::must(ngsi::Rights::parse(text, pair.whole.catalogue().core()));
    pair.sight = rights.over(pair.whole.broker().names(""));
    for (int i = 0; i < 100 && !testing::Test::HasFailure(); ++i) compare(pair, lot);
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
