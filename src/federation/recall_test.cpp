// SPDX-License-Identifier: EUPL-1.2
// History that lies at several places, read and written over HTTP.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::Node;
using test::RawAnswer;
using test::Source;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kPast = R"("information":[{"entities":[{"type":"Room"}]}],)"
                                   R"("observationInterval":{"startAt":"2020-01-01T00:00:00Z"},)"
                                   R"("operations":["retrieveTemporal","queryTemporal"])";
constexpr std::string_view kAfter = "timerel=after&timeAt=2024-01-01T00:00:00Z";

void record(Node& node, std::string_view id, std::string_view instances) {
  const auto made =
      node.ask("POST", "/temporal/entities",
               fmt::format(R"({{"id":"{}","type":"Room","seats":[{}]}})", id, instances));
  ASSERT_LT(made.status, 300) << made.body;
}
std::string seats(int value, int day) {
  return fmt::format(R"({{"type":"Property","value":{},"observedAt":"2025-01-{:02}T00:00:00Z"}})",
                     value, day);
}

class RecallTest : public testing::Test {
 protected:
  Node here_{"here"};
  Node there_{"there"};
};

TEST_F(RecallTest, ReadsWhatSourcesTell) {
  here_.make_registration(kPast, there_.url());
  record(here_, "urn:r:1", seats(1, 1) + "," + seats(3, 3));
  record(there_, "urn:r:1", seats(2, 2) + "," + seats(4, 4));
  record(there_, "urn:r:2", seats(9, 9));
  const std::string values = "&options=temporalValues&attrs=seats&";
  EXPECT_THAT(here_.get(fmt::format("/temporal/entities/urn:r:1?{}{}", kAfter, values)),
              HasSubstr(R"("values":[[1,"2025-01-01T00:00:00Z"],[2,"2025-01-02T00:00:00Z"],)"
                        R"([3,"2025-01-03T00:00:00Z"],[4,"2025-01-04T00:00:00Z"]])"));
  EXPECT_THAT(here_.get(fmt::format("/temporal/entities/urn:r:1?{}{}lastN=2", kAfter, values)),
              HasSubstr(R"("values":[[4,"2025-01-04T00:00:00Z"],[3,"2025-01-03T00:00:00Z"]])"));
  EXPECT_THAT(here_.get(fmt::format("/temporal/entities/urn:r:1?{}{}local=true", kAfter, values)),
              Not(HasSubstr("[2,")));
  const auto all = here_.get(fmt::format("/temporal/entities?type=Room&{}", kAfter));
  EXPECT_THAT(all, HasSubstr("urn:r:1"));
  EXPECT_THAT(all, HasSubstr("urn:r:2"));
  const auto some = here_.get(fmt::format("/temporal/entities?type=Room&q=seats==2&{}", kAfter));
  EXPECT_THAT(some, HasSubstr("urn:r:1"));
  EXPECT_THAT(some, Not(HasSubstr("urn:r:2")));
  EXPECT_THAT(
      here_.get(fmt::format("/temporal/entities?type=Room&id=urn:r:1&{}&options=aggregatedValues&"
                            "aggrMethods=sum,totalCount&aggrPeriodDuration=P1Y&attrs=seats",
                            kAfter)),
      HasSubstr(R"("sum":[[10.0,)"));
  EXPECT_EQ(
      here_.ask("GET", fmt::format("/temporal/entities?type=Room&limit=0&count=true&{}", kAfter))
          .field("NGSILD-Results-Count"),
      "2");
  EXPECT_THAT(here_
                  .ask("POST", "/temporal/entityOperations/query",
                       R"({"type":"Query","entities":[{"type":"Room"}],"temporalQ":{)"
                       R"("timerel":"after","timeAt":"2024-01-01T00:00:00Z"}})")
                  .body,
              HasSubstr("urn:r:2"));
}

