// SPDX-License-Identifier: EUPL-1.2
// The planner against a full scan: whatever index feeds the predicate, the answer is the same.
#include <map>

#include <gtest/gtest.h>

#include "support/context_world.h"
#include "support/dice.h"

namespace revier::context {
namespace {

using revier::test::Dice;

constexpr int kEntities = 400;

std::string instant(int day) {
  return fmt::format("2025-{:02}-{:02}T12:00:00Z", 1 + day / 28, 1 + day % 28);
}

std::string point(Dice& dice) {
  return fmt::format("[{:.4f},{:.4f}]", 7.0 + dice.below(4'000) / 1e4,
                     51.4 + dice.below(2'000) / 1e4);
}

std::string location(Dice& dice) {
  if (!dice.one_in(5)) return fmt::format(R"({{"type":"Point","coordinates":{}}})", point(dice));
  return fmt::format(R"({{"type":"LineString","coordinates":[{},{}]}})", point(dice), point(dice));
}

std::string many_numbers(Dice& dice) {
  std::string list = "[" + std::to_string(dice.below(1'000));
  for (int i = 0; i < 80; ++i) list += fmt::format(",{}", dice.below(1'000));
  return list + "]";
}

std::string entity(Dice& dice, int id) {
  std::string out = fmt::format(R"({{"id":"urn:e:{}","type":"{}")", id, "ABCDE"[dice.below(5)]);
  if (!dice.one_in(8)) out += fmt::format(R"(,"n":{})", dice.below(1'000));
  if (dice.one_in(9)) out += fmt::format(R"(,"n2":{})", many_numbers(dice));
  if (!dice.one_in(8)) out += fmt::format(R"(,"t":"text {}")", dice.below(60));
  if (dice.one_in(4)) out += fmt::format(R"(,"t2":["x{}","x{}"])", dice.below(40), dice.below(40));
  if (!dice.one_in(8)) out += fmt::format(R"(,"at":"{}")", instant(dice.below(300)));
  if (!dice.one_in(8)) out += fmt::format(R"(,"location":{})", location(dice));
  return out + "}";
}

std::string condition(Dice& dice) {
  switch (dice.below(9)) {
    case 0:
      return fmt::format("n{}{}", dice.one_in(2) ? ">=" : "<", dice.below(1'000));
    case 1:
      return fmt::format("n=={}..{}", dice.below(500), 500 + dice.below(500));
    case 2:
      return fmt::format("n=={}", dice.below(1'000));
    case 3:
      return fmt::format("t==\"text {}\"", dice.below(60));
    case 4:
      return fmt::format("t2==\"x{}\",\"x{}\"", dice.below(40), dice.below(40));
    case 5:
      return fmt::format("at{}{}", dice.one_in(2) ? ">" : "<=", instant(dice.below(300)));
    case 6: {
      const int day = dice.below(280);
      return fmt::format("at=={}..{}", instant(day), instant(day + dice.below(20)));
    }
    case 7:
      return fmt::format("n2<{}", dice.below(40));
    default:
      return fmt::format("t!=\"text {}\"", dice.below(60));
  }
}

void add_area(Dice& dice, ngsi::Selection& selection) {
  if (dice.one_in(2)) {
    selection.georel = fmt::format("near;maxDistance=={}", 500 + dice.below(3'000));
    selection.geometry = "Point";
    selection.coordinates = point(dice);
    return;
  }
  const double west = 7.0 + dice.below(3'000) / 1e4;
  const double south = 51.4 + dice.below(1'500) / 1e4;
  const double size = 0.01 + dice.below(600) / 1e4;
  selection.georel = dice.one_in(2) ? "within" : "intersects";
  selection.geometry = "Polygon";
  selection.coordinates = fmt::format("[[[{0},{1}],[{2},{1}],[{2},{3}],[{0},{3}],[{0},{1}]]]", west,
                                      south, west + size, south + size);
}

ngsi::Selection selection(Dice& dice) {
  ngsi::Selection out;
  if (dice.one_in(3)) out.type = dice.one_in(3) ? "A|C" : std::string(1, "ABCDE"[dice.below(5)]);
  if (dice.one_in(10)) {
    for (int i = 0; i < 5; ++i)
      out.ids.push_back(fmt::format("urn:e:{}", dice.below(kEntities * 2)));
  }
  if (dice.one_in(10)) {
    out.any_of.push_back({.type = std::string(1, "ABCDE"[dice.below(5)])});
    out.any_of.push_back({.ids = {fmt::format("urn:e:{}", dice.below(kEntities))},
                          .type = std::string(1, "ABCDE"[dice.below(5)])});
  }
  for (int i = dice.below(3); i > 0; --i) {
    if (!out.q.empty()) out.q += dice.one_in(4) ? "|" : ";";
    out.q += condition(dice);
  }
  if (dice.one_in(3)) add_area(dice, out);
  return out;
}

// Changes what stands there, so that the indexes follow.
void stir(test::World& world, Dice& dice) {
  std::vector<Write> writes;
  for (int i = 0; i < 60; ++i) {
    const int id = dice.below(kEntities * 2);
    writes.push_back(dice.one_in(3) ? remove(fmt::format("urn:e:{}", id))
                                    : put(world.parsed(entity(dice, id))));
  }
  const auto outcomes = world.broker().write_blocking("", std::move(writes), Origin::api());
  ASSERT_TRUE(outcomes);
  for (const auto& outcome : *outcomes) {
    EXPECT_TRUE(outcome || outcome.error().code == Code::kResourceNotFound);
  }
}

std::vector<ngsi::EntityPtr> everything(test::World& world) {
  std::vector<ngsi::EntityPtr> all;
  for (std::size_t offset = 0;; offset += 1'000) {
    auto found = world.query({}, {.limit = 1'000, .offset = offset});
    if (!found) return all;
    all.insert(all.end(), found->entities.begin(), found->entities.end());
    if (!found->more) return all;
  }
}

struct Tally {
  int queries = 0;
  int telling = 0;  // neither empty nor everything
  std::map<Plan, int> plans;
};

void check_one(test::World& world, Dice& dice, const std::vector<ngsi::EntityPtr>& all,
               Tally& tally) {
  const ngsi::Selection asked = selection(dice);
  SCOPED_TRACE(fmt::format("type={} q={} georel={} coordinates={}", asked.type, asked.q,
                           asked.georel, asked.coordinates));
  const ngsi::Predicate predicate = world.predicate(asked);
  std::vector<ngsi::EntityPtr> expected;
  for (const ngsi::EntityPtr& one : all) {
    if (predicate.matches(*one)) expected.push_back(one);
  }
  ++tally.queries;
  tally.telling += !expected.empty() && expected.size() < all.size() ? 1 : 0;
  Explanation told;
  const Page whole{.limit = 1'000, .count = dice.one_in(2), .explanation = &told};
  ++tally.plans[world.broker().plan("", predicate, whole)];
  const auto found = test::run_now(world.broker().query("", predicate, whole));
  ASSERT_TRUE(found);
  EXPECT_EQ(told.plan, world.broker().plan("", predicate, whole));
  EXPECT_EQ(told.looked_at, told.estimated);
  EXPECT_EQ(told.matched, expected.size());
  EXPECT_EQ(found->entities, expected);
  EXPECT_EQ(found->count.value_or(expected.size()), expected.size());

  const Page part{.limit = 7, .offset = static_cast<std::size_t>(dice.below(20)), .count = true};
  const auto page = test::run_now(world.broker().query("", predicate, part));
  ASSERT_TRUE(page);
  const std::size_t from = std::min(part.offset, expected.size());
  const std::size_t to = std::min(from + 7, expected.size());
  EXPECT_EQ(page->entities,
            (std::vector<ngsi::EntityPtr>(expected.begin() + static_cast<std::ptrdiff_t>(from),
                                          expected.begin() + static_cast<std::ptrdiff_t>(to))));
  EXPECT_EQ(page->count, expected.size());
  EXPECT_EQ(page->more, to < expected.size());
}

TEST(Planner, AnswersAsAFullScanDoes) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    test::World world;
    Dice dice(seed);
    std::vector<Write> writes;
    for (int i = 0; i < kEntities; ++i) writes.push_back(put(world.parsed(entity(dice, i))));
    ASSERT_TRUE(world.broker().write_blocking("", std::move(writes), Origin::api()));
    for (int round = 0; round < 5; ++round) {
      if (round == 3) world.reopen();
      const auto all = everything(world);
      ASSERT_EQ(all.size(), world.broker().usage().entities);
      for (int i = 0; i < 60 && !testing::Test::HasFailure(); ++i) {
        check_one(world, dice, all, tally);
      }
      stir(world, dice);
    }
  }
  EXPECT_GE(tally.telling * 100, tally.queries * 30) << tally.telling << " of " << tally.queries;
  for (const Plan plan : {Plan::kIds, Plan::kType, Plan::kNumber, Plan::kText, Plan::kInstant,
                          Plan::kGeo, Plan::kScan}) {
    EXPECT_GE(tally.plans[plan], 50) << "plan " << static_cast<int>(plan);
  }
}

TEST(Query, EndsWhenItTakesTooLong) {
  Options options;
  options.query_cpu_ms_max = 0;
  options.slice_us = 0;
  test::World world(std::move(options));
  std::vector<Write> writes;
  Dice dice(1);
  for (int i = 0; i < 100; ++i) writes.push_back(put(world.parsed(entity(dice, i))));
  ASSERT_TRUE(world.broker().write_blocking("", std::move(writes), Origin::api()));
  EXPECT_EQ(world.query({.q = "t!=\"none\""}).error().code, Code::kTooComplexQuery);
}

TEST(Query, IsLoggedWhenItIsSlow) {
  Options options;
  options.slow_query_us = 1;
  test::World world(std::move(options));
  std::vector<Write> writes;
  Dice dice(1);
  for (int i = 0; i < 500; ++i) writes.push_back(put(world.parsed(entity(dice, i))));
  ASSERT_TRUE(world.broker().write_blocking("", std::move(writes), Origin::api()));
  testing::internal::CaptureStderr();
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(world.query({.q = "t!=\"secret\";n>=0"}, {.count = true}));
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("event=context.slow_query"), std::string::npos) << log;
  EXPECT_NE(log.find("plan=scan"), std::string::npos) << log;
  EXPECT_NE(log.find("looked_at=500"), std::string::npos) << log;
  EXPECT_EQ(log.find("secret"), std::string::npos) << log;
  // Twenty in one minute, forty where another minute begins meanwhile.
  const auto lines = std::count(log.begin(), log.end(), '\n');
  EXPECT_TRUE(lines == 20 || (lines > 20 && lines <= 40)) << lines;
}

TEST(Query, ChecksThePage) {
  test::World world;
  EXPECT_EQ(world.query({}, {.limit = 1'001}).error().code, Code::kTooManyResults);
  EXPECT_EQ(world.query({}, {.limit = 0}).error().code, Code::kBadRequestData);
  EXPECT_EQ(world.query({}, {.limit = 0, .count = true})->count, 0U);
  ASSERT_TRUE(world.create(R"({"id":"urn:1","type":"Tree"})"));
  EXPECT_EQ(world.query({.type = "None"}, {.count = true})->count, 0U);
  EXPECT_EQ(world.query({}, {.offset = 1'000'001}).error().code, Code::kBadRequestData);
}

}  // namespace
}  // namespace revier::context
