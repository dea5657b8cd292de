// SPDX-License-Identifier: EUPL-1.2
// Entity maps over HTTP: of what is here, and of what other sources have.
#include <gmock/gmock.h>

#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::Node;
using test::RawAnswer;
using test::Source;
using testing::HasSubstr;
using testing::Not;

std::string map_of(const RawAnswer& answer) {
  return std::string(answer.field("NGSILD-EntityMap"));
}
std::string path_of_map(const RawAnswer& answer) {
  return map_of(answer).substr(std::string_view("/ngsi-ld/v1").size());
}

class MapsTest : public testing::Test {
 protected:
  RawAnswer with_map(std::string_view path, const std::string& map) {
    return here_.ask("GET", path, "", "NGSILD-EntityMap: " + map + "\r\n");
  }
  static void make_rooms(Node& node, int from, int to) {
    for (int i = from; i < to; ++i) {
      node.make(fmt::format(R"({{"id":"urn:r:{}","type":"Room","seats":{}}})", i, i));
    }
  }
  static std::string ids(const RawAnswer& answer) {
    const auto document = json::Document::parse(answer.body);
    std::string out;
    if (!document) return answer.body;
    for (const json::Value entity : document->root().elements()) {
      const auto id = entity.find("id");
      out += id ? std::string(id->as_string()->substr(6)) : "?";
    }
    return out;
  }
  Node here_{"here"};
};

TEST_F(MapsTest, AreMadeShownChangedAndRemoved) {
  make_rooms(here_, 0, 3);
  const auto made = here_.ask("GET", "/entityMaps?type=Room&q=seats%3E0");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("entityMap":{"urn:r:1":["@none"],"urn:r:2":["@none"]})"));
  const std::string path = path_of_map(made);
  EXPECT_EQ(here_.get(path), made.body);
  EXPECT_EQ(
      here_.ask("PATCH", path, R"({"expiresAt":"2025-01-20T08:30:00Z","entityMap":{}})").status,
      204);
  EXPECT_THAT(here_.get(path), HasSubstr(R"("expiresAt":"2025-01-20T08:30:00Z")"));
  EXPECT_THAT(here_.get(path), HasSubstr("urn:r:1"));
  EXPECT_EQ(here_.ask("PATCH", path, R"({"expiresAt":"tomorrow"})").status, 400);
  EXPECT_EQ(here_.ask("GET", path, "", "NGSILD-Tenant: herne\r\n").status, 404);
  EXPECT_EQ(here_.ask("DELETE", path).status, 204);
  EXPECT_EQ(here_.ask("DELETE", path).status, 404);
  EXPECT_EQ(here_.ask("GET", path).status, 404);
  EXPECT_EQ(here_.ask("GET", "/entityMaps/nouri").status, 400);
  EXPECT_EQ(here_.ask("GET", "/entityMaps?id=urn:r:1").status, 400);
  EXPECT_EQ(here_.ask("GET", "/entityMaps?type=Room&entityMapLifetime=1hour").status, 400);
  const auto by_body = here_.ask("POST", "/entityMaps",
                                 R"({"type":"Query","entities":[{"type":"Room"}],"q":"seats==2"})");
  EXPECT_EQ(by_body.status, 201);
  EXPECT_THAT(by_body.body, HasSubstr(R"("entityMap":{"urn:r:2":["@none"]})"));
}

TEST_F(MapsTest, FixWhatAQueryIsAbout) {
  make_rooms(here_, 0, 5);
  const auto first = here_.ask("GET", "/entities?type=Room&entityMap=true&limit=2");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(ids(first), "01");
  EXPECT_TRUE(first.has("offset=2&type=Room>; rel=\"next\""));
  make_rooms(here_, 5, 7);
  ASSERT_EQ(here_.ask("DELETE", "/entities/urn:r:0").status, 204);
  const auto second = with_map("/entities?type=Room&limit=2&offset=2", map_of(first));
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(ids(second), "23") << "places do not move";
  EXPECT_EQ(map_of(second), map_of(first));
  EXPECT_EQ(ids(with_map("/entities?type=Room&limit=2&offset=4", map_of(first))), "4");
  EXPECT_EQ(ids(with_map("/entities?type=Room&id=urn:r:3,urn:r:6", map_of(first))), "3");
  const auto refilled = with_map("/entities?type=Room&limit=3&count=true", map_of(first));
  EXPECT_EQ(ids(refilled), "123");
  EXPECT_EQ(refilled.field("NGSILD-Results-Count"), "4");
  EXPECT_THAT(here_.get(path_of_map(first)), Not(HasSubstr("urn:r:0")));
  const auto ordered =
      here_.ask("GET", "/entities?type=Room&entityMap=true&orderBy=seats;desc&limit=2");
  EXPECT_EQ(ids(ordered), "65");
  EXPECT_EQ(ids(with_map("/entities?type=Room&limit=2&offset=2", map_of(ordered))), "43");
  const auto body = here_.ask("POST", "/entityOperations/query",
                              R"({"type":"Query","entityMap":true,"entities":[{"type":"Room"}]})");
  EXPECT_EQ(body.status, 201);
  EXPECT_EQ(ids(body), "123456");
}