TEST_F(RecallTest, TakesTheLaterOfTwoInstancesOfOneObservation) {
  record(here_, "urn:r:1", seats(1, 1));
  there_.world().clock().advance(Duration::hours(1));
  record(there_, "urn:r:1", seats(2, 1));
  const std::string path =
      fmt::format("/temporal/entities/urn:r:1?{}&options=temporalValues", kAfter);
  here_.make_registration(R"("id":"urn:reg:1",)" + std::string(kPast), there_.url());
  EXPECT_THAT(here_.get(path), HasSubstr(R"("values":[[2,"2025-01-01T00:00:00Z"]])"));
  ASSERT_EQ(here_.ask("DELETE", "/csourceRegistrations/urn:reg:1").status, 204);
  EXPECT_THAT(here_.get(path), HasSubstr(R"("values":[[1,"2025-01-01T00:00:00Z"]])"));
}

TEST_F(RecallTest, AsksSourcesOfThatTimeOnly) {
  Source source;
  here_.make_registration(
      R"("information":[{"entities":[{"type":"Room"}]}],"operations":["queryTemporal"],)"
      R"("observationInterval":{"startAt":"2020-01-01T00:00:00Z","endAt":"2021-01-01T00:00:00Z"})",
      source.url());
  (void)here_.ask("GET", fmt::format("/temporal/entities?type=Room&{}", kAfter));
  (void)here_.ask("GET", "/entities?type=Room");
  EXPECT_EQ(source.asked(), "");
  source.answer(200, "[]");
  (void)here_.ask("GET",
                  "/temporal/entities?type=Room&timerel=between&timeAt=2020-03-01T00:00:00Z&"
                  "endTimeAt=2020-04-01T00:00:00Z&lastN=3");
  EXPECT_THAT(source.asked(),
              HasSubstr("/ngsi-ld/v1/temporal/entities?timerel=between&"
                        "timeAt=2020-03-01T00:00:00Z&endTimeAt=2020-04-01T00:00:00Z&"
                        "lastN=3&type=Room&options=sysAttrs&limit=20\n"));
  source.answer(500, "");
  EXPECT_EQ(
      here_.ask("GET", "/temporal/entities?type=Room&timerel=before&timeAt=2020-03-01T00:00:00Z")
          .field("NGSILD-Warning")
          .substr(0, 3),
      "299");
  source.answer(200, R"([{"id":"urn:r:1","type":"Room","seats":[5}])");
  EXPECT_EQ(
      here_.ask("GET", "/temporal/entities?type=Room&timerel=before&timeAt=2020-03-01T00:00:00Z")
          .field("NGSILD-Warning")
          .substr(0, 3),
      "111");
}

TEST_F(RecallTest, GoesByEntityMaps) {
  here_.make_registration(R"("id":"urn:reg:1",)" + std::string(kPast), there_.url());
  record(here_, "urn:r:1", seats(1, 1));
  record(there_, "urn:r:2", seats(2, 2));
  record(there_, "urn:r:3", seats(3, 3));
  const auto made = here_.ask("GET", fmt::format("/temporal/entityMaps?type=Room&{}", kAfter));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("entityMap":{"urn:r:1":["@none"],"urn:r:2":["urn:reg:1"],)"
                                   R"("urn:r:3":["urn:reg:1"]})"));
  EXPECT_EQ(here_.ask("GET", "/temporal/entityMaps?type=Room").status, 400);
  record(here_, "urn:r:4", seats(4, 4));
  const std::string map = fmt::format("NGSILD-EntityMap: {}\r\n", made.field("NGSILD-EntityMap"));
  const auto page = [&](int offset) {
    return here_.ask(
        "GET", fmt::format("/temporal/entities?type=Room&limit=2&offset={}&{}", offset, kAfter), "",
        map);
  };
  EXPECT_THAT(page(0).body, HasSubstr("urn:r:2"));
  EXPECT_TRUE(page(0).has("&offset=2&"));
  EXPECT_THAT(page(2).body, HasSubstr("urn:r:3"));
  EXPECT_THAT(page(2).body, Not(HasSubstr("urn:r:4")));
  ASSERT_EQ(there_.ask("DELETE", "/temporal/entities/urn:r:2").status, 204);
  EXPECT_THAT(page(0).body, HasSubstr("urn:r:3"));
  const auto one =
      here_.ask("GET", fmt::format("/temporal/entities/urn:r:3?entityMap=true&{}", kAfter));
  EXPECT_EQ(one.status, 200);
  EXPECT_THAT(one.field("NGSILD-EntityMap"), HasSubstr("/ngsi-ld/v1/entityMaps/"));
  const auto dead = here_.ask("GET", fmt::format("/temporal/entities?type=Room&{}", kAfter), "",
                              "NGSILD-EntityMap: urn:ngsi-ld:dead\r\n");
  EXPECT_EQ(dead.status, 201);
  EXPECT_THAT(dead.body, HasSubstr("urn:r:4"));
}

