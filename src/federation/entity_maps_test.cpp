// SPDX-License-Identifier: EUPL-1.2
// Entity maps over HTTP: of what is here, of what other sources have, and those that they make.
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

// --- Maps at the sources -------------------------------------------------------------------------

// The id of the one map that is linked; empty: none is.
std::string linked_in(const std::string& map) {
  const auto document = json::Document::parse(map);
  const auto linked = document ? document->root().find("linkedMaps") : std::nullopt;
  if (!linked) return "?";
  for (const auto [registration, id] : linked->members()) {
    EXPECT_EQ(registration, "urn:reg:1");
    return std::string(*id.as_string());
  }
  return {};
}

std::string source_map(std::string_view entities) {
  return fmt::format(R"({{"id":"urn:map:1","type":"EntityMap","entityMap":{{{}}}}})", entities);
}

class LinkedMapsTest : public MapsTest {
 protected:
  void register_rooms(const std::string& url, std::string_view more = kRooms) {
    here_.make_registration(R"("id":"urn:reg:1",)" + std::string(more), url);
  }
  RawAnswer new_map(std::string_view query = "type=Room") {
    return here_.ask("GET", fmt::format("/entityMaps?{}", query));
  }
  // What the last request to the source said.
  std::string last() { return source_.heads().empty() ? "" : source_.heads().back(); }
  Source source_;
};

TEST_F(LinkedMapsTest, AreMadeAndGoneBy) {
  Node there("there");
  register_rooms(there.url());
  make_rooms(here_, 0, 2);
  make_rooms(there, 1, 5);
  const auto made = new_map();
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("urn:r:0":["@none"],"urn:r:1":["@none","urn:reg:1"],)"
                                   R"("urn:r:2":["urn:reg:1"],"urn:r:3":["urn:reg:1"],)"
                                   R"("urn:r:4":["urn:reg:1"]})"));
  const std::string linked = "/entityMaps/" + linked_in(made.body);
  EXPECT_THAT(there.get(linked), HasSubstr(R"("entityMap":{"urn:r:1":["@none"],"urn:r:2":)"));
  ASSERT_EQ(there.ask("DELETE", "/entities/urn:r:3").status, 204);
  EXPECT_EQ(ids(with_map("/entities?type=Room&limit=2&offset=0", map_of(made))), "01");
  EXPECT_EQ(ids(with_map("/entities?type=Room&limit=2&offset=2", map_of(made))), "24");
  EXPECT_THAT(there.get(linked), Not(HasSubstr("urn:r:3"))) << "it was asked by its map";
  EXPECT_EQ(linked_in(here_.get(path_of_map(made))), linked_in(made.body));
  EXPECT_EQ(here_.ask("DELETE", path_of_map(made)).status, 204);
  EXPECT_EQ(there.ask("GET", linked).status, 200) << "5.14.3 speaks of the own map only";
}

