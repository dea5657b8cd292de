// SPDX-License-Identifier: EUPL-1.2
#include "context/broker.h"

#include <gtest/gtest.h>

#include "support/context_world.h"

namespace revier::context {
namespace {

using test::World;

std::string room(std::string_view id, int seats) {
  return fmt::format(R"({{"id":"urn:room:{}","type":"Room","seats":{}}})", id, seats);
}

Write set_seats(const World& world, std::string_view id, int seats) {
  return merge(fmt::format("urn:room:{}", id),
               world.parsed(fmt::format(R"({{"seats":{}}})", seats)));
}

TEST(Broker, TellsWhatBecameOfEachWrite) {
  World world;
  ASSERT_TRUE(world.create(room("a", 1)));
  EXPECT_EQ(world.create(room("a", 2)).error().code, Code::kAlreadyExists);
  EXPECT_EQ(world.value("urn:room:a", "seats"), "1");
  EXPECT_EQ(world.write(set_seats(world, "b", 1)).error().code, Code::kResourceNotFound);
  EXPECT_EQ(world.broker().find("other", "urn:room:a"), nullptr);
  ASSERT_TRUE(world.write(remove("urn:room:a")));
  EXPECT_EQ(world.broker().find("", "urn:room:a"), nullptr);
  EXPECT_EQ(world.broker().usage().entities, 0U);
}

TEST(Broker, LetsALaterWriteOfAJobSeeTheEarlier) {
  World world;
  std::vector<Write> writes;
  writes.push_back(create(world.parsed(room("a", 1))));
  writes.push_back(set_seats(world, "a", 2));
  writes.push_back(remove("urn:room:a"));
  writes.push_back(set_seats(world, "a", 3));
  writes.push_back(create(world.parsed(room("a", 4))));
  writes.push_back(set_seats(world, "a", 5));
  const auto outcomes = world.broker().write_blocking("", std::move(writes), Origin::api());
  ASSERT_TRUE(outcomes);
  std::vector<bool> good;
  for (const auto& outcome : *outcomes) good.push_back(outcome.has_value());
  EXPECT_EQ(good, (std::vector<bool>{true, true, true, false, true, true}));
  EXPECT_EQ(world.value("urn:room:a", "seats"), "5");
  EXPECT_EQ(world.query({.type = "Room"})->entities.size(), 1U);
  world.reopen();
  EXPECT_EQ(world.value("urn:room:a", "seats"), "5");
}

TEST(Broker, AnswersTheSameAfterARestart) {
  World world;
  for (const char* id : {"d", "b", "a", "c", "e"}) ASSERT_TRUE(world.create(room(id, id[0])));
  ASSERT_TRUE(world.write(remove("urn:room:b")));
  ASSERT_TRUE(world.write(set_seats(world, "a", 7)));
  ASSERT_TRUE(world.create(room("b", 9)));
  const auto answers = [&] {
    std::vector<std::string> all;
    for (const ngsi::Selection& selection :
         {ngsi::Selection{.type = "Room"}, ngsi::Selection{.q = "seats>90"},
          ngsi::Selection{.q = "seats<=9"}, ngsi::Selection{.ids = {"urn:room:e", "urn:room:d"}}}) {
      const auto found = world.query(selection);
      for (const auto& entity : found->entities) all.push_back(world.simple(entity));
    }
    return all;
  };
  const std::vector<std::string> before = answers();
  EXPECT_EQ(before.front(), world.simple(world.broker().find("", "urn:room:d")));
  EXPECT_EQ(before[4], world.simple(world.broker().find("", "urn:room:b")));
  const auto usage = world.broker().usage();
  world.reopen();
  EXPECT_EQ(answers(), before);
  EXPECT_EQ(world.broker().usage().memory_bytes, usage.memory_bytes);
  // Numbers of creation go on behind the stored ones.
  ASSERT_TRUE(world.create(room("0", 1)));
  EXPECT_EQ(world.query({.type = "Room"})->entities.back()->id(), "urn:room:0");
}

TEST(Broker, LetsOnlyTheOwnerWriteAnOwnedType) {
  Options options;
  options.owned_types = {
      {"https://uri.etsi.org/ngsi-ld/default-context/Room", "event", "/api/v1/rooms"}};
  World world(std::move(options));
  const auto refused = world.create(room("a", 1));
  EXPECT_EQ(refused.error().code, Code::kForbidden);
  EXPECT_NE(refused.error().message.find("/api/v1/rooms"), std::string::npos);
  ASSERT_TRUE(world.write(put(world.parsed(room("a", 1))), Origin::domain("event")));
  for (Write& write : std::vector<Write>{set_seats(world, "a", 2), remove("urn:room:a")}) {
    EXPECT_EQ(world.write(std::move(write)).error().code, Code::kForbidden);
  }
  ASSERT_TRUE(world.create(R"({"id":"urn:hall:a","type":"Hall"})"));
  // Nor may an entity become one of that type.
  const Write grows = append("urn:hall:a", world.parsed(R"({"type":"Room"})"), true);
  EXPECT_EQ(world.write(grows).error().code, Code::kForbidden);
  EXPECT_EQ(world.value("urn:room:a", "seats"), "1");
}

TEST(Broker, StopsCreatingWhenMemoryIsNearlyFull) {
  Options options;
  options.memory_bytes_max = 40'000;
  World world(std::move(options));
  int created = 0;
  Result<Change> last;
  while ((last = world.create(room(std::to_string(created), 1)))) ++created;
  EXPECT_EQ(last.error().code, Code::kInsufficientStorage);
  EXPECT_GT(created, 20);
  EXPECT_FALSE(world.broker().usage().creating);
  EXPECT_TRUE(world.write(set_seats(world, "0", 2)));
  EXPECT_EQ(world.value("urn:room:0", "seats"), "2");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.write(remove(fmt::format("urn:room:{}", i))));
  EXPECT_TRUE(world.create(room("new", 1)));
}

TEST(Broker, KeepsTheQuotasOfTenants) {
  Options options;
  options.tenant_quota.entities = 3;
  test::World world(std::move(options));
  const auto thing = [](int n) { return fmt::format(R"({{"id":"urn:t:{}","type":"Tree"}})", n); };
  std::vector<Write> writes;
  for (int i = 0; i < 5; ++i) writes.push_back(create(world.parsed(thing(i))));
  writes.push_back(remove("urn:t:0"));
  writes.push_back(create(world.parsed(thing(6))));
  const auto outcomes = world.broker().write_blocking("herne", std::move(writes), Origin::api());
  ASSERT_TRUE(outcomes);
  std::string told;
  for (const auto& outcome : *outcomes) told += outcome ? '+' : '-';
  EXPECT_EQ(told, "+++--++");
  EXPECT_EQ((*outcomes)[3].error().code, Code::kForbidden);
  EXPECT_EQ((*outcomes)[3].error().field, "quota");
  world.reopen();
  EXPECT_EQ(world.create(thing(7), "herne").error().code, Code::kForbidden);
  EXPECT_TRUE(world.write(upsert(world.parsed(thing(6))), Origin::api(), "herne"));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(world.create(thing(i))) << "the default tenant has none";
  EXPECT_TRUE(world.create(thing(7), "ruhr"));
  for (const std::string_view tenant : {"", "ruhr"}) {
    const std::string space = space_name(tenant, "urn:s:1");
    world.broker().open_space(space);
    // Together with the one that the tenant has.
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(world.create(thing(i), space));
    EXPECT_EQ(world.create(thing(4), space).has_value(), tenant.empty());
  }
  EXPECT_FALSE(world.create(thing(8), "ruhr"));
  ASSERT_TRUE(world.broker().drop_space(space_name("ruhr", "urn:s:1")));
  EXPECT_TRUE(world.create(thing(8), "ruhr"));
  EXPECT_TRUE(world.create(thing(1), "ruhr2")) << "is not a snapshot of ruhr";
}

TEST(Broker, KeepsTheMemoryQuotaOfTenants) {
  Options options;
  options.tenant_quota.memory_bytes = 1;
  test::World world(std::move(options));
  EXPECT_TRUE(world.create(R"({"id":"urn:t:1","type":"Tree"})", "herne"));
  const auto second = world.create(R"({"id":"urn:t:2","type":"Tree"})", "herne");
  EXPECT_EQ(second.error().code, Code::kForbidden);
  const auto write = [&](std::string_view attribute) {
    return world.write(
        upsert(world.parsed(fmt::format(R"({{"id":"urn:t:1","type":"Tree"{}}})", attribute))),
        Origin::api(), "herne");
  };
  EXPECT_EQ(write(fmt::format(R"(,"a":"{}")", std::string(500, 'x'))).error().field, "quota");
  EXPECT_TRUE(write("")) << "it does not grow";
  EXPECT_TRUE(world.write(remove("urn:t:1"), Origin::api(), "herne"));
}

TEST(RequestQuota, CountsEachTenantApart) {
  RequestQuota quota(2);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(quota.take("herne", 0)) << i;
  EXPECT_EQ(quota.take("herne", 0).error().code, Code::kTooManyRequests);
  EXPECT_TRUE(quota.take("ruhr", 0));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(quota.take("", 0));
  EXPECT_TRUE(quota.take("herne", 500'000));
  EXPECT_FALSE(quota.take("herne", 500'000));
  RequestQuota none(0);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(none.take("herne", 0));
}

TEST(Broker, CountsNoMemoryWhenAllIsGone) {
  World world;
  const std::string entity = R"({"id":"urn:a","type":["A","B"],"n":[1,2,3],"t":"x",
      "at":"2025-01-20T08:00:00Z","location":{"type":"Point","coordinates":[7.2,51.5]}})";
  ASSERT_TRUE(world.create(entity));
  EXPECT_GT(world.broker().usage().memory_bytes, 300U);
  ASSERT_TRUE(world.write(remove("urn:a")));
  EXPECT_EQ(world.broker().usage().memory_bytes, 0U);
  EXPECT_TRUE(world.broker().types("").empty());
  EXPECT_TRUE(world.broker().attributes("").empty());
}

TEST(Broker, TakesPublicationsInOrderOfTheirRevision) {
  World world;
  const std::string iri = *world.context().expand_name("seats");
  const auto publish = [&](std::string_view id, std::string value, std::uint64_t revision) {
    return world.broker().apply_publication("", {std::string(id), iri, std::move(value), revision},
                                            Origin::domain("ticket"));
  };
  EXPECT_EQ(publish("urn:room:a", "1", 1).error().code, Code::kResourceNotFound);
  ASSERT_TRUE(world.create(room("a", 100)));
  EXPECT_TRUE(publish("urn:room:a", "99", 1));
  EXPECT_TRUE(publish("urn:room:a", "97", 3));
  EXPECT_TRUE(publish("urn:room:a", "98", 2));
  EXPECT_EQ(world.value("urn:room:a", "seats"), "97");
  world.reopen();
  EXPECT_TRUE(publish("urn:room:a", "98", 3));
  EXPECT_EQ(world.value("urn:room:a", "seats"), "97");
  EXPECT_TRUE(publish("urn:room:a", "96", 4));
  EXPECT_EQ(world.value("urn:room:a", "seats"), "96");
}

class Recorder final : public ChangeListener {
 public:
  void on_change(const Change& change) override { changes.push_back(change); }
  std::vector<Change> changes;
};

TEST(Broker, TellsListenersInOrder) {
  World world;
  Recorder recorder;
  world.broker().add_listener(recorder);
  ASSERT_TRUE(world.create(room("a", 1)));
  ASSERT_FALSE(world.create(room("a", 1)));
  ASSERT_TRUE(world.write(set_seats(world, "a", 2)));
  ASSERT_TRUE(world.write(remove("urn:room:a")));
  world.broker().remove_listener(recorder);
  ASSERT_TRUE(world.create(room("b", 1)));
  ASSERT_EQ(recorder.changes.size(), 3U);
  for (std::size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(recorder.changes[i].what.before, recorder.changes[i - 1].what.after);
    EXPECT_EQ(recorder.changes[i].sequence, recorder.changes[i - 1].sequence + 1);
  }
  EXPECT_EQ(recorder.changes[2].what.after, nullptr);
}

TEST(Broker, FreesNamesThatNothingHas) {
  World world;
  for (int i = 0; i < 1'500; ++i) {
    ASSERT_TRUE(
        world.create(fmt::format(R"({{"id":"urn:x:{0}","type":"X","once{0}":1,"always":2}})", i)));
    ASSERT_TRUE(world.write(remove(fmt::format("urn:x:{}", i))));
  }
  EXPECT_LT(world.broker().names("").size(), 600U);
  ASSERT_TRUE(world.create(R"({"id":"urn:x","type":"X","once7":7})"));
  world.reopen();
  EXPECT_LT(world.broker().names("").size(), 600U);
  EXPECT_EQ(world.value("urn:x", "once7"), "7");
}

TEST(Broker, KeepsTenantsApart) {
  World world;
  ASSERT_TRUE(world.create(room("a", 1)));
  ASSERT_TRUE(world.create(room("a", 2), "herne"));
  ASSERT_TRUE(world.write(remove("urn:room:a"), Origin::api(), "herne"));
  world.reopen();
  EXPECT_EQ(world.value("urn:room:a", "seats"), "1");
  EXPECT_EQ(world.broker().find("herne", "urn:room:a"), nullptr);
  EXPECT_EQ(world.broker().types("herne").size(), 0U);
}

TEST(Broker, SpacesComeAndGo) {
  World world;
  ASSERT_TRUE(world.create(room("a", 1)));
  const std::string space = space_name("", "urn:s:1");
  EXPECT_EQ(world.create(room("a", 2), space).error().code, Code::kResourceNotFound);
  world.broker().open_space(space);
  ASSERT_TRUE(world.create(room("a", 2), space));
  EXPECT_EQ(world.broker().usage().entities, 2U);
  world.reopen();  // it has rows, so it is there
  ASSERT_TRUE(world.create(room("b", 3), space));
  const ngsi::EntityPtr read = world.broker().find(space, "urn:room:b");
  const std::size_t memory = world.broker().usage().memory_bytes;
  ASSERT_TRUE(world.broker().drop_space(space));
  EXPECT_EQ(read->id(), "urn:room:b");                     // who reads it still may
  EXPECT_EQ(world.broker().usage().memory_bytes, memory);  // and so long it is taken
  EXPECT_EQ(world.broker().find(space, "urn:room:b"), nullptr);
  EXPECT_EQ(world.create(room("c", 1), space).error().code, Code::kResourceNotFound);
  EXPECT_EQ(world.broker().usage().entities, 1U);
  world.broker().open_space(space);
  EXPECT_EQ(world.broker().find(space, "urn:room:a"), nullptr);
  world.reopen();
  EXPECT_EQ(world.broker().find(space, "urn:room:a"), nullptr);
  EXPECT_EQ(world.value("urn:room:a", "seats"), "1");
}

TEST(Broker, SpacesSayWhoseTheyAre) {
  const std::string space = space_name("herne", "urn:s:~1");
  EXPECT_EQ(tenant_of_space(space), "herne");
  EXPECT_EQ(snapshot_of_space(space), "urn:s:~1");
  EXPECT_EQ(tenant_of_space("herne"), "herne");
  EXPECT_EQ(snapshot_of_space("herne"), "");
}

TEST(Broker, RefusesARowWhoseNamesAreNotThere) {
  World world;
  ASSERT_TRUE(world.create(room("a", 1)));
  const auto taken = world.store().writer().run_blocking([](store::Batch& batch) -> Result<> {
    batch.erase_prefix(store::Column::kNames, std::string(1, '\0'));
    return {};
  });
  ASSERT_TRUE(taken);
  const auto opened = Broker::open(world.store(), world.clock(), {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
  EXPECT_NE(opened.error().message.find("urn:room:a"), std::string::npos);
}

TEST(Broker, RefusesADamagedRow) {
  World world;
  ASSERT_TRUE(world.create(room("a", 1)));
  const auto damaged = world.store().writer().run_blocking([](store::Batch& batch) -> Result<> {
    batch.put(store::Column::kEntities, std::string("\0urn:room:a", 11), "12345678nonsense");
    return {};
  });
  ASSERT_TRUE(damaged);
  const auto opened = Broker::open(world.store(), world.clock(), {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
  EXPECT_NE(opened.error().message.find("urn:room:a"), std::string::npos);
}

TEST(Broker, NeverStampsBackwards) {
  World world;
  const auto first = world.create(room("a", 1));
  world.clock().advance(Duration::hours(-1));
  const auto second = world.write(set_seats(world, "a", 2));
  ASSERT_TRUE(first && second);
  EXPECT_GE(second->what.after->modified_at(), first->what.after->modified_at());
}

}  // namespace
}  // namespace revier::context