TEST_F(RecallTest, GoesByMapsOfSources) {
  const std::string offering = std::string(kPast).replace(std::string(kPast).rfind(']'), 1,
                                                          R"(,"createEntityMapQueryTemporal"])");
  here_.make_registration(R"("id":"urn:reg:1",)" + offering, there_.url());
  record(here_, "urn:r:1", seats(1, 1));
  for (const char* id : {"urn:r:2", "urn:r:3", "urn:r:4"}) record(there_, id, seats(2, 2));
  for (const auto* path : {"/temporal/entityMaps?type=Room&{}",
                           "/temporal/entities?type=Room&entityMap=true&limit=2&{}"}) {
    const auto made = here_.ask("GET", fmt::format(fmt::runtime(path), kAfter));
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string location(made.field("NGSILD-EntityMap"));
    const std::string shown = here_.get(location);
    EXPECT_THAT(shown, HasSubstr(R"("urn:r:1":["@none"],"urn:r:2":["urn:reg:1"],)"
                                 R"("urn:r:3":["urn:reg:1"],"urn:r:4":["urn:reg:1"]})"));
    const std::size_t at = shown.find(R"("linkedMaps":{"urn:reg:1":")");
    ASSERT_NE(at, std::string::npos) << shown;
    const std::string id = shown.substr(at + 27, shown.find('"', at + 27) - at - 27);
    EXPECT_THAT(there_.get("/entityMaps/" + id), HasSubstr("urn:r:4"));
    const auto page = [&](int offset) {
      return here_.ask(
          "GET", fmt::format("/temporal/entities?type=Room&limit=2&offset={}&{}", offset, kAfter),
          "", fmt::format("NGSILD-EntityMap: {}\r\n", location));
    };
    EXPECT_THAT(page(0).body, HasSubstr("urn:r:2"));
    EXPECT_THAT(page(2).body, HasSubstr("urn:r:4"));
    EXPECT_EQ(page(2).status, 200);
  }
  const auto made = here_.ask("GET", fmt::format("/temporal/entityMaps?type=Room&{}", kAfter));
  ASSERT_EQ(there_.ask("DELETE", "/temporal/entities/urn:r:2").status, 204);
  const auto filled =
      here_.ask("GET", fmt::format("/temporal/entities?type=Room&limit=2&{}", kAfter), "",
                fmt::format("NGSILD-EntityMap: {}\r\n", made.field("NGSILD-EntityMap")));
  EXPECT_THAT(filled.body, HasSubstr("urn:r:3")) << "pages are filled";
}