TEST_F(LinkedMapsTest, LastAsLongAsTheirs) {
  Node there("there");
  register_rooms(there.url());
  make_rooms(there, 1, 2);
  const auto made = new_map("type=Room&entityMapLifetime=PT10M");
  const std::string linked = "/entityMaps/" + linked_in(made.body);
  EXPECT_THAT(there.get(linked), HasSubstr(R"("expiresAt":"2025-01-20T08:10:00)"));
}

TEST_F(LinkedMapsTest, AreGoneOnWithoutWhereTheSourceHasLostThem) {
  Node there("there");
  register_rooms(there.url());
  make_rooms(there, 0, 6);
  const auto made = new_map();
  ASSERT_EQ(there.ask("DELETE", "/entityMaps/" + linked_in(made.body)).status, 204);
  for (const int offset : {0, 2, 4}) {
    const auto page =
        with_map(fmt::format("/entities?type=Room&limit=2&offset={}", offset), map_of(made));
    EXPECT_EQ(ids(page), fmt::format("{}{}", offset, offset + 1));
    EXPECT_EQ(linked_in(here_.get(path_of_map(made))), "");
  }
}

TEST_F(LinkedMapsTest, OfASourceThatRefusesToGoByThem) {
  register_rooms(source_.url());
  source_.answer_maps(201, source_map(R"("urn:r:7":["x"])"), "/ngsi-ld/v1/entityMaps/urn:map:1");
  const auto made = new_map();
  EXPECT_EQ(linked_in(made.body), "urn:map:1");
  source_.answer(400, "");
  const auto refused = with_map("/entities?type=Room", map_of(made));
  EXPECT_TRUE(refused.has("NGSILD-Warning: 299"));
  EXPECT_THAT(last(), Not(HasSubstr("urn:map:1"))) << "it was asked again, without";
  source_.answer(200, R"([{"id":"urn:r:7","type":"Room","seats":7}])");
  EXPECT_EQ(ids(with_map("/entities?type=Room", map_of(made))), "7");
  EXPECT_EQ(linked_in(here_.get(path_of_map(made))), "");
}

TEST_F(LinkedMapsTest, OfOneEntity) {
  register_rooms(source_.url());
  source_.answer(200, R"({"id":"urn:r:7","type":"Room","seats":7})");
  source_.answer_maps(404, "", "/x/entityMaps/urn:map:1");
  const auto one = here_.ask("GET", "/entities/urn:r:7?entityMap=true&entityMapLifetime=PT5M");
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(last(), HasSubstr("/entities/urn:r:7?entityMap=true&entityMapLifetime=PT300S&"));
  EXPECT_EQ(linked_in(here_.get(path_of_map(one))), "urn:map:1");
  (void)with_map("/entities/urn:r:7", map_of(one));
  EXPECT_THAT(last(), HasSubstr("NGSILD-EntityMap: /x/entityMaps/urn:map:1\n"));
  EXPECT_THAT(last(), Not(HasSubstr("entityMap=")));
  source_.answer_maps(404, "", "/x/entityMaps/urn:map:2");
  (void)with_map("/entities/urn:r:7", map_of(one));
  EXPECT_EQ(linked_in(here_.get(path_of_map(one))), "urn:map:2") << "5.7.1.4: they are updated";
}

TEST_F(LinkedMapsTest, AreOneForAllPartsOfARegistration) {
  register_rooms(source_.url(),
                 R"("information":[{"entities":[{"type":"Room","idPattern":"^urn:r:[1-5]$"},)"
                 R"({"type":"Hall","id":"urn:h:1"}],"propertyNames":["seats"]},)"
                 R"({"entities":[{"type":"Yard"}]}])");
  source_.answer_maps(
      201, source_map(R"("urn:r:1":[],"urn:r:9":[],"urn:h:1":[],"urn:h:2":[],"urn:y:1":[])"), "");
  const auto some = new_map("attrs=seats&splitEntities=false&type=Room%7CHall");
  EXPECT_THAT(last(), HasSubstr("/entityMaps?attrs=seats&entityMapLifetime=PT3600S&"
                                "type=Room%7CHall\n"));
  EXPECT_THAT(some.body, HasSubstr(R"("entityMap":{"urn:r:1":["urn:reg:1"],"urn:h:1":)"
                                   R"(["urn:reg:1"]},"linkedMaps":{"urn:reg:1":"urn:map:1"}})"));
  source_.answer(200, R"([{"id":"urn:r:1","type":"Room","seats":1,"floor":2},)"
                      R"({"id":"urn:h:1","type":"Hall","seats":1,"floor":2}])");
  const std::size_t before = source_.heads().size();
  const auto page =
      with_map("/entities?type=Room%7CHall&attrs=seats&splitEntities=false", map_of(some));
  EXPECT_EQ(source_.heads().size(), before + 1);
  EXPECT_THAT(page.body, HasSubstr(R"({"id":"urn:h:1","type":"Hall","seats")"));
  EXPECT_THAT(page.body, Not(HasSubstr("floor")));
}

TEST_F(LinkedMapsTest, AreAskedForWithFiltersWhereEntitiesAreWhole) {
  register_rooms(source_.url());
  source_.answer_maps(201, source_map(R"("urn:r:1":[])"), "");
  (void)new_map("type=Room&q=seats%3E3&attrs=seats&splitEntities=false");
  EXPECT_THAT(last(), HasSubstr("q=seats%3E3"));
  (void)new_map("type=Room&q=seats%3E3&attrs=seats&splitEntities=true");
  EXPECT_THAT(last(), Not(HasSubstr("seats")));
  EXPECT_THAT(last(), HasSubstr("Via: 1.1 here\n"));
}

TEST_F(LinkedMapsTest, AreAskedForByABodyWhereThereAreManyIds) {
  register_rooms(source_.url());
  std::string ids;
  for (int i = 0; i < 150; ++i) ids += fmt::format(R"({}"urn:r:{}")", i == 0 ? "" : ",", i);
  source_.answer_maps(201, source_map(R"("urn:r:1":[],"urn:r:200":[])"), "");
  const auto made =
      here_.ask("POST", "/entityMaps",
                fmt::format(R"({{"type":"Query","entities":[{{"type":"Room","id":[{}]}}]}})", ids));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("entityMap":{"urn:r:1":["urn:reg:1"]})"));
  const std::string body = source_.wait(1).back();
  EXPECT_THAT(body, HasSubstr(R"("type":"Room","id":["urn:r:0","urn:r:1",)"));
  EXPECT_THAT(body, HasSubstr(R"("entityMapLifetime":"PT3600S")"));
}

TEST_F(LinkedMapsTest, AreOnlyAskedForWhereTheyAreOffered) {
  register_rooms(source_.url(), std::string(kRooms) + R"(,"operations":["associationOps"])");
  source_.answer(200, R"([{"id":"urn:r:7","type":"Room","seats":7}])");
  source_.answer_maps(201, source_map(R"("urn:r:1":[])"), "");
  const auto made = new_map();
  EXPECT_THAT(made.body, HasSubstr(R"("entityMap":{"urn:r:7":["urn:reg:1"]},"linkedMaps":{})"));
  EXPECT_EQ(source_.heads().size(), 1U);
  EXPECT_THAT(last(), HasSubstr("/entities?"));
}

TEST_F(LinkedMapsTest, AreAMatterOfThoseWhoSeeAll) {
  register_rooms(source_.url());
  source_.answer_maps(201, source_map(R"("urn:r:1":[])"), "");
  EXPECT_EQ(linked_in(new_map("type=Room&local=true").body), "");
  const auto narrowed =
      here_.ask("GET", "/entityMaps?type=Room", "",
                R"(Authorization: Bearer rights=[{"operations":["read"],"types":["Room"]}])"
                "\r\n");
  EXPECT_EQ(narrowed.status, 201) << narrowed.body;
  EXPECT_EQ(narrowed.body.find("urn:map:1"), std::string::npos) << narrowed.body;
  const auto back = here_.ask("GET", "/entityMaps?type=Room", "", "Via: 1.1 here\r\n");
  EXPECT_EQ(linked_in(back.body), "");
  EXPECT_EQ(source_.heads().size(), 0U);
}

// What is no map is none: the source is asked for its entities. What cannot be taken is warned of.
TEST_F(LinkedMapsTest, AreNotBelievedBlindly) {
  register_rooms(source_.url());
  source_.answer(200, R"([{"id":"urn:r:7","type":"Room","seats":7}])");
  const std::vector<std::string> none = {
      "",
      "[]",
      "{}",
      "{",
      "\xff",
      R"({"id":"urn:map:1","type":"EntityMap"})",
      R"({"id":"urn:map:1","type":"EntityMap","entityMap":["urn:r:1"]})",
      R"({"id":"urn:map:1","type":"Room","entityMap":{"urn:r:1":[]}})",
      R"({"id":"no uri","type":"EntityMap","entityMap":{"urn:r:1":[]}})",
      R"({"id":["urn:map:1"],"type":"EntityMap","entityMap":{"urn:r:1":[]}})",
      R"({"type":"EntityMap","entityMap":{"urn:r:1":[]}})",
      source_map(R"("urn:r:1":[],"@none":[])"),
      source_map(R"("urn:r:1":[],"no uri":[])"),
      source_map(R"("urn:r:1":[],"urn:r:1":[])"),
      source_map(fmt::format(R"("urn:r:{}":[])", std::string(5'000, 'x')))};
  for (const std::string& body : none) {
    source_.answer_maps(201, body, "");
    const auto made = new_map();
    EXPECT_EQ(made.status, 201) << body;
    EXPECT_THAT(made.body, HasSubstr(R"("entityMap":{"urn:r:7":["urn:reg:1"]},"linkedMaps":{}})"))
        << body;
  }
  source_.answer_maps(500, source_map(R"("urn:r:1":[])"), "");
  EXPECT_EQ(linked_in(new_map().body), "");
  source_.answer_maps(201, std::string((8 << 20) + 1, ' '), "");
  const auto large = new_map();
  EXPECT_EQ(large.status, 201);
  EXPECT_TRUE(large.has("NGSILD-Warning: 111"));
  EXPECT_THAT(large.body, HasSubstr(R"("entityMap":{},"linkedMaps":{}})"));
  source_.answer_maps(201, source_map(R"("urn:r:1":[])"), std::string(5'000, 'x'));
  const auto located = new_map();
  EXPECT_EQ(linked_in(located.body), "urn:map:1");
  (void)with_map("/entities?type=Room", map_of(located));
  EXPECT_THAT(last(), HasSubstr("NGSILD-EntityMap: /ngsi-ld/v1/entityMaps/urn:map:1\n"));
}

TEST_F(LinkedMapsTest, AreBounded) {
  register_rooms(source_.url());
  std::string many;
  for (int i = 0; i < 50'001; ++i) {
    many += fmt::format(R"({}"urn:r:{}":[])", i == 0 ? "" : ",", i);
  }
  source_.answer_maps(201, source_map(many), "");
  const auto made = new_map();
  EXPECT_EQ(made.status, 403) << made.body;
  EXPECT_THAT(made.body, HasSubstr("TooManyResults"));
}

TEST_F(LinkedMapsTest, WarnOfASourceThatDoesNotAnswer) {
  Node there("there");
  register_rooms(there.url());
  make_rooms(here_, 0, 1);
  there.stop();
  for (const auto* path : {"/entityMaps?type=Room", "/entities?type=Room&entityMap=true"}) {
    const auto made = here_.ask("GET", path);
    EXPECT_EQ(made.status, 201);
    EXPECT_TRUE(made.has("NGSILD-Warning: 199"));
    EXPECT_THAT(here_.get(path_of_map(made)),
                HasSubstr(R"({"urn:r:0":["@none"]},"linkedMaps":{})"));
  }
  there.start();
}

}  // namespace
}  // namespace revier::federation