TEST_F(MapsTest, AreMadeAnewWhereTheyAreGone) {
  make_rooms(here_, 0, 2);
  const auto first = here_.ask("GET", "/entities?type=Room&entityMap=true");
  here_.world().clock().advance(Duration::hours(2));
  const auto second = with_map("/entities?type=Room", map_of(first));
  EXPECT_EQ(second.status, 201);
  EXPECT_NE(map_of(second), map_of(first));
  EXPECT_EQ(ids(second), "01");
  const auto one = here_.ask("GET", "/entities/urn:r:1?entityMap=true");
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(here_.get(path_of_map(one)), HasSubstr(R"("entityMap":{"urn:r:1":["@none"]})"));
  EXPECT_EQ(map_of(with_map("/entities/urn:r:1", map_of(one))), map_of(one));
  const auto other = with_map("/entities/urn:r:1", "urn:ngsi-ld:entitymap:dead");
  EXPECT_EQ(other.status, 200);
  EXPECT_THAT(map_of(other), Not(HasSubstr("dead")));
  EXPECT_EQ(with_map("/entities/urn:r:9", map_of(one)).status, 404);
}

TEST_F(MapsTest, TellWhereEntitiesLie) {
  Node there("there");
  here_.make_registration(R"("id":"urn:reg:1",)" + std::string(kRooms), there.url());
  make_rooms(here_, 0, 2);
  make_rooms(there, 1, 5);
  const auto first = here_.ask("GET", "/entities?type=Room&entityMap=true&limit=3");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(ids(first), "012");
  EXPECT_THAT(here_.get(path_of_map(first)),
              HasSubstr(R"("urn:r:0":["@none"],"urn:r:1":["@none","urn:reg:1"],)"
                        R"("urn:r:2":["urn:reg:1"])"));
  make_rooms(there, 5, 6);
  ASSERT_EQ(there.ask("DELETE", "/entities/urn:r:3").status, 204);
  const auto second = with_map("/entities?type=Room&limit=3&offset=3", map_of(first));
  EXPECT_EQ(ids(second), "4");
  EXPECT_THAT(here_.get(path_of_map(first)), Not(HasSubstr("urn:r:3")));
  const auto one = here_.ask("GET", "/entities/urn:r:4?entityMap=true");
  EXPECT_THAT(here_.get(path_of_map(one)), HasSubstr(R"("urn:r:4":["urn:reg:1"])"));
}

TEST_F(MapsTest, SpareSourcesThatHaveNothing) {
  Source source;
  here_.make_registration(std::string(kRooms), source.url());
  make_rooms(here_, 0, 2);
  source.answer(200, "[]");
  const auto first = here_.ask("GET", "/entities?type=Room&entityMap=true");
  EXPECT_EQ(ids(first), "01");
  const std::size_t asked = source.wait(1).size();
  EXPECT_EQ(ids(with_map("/entities?type=Room", map_of(first))), "01");
  const auto one = here_.ask("GET", "/entities/urn:r:1?entityMap=true");
  const std::size_t again = source.wait(1).size();
  EXPECT_EQ(again, asked + 1) << "for the new map alone";
  (void)with_map("/entities/urn:r:1", map_of(one));
  EXPECT_EQ(source.wait(1).size(), again);
}

TEST_F(MapsTest, KeepWhatASourceDoesNotAnswerFor) {
  Source source;
  here_.make_registration(std::string(kRooms), source.url());
  source.answer(200, R"([{"id":"urn:r:7","type":"Room","seats":7}])");
  const auto first = here_.ask("GET", "/entities?type=Room&entityMap=true");
  EXPECT_EQ(ids(first), "7");
  source.answer(500, "");
  EXPECT_EQ(ids(with_map("/entities?type=Room", map_of(first))), "");
  source.answer(200, R"([{"id":"urn:r:7","type":"Room","seats":7}])");
  EXPECT_EQ(ids(with_map("/entities?type=Room", map_of(first))), "7");
}

TEST_F(MapsTest, AskInPortions) {
  Source source;
  here_.make_registration(std::string(kRooms), source.url());
  std::string list;
  for (int i = 0; i < 250; ++i) list += fmt::format("{}urn:r:{}", i == 0 ? "" : ",", i);
  source.answer(200, "[]");
  (void)here_.ask("GET", "/entities?type=Room&id=" + list);
  EXPECT_EQ(source.wait(3).size(), 3U);
}

}  // namespace
}  // namespace revier::federation