TEST_F(RecallTest, GivesSourcesTheirShareOfWrites) {
  Source source;
  here_.make_registration(
      R"("information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}],)"
      R"("mode":"redirect","operations":["upsertTemporal","deleteTemporal",)"
      R"("updateAttrInstanceTemporal"])",
      source.url());
  source.answer(201, "");
  const auto made = here_.ask("POST", "/temporal/entities",
                              R"({"id":"urn:r:1","type":"Room","seats":[)" + seats(1, 1) +
                                  R"(],"name":[{"value":"Aula",)"
                                  R"("type":"Property","observedAt":"2025-01-01T00:00:00Z"}]})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.field("Location"), "/ngsi-ld/v1/temporal/entities/urn:r:1");
  EXPECT_THAT(source.wait(1)[0], HasSubstr("seats"));
  EXPECT_THAT(source.wait(1)[0], Not(HasSubstr("Aula")));
  const std::string local = fmt::format("/temporal/entities/urn:r:1?local=true&{}", kAfter);
  EXPECT_THAT(here_.get(local), HasSubstr("Aula"));
  EXPECT_THAT(here_.get(local), Not(HasSubstr("seats")));
  source.answer(204, "");
  EXPECT_EQ(
      here_.ask("PATCH", "/temporal/entities/urn:r:1/attrs/seats/urn:i:1", seats(2, 1)).status,
      204);
  EXPECT_THAT(source.asked(),
              HasSubstr("/ngsi-ld/v1/temporal/entities/urn:r:1/attrs/seats/urn:i:1"));
  EXPECT_EQ(
      here_.ask("POST", "/temporal/entities/urn:r:1/attrs", R"({"seats":[)" + seats(1, 1) + "]}")
          .status,
      409)
      << "the registration does not name it";
  EXPECT_EQ(here_.ask("DELETE", "/temporal/entities/urn:r:1").status, 204);
  EXPECT_EQ(here_.ask("GET", local).status, 404);
  source.answer(500, "");
  EXPECT_EQ(here_.ask("DELETE", "/temporal/entities/urn:r:1").status, 502);
}

// Instances of some entities, each at one of two nodes, and all of them at one.
RC_GTEST_PROP(RecallProperty, TwoNodesAreAsOne, ()) {
  static Node whole("whole");
  static Node parts[2] = {Node("p0"), Node("p1")};
  static const bool registered = [] {
    parts[0].make_registration(kPast, parts[1].url());
    return true;
  }();
  RC_ASSERT(registered);
  const int entities = *rc::gen::inRange(1, 4);
  for (int i = 0; i < 4; ++i) {
    for (Node* node : {&whole, &parts[0], &parts[1]}) {
      (void)node->ask("DELETE", fmt::format("/temporal/entities/urn:r:{}?local=true", i));
    }
  }
  for (int i = 0; i < entities; ++i) {
    std::string all;
    std::string own[2];
    for (int day = 1; day < 6; ++day) {
      if (!*rc::gen::arbitrary<bool>()) continue;
      const std::string instance = seats(*rc::gen::inRange(0, 5), day);
      for (std::string* list : {&all, &own[*rc::gen::inRange(0, 2)]}) {
        list->append(list->empty() ? "" : ",").append(instance);
      }
    }
    const std::string id = fmt::format("urn:r:{}", i);
    if (!all.empty()) record(whole, id, all);
    for (int k = 0; k < 2; ++k) {
      if (!own[k].empty()) record(parts[k], id, own[k]);
    }
  }
  const int n = *rc::gen::inRange(1, 5);
  const std::string values = "options=temporalValues&type=Room&timerel=after&timeAt=";
  const std::string from = fmt::format("2025-01-{:02}T00:00:00Z", n);
  for (const std::string& query :
       {values + from, values + from + fmt::format("&lastN={}", n),
        values + from + fmt::format("&q=seats%3E{}", n - 1), values + from + "&limit=2&offset=1",
        "options=aggregatedValues&aggrMethods=sum,max&aggrPeriodDuration=P2D&type=Room&"
        "timerel=before&timeAt=" +
            from}) {
    const std::string path = "/temporal/entities?" + query;
    RC_ASSERT(parts[0].get(path) == whole.get(path));
  }
}

}  // namespace
}  // namespace revier::federation
