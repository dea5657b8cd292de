// SPDX-License-Identifier: EUPL-1.2
#include "context/entity_maps.h"

#include <gmock/gmock.h>

#include "support/context_world.h"

namespace revier::context {
namespace {

using test::must;

EntityMap map_with(std::size_t places, std::string owner = "anna") {
  EntityMap map{.tenant = "herne"};
  map.owner = std::move(owner);
  for (std::size_t i = 0; i < places; ++i) {
    map.places.push_back({.id = "urn:r:" + std::to_string(i), .here = true});
  }
  return map;
}

class EntityMapsTest : public testing::Test {
 protected:
  std::unique_ptr<EntityMaps> maps(EntityMapOptions options = {}) {
    return EntityMaps::make(world_.clock(), options);
  }
  static MapKey key(const EntityMap& map) { return {map.tenant, map.owner, map.id}; }
  test::World world_;
};

TEST_F(EntityMapsTest, AreTheirMakersAlone) {
  const auto kept = maps();
  const EntityMapPtr map = must(kept->add(map_with(2), {}));
  EXPECT_EQ(kept->find(key(*map)), map);
  EXPECT_EQ(kept->find({"", "anna", map->id}), nullptr);
  EXPECT_EQ(kept->find({"herne", "berta", map->id}), nullptr);
  EXPECT_FALSE(kept->remove({"herne", "berta", map->id}));
  EXPECT_FALSE(kept->expire_at({"bochum", "anna", map->id}, world_.clock().now()));
  EXPECT_TRUE(kept->remove(key(*map)));
  EXPECT_EQ(kept->find(key(*map)), nullptr);
}

TEST_F(EntityMapsTest, EndInTime) {
  const auto kept = maps();
  const EntityMapPtr one = must(kept->add(map_with(1), {}));
  const EntityMapPtr brief = must(kept->add(map_with(1), Duration::seconds(5)));
  const EntityMapPtr longest = must(kept->add(map_with(1), Duration::days(3650)));
  EXPECT_EQ(longest->expires_at, world_.clock().now() + Duration::hours(24));
  world_.clock().advance(Duration::seconds(5));
  EXPECT_EQ(kept->find(key(*brief)), nullptr);
  EXPECT_NE(kept->find(key(*one)), nullptr);
  EXPECT_TRUE(kept->expire_at(key(*one), world_.clock().now() + Duration::days(9)));
  EXPECT_EQ(kept->find(key(*one))->expires_at, world_.clock().now() + Duration::hours(24));
  EXPECT_TRUE(kept->expire_at(key(*one), Instant{}));
  EXPECT_EQ(kept->find(key(*one)), nullptr);
}

TEST_F(EntityMapsTest, AreBounded) {
  const auto kept = maps({.maps_max = 3, .places_max = 10, .map_places_max = 6});
  EXPECT_EQ(kept->add(map_with(7), {}).error().code, Code::kTooManyResults);
  const EntityMapPtr first = must(kept->add(map_with(1), Duration::seconds(50)));
  const EntityMapPtr second = must(kept->add(map_with(1), Duration::seconds(40)));
  const EntityMapPtr third = must(kept->add(map_with(1), Duration::seconds(60)));
  const EntityMapPtr fourth = must(kept->add(map_with(1), Duration::seconds(70)));
  EXPECT_EQ(kept->find(key(*second)), nullptr) << "the first to end goes";
  EXPECT_NE(kept->find(key(*first)), nullptr);
  const EntityMapPtr large = must(kept->add(map_with(6), Duration::seconds(80)));
  const EntityMapPtr larger = must(kept->add(map_with(5), Duration::seconds(90)));
  EXPECT_EQ(kept->find(key(*large)), nullptr);
  EXPECT_NE(kept->find(key(*larger)), nullptr);
}

TEST_F(EntityMapsTest, NobodyDrivesOutTheMapsOfOthers) {
  const auto kept = maps({.maps_max = 10, .places_max = 100, .map_places_max = 30});
  std::vector<EntityMapPtr> of_others;
  for (const char* const owner : {"anna", "berta", ""}) {
    of_others.push_back(must(kept->add(map_with(1, owner), Duration::seconds(1))));
  }
  for (int i = 0; i < 40; ++i) (void)must(kept->add(map_with(1, "greedy"), {}));
  for (int i = 0; i < 40; ++i) (void)must(kept->add(map_with(30, "large"), {}));
  const EntityMapPtr last = must(kept->add(map_with(30, "large"), {}));
  for (const EntityMapPtr& map : of_others) EXPECT_EQ(kept->find(key(*map)), map) << map->owner;
  EXPECT_EQ(kept->find(key(*last)), last);
}

TEST_F(EntityMapsTest, KeepThePlacesOfThoseThatStay) {
  const auto kept = maps();
  EntityMapPtr map = must(kept->add(map_with(6), {}));
  kept->take_out(key(*map), {"urn:r:1", "urn:r:2"});
  map = kept->find(key(*map));
  const MapPage page = page_of_map(*map, {}, 0, 2);
  EXPECT_THAT(page.ids, testing::ElementsAre("urn:r:0", "urn:r:3"));
  EXPECT_EQ(page.next, 4U);
  const MapPage rest = page_of_map(*map, {}, 4, 2);
  EXPECT_THAT(rest.ids, testing::ElementsAre("urn:r:4", "urn:r:5"));
  EXPECT_FALSE(rest.next);
  EXPECT_THAT(page_of_map(*map, {"urn:r:1", "urn:r:5"}, 0, 9).ids, testing::ElementsAre("urn:r:5"));
  EXPECT_EQ(map_json(*map).find("urn:r:1"), std::string::npos);
}

TEST_F(EntityMapsTest, CountLongIdsForMore) {
  const auto kept = maps({.places_max = 10, .map_places_max = 3});
  EntityMap map = map_with(1);
  map.places.front().sources.emplace_back("urn:reg:" + std::string(3 * 256, 'x'));
  EXPECT_EQ(kept->add(std::move(map), {}).error().code, Code::kTooManyResults);
  EXPECT_TRUE(kept->add(map_with(3), {}));
}

TEST_F(EntityMapsTest, LinkWhatASourceMadeAnewWhereItKnowsAllOfIt) {
  const auto kept = maps();
  const Distribution::LinkedMap link{"urn:map:2", "/entityMaps/urn:map:2"};
  for (const std::size_t places : {std::size_t{1}, std::size_t{2}}) {
    EntityMap map = map_with(places);
    map.linked = {{"urn:reg:1", {"urn:map:1", "/entityMaps/urn:map:1"}}};
    const EntityMapPtr one = must(kept->add(std::move(map), {}));
    kept->relink({"herne", "berta", one->id}, {{"urn:reg:1", link}});
    EXPECT_EQ(kept->find(key(*one))->linked.at("urn:reg:1").id, "urn:map:1");
    kept->relink(key(*one), {{"urn:reg:1", link}});
    const EntityMapPtr now = kept->find(key(*one));
    EXPECT_EQ(now->linked.contains("urn:reg:1"), places == 1);
    if (places == 1) EXPECT_EQ(now->linked.at("urn:reg:1").location, link.location);
    kept->relink(key(*one), {{"urn:reg:1", std::nullopt}});
    EXPECT_TRUE(kept->find(key(*one))->linked.empty());
  }
}

}  // namespace
}  // namespace revier::context
