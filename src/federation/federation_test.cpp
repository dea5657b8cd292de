// SPDX-License-Identifier: EUPL-1.2
// Registrations and reading from other sources, over real sockets: every node here is a whole
// broker with a server of its own.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "federation/detail/request.h"
#include "federation/document.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::must;
using test::Node;
using test::Source;
using testing::HasSubstr;
using testing::Not;

// --- Registrations -------------------------------------------------------------------------------

TEST(Registrations, AreKeptShownChangedAndRemoved) {
  Node node;
  const auto made = node.register_source(
      R"("id":"urn:reg:1","description":"rooms","operator":"stadt",)"
      R"("information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}])",
      "http://127.0.0.1:9");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.field("Location"), "/ngsi-ld/v1/csourceRegistrations/urn:reg:1");
  EXPECT_EQ(node.register_source(R"("id":"urn:reg:1",)" + std::string(kRooms), "http://x").status,
            409);
  node.restart();
  EXPECT_EQ(
      node.get("/csourceRegistrations/urn:reg:1"),
      R"({"id":"urn:reg:1","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:9",)"
      R"("description":"rooms","operator":"stadt",)"
      R"("information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}]})");
  EXPECT_EQ(node.ask("PATCH", "/csourceRegistrations/urn:reg:1",
                     R"({"description":null,"endpoint":"http://127.0.0.1:8"})")
                .status,
            204);
  const std::string after = node.get("/csourceRegistrations/urn:reg:1");
  EXPECT_THAT(after, HasSubstr("http://127.0.0.1:8"));
  EXPECT_THAT(after, Not(HasSubstr("description")));
  EXPECT_EQ(node.ask("DELETE", "/csourceRegistrations/urn:reg:1").status, 204);
  EXPECT_EQ(node.ask("GET", "/csourceRegistrations/urn:reg:1").status, 404);
  node.restart();
  EXPECT_EQ(node.get("/csourceRegistrations?type=Room"), "[]");
}

TEST(Registrations, AreRefusedWhereTheySayWhatCannotBe) {
  Node node;
  for (
      const char* wrong : {
          R"("information":null)",
          R"("information":[])",
          R"("information":[{}])",
          R"("information":[{"entities":[]}])",
          R"("information":[{"entities":[{"id":"urn:r:1"}]}])",
          R"("information":[{"entities":[{"type":"Room","id":"x"}]}])",
          R"("information":[{"entities":[{"type":"Room","idPattern":"["}]}])",
          R"("information":[{"propertyNames":["a"]}],"mode":"other")",
          R"("information":[{"propertyNames":["a"]}],"operations":["fly"])",
          R"("information":[{"propertyNames":["a"]}],"mode":"auxiliary","operations":["updateOps"])",
          R"("information":[{"propertyNames":["a"]}],"mode":"exclusive")",
          R"("information":[{"propertyNames":["a"]}],"expiresAt":"2020-01-01T00:00:00Z")",
          R"("information":[{"propertyNames":["a"]}],"location":{"type":"Point"})",
          R"("information":[{"propertyNames":["a"]}],"observationInterval":{"endAt":"2020-01-01T00:00:00Z"})",
          R"("information":[{"propertyNames":["a"]}],"contextSourceInfo":[{"key":"accept","value":"text/html"}])",
          R"("information":[{"propertyNames":["a"]}],"management":{"timeout":0})",
      }) {
    const auto answer = node.register_source(wrong, "http://127.0.0.1:9");
    EXPECT_EQ(answer.status, 400) << wrong << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("BadRequestData")) << wrong;
  }
  EXPECT_EQ(node.register_source(kRooms, "ftp://x").status, 400);
}

TEST(Registrations, LetNobodyProxyTheSameTwice) {
  Node node;
  const std::string seats =
      R"("information":[{"entities":[{"type":"Room","id":"urn:r:1"}],"propertyNames":["seats"]}])";
  node.make(R"({"id":"urn:r:2","type":"Room","seats":1})");
  EXPECT_EQ(node.register_source(seats + R"(,"mode":"exclusive")", "http://x").status, 201);
  EXPECT_EQ(node.register_source(seats + R"(,"mode":"exclusive")", "http://y").status, 409);
  EXPECT_EQ(node.register_source(seats, "http://y").status, 201);
  EXPECT_EQ(node.register_source(std::string(kRooms) + R"(,"mode":"redirect")", "http://y").status,
            409);
  ASSERT_EQ(node.ask("DELETE", "/entities/urn:r:2").status, 204);
  EXPECT_EQ(node.register_source(std::string(kRooms) + R"(,"mode":"redirect")", "http://y").status,
            409);
  constexpr std::string_view kHalls = R"("information":[{"entities":[{"type":"Hall"}]}])";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(
        node.register_source(std::string(kHalls) + R"(,"mode":"redirect")", "http://y").status,
        201);
  }
}

TEST(Registrations, ExpireByThemselves) {
  Node node;
  node.make_registration(std::string(kRooms) + R"(,"expiresAt":"2025-01-20T08:00:10Z")",
                         "http://127.0.0.1:9");
  EXPECT_THAT(node.get("/csourceRegistrations?type=Room"), HasSubstr("expiresAt"));
  node.world().clock().advance(Duration::seconds(11));
  EXPECT_EQ(node.get("/csourceRegistrations?type=Room"), "[]");
}

TEST(Registrations, AreFoundByWhatTheyOffer) {
  Node node;
  node.make_registration(
      R"("id":"urn:reg:1","information":[{"entities":[{"type":"Room","idPattern":"urn:r:.*"}],)"
      R"("propertyNames":["seats"]},{"entities":[{"type":"Hall"}]}],"scope":"/Herne/Mitte",)"
      R"("location":{"type":"Point","coordinates":[7.2,51.5]},"kind":"sensor")",
      "http://127.0.0.1:9");
  node.make_registration(
      R"("id":"urn:reg:2","information":[{"entities":[{"type":"Room"}]}],)"
      R"("observationInterval":{"startAt":"2020-01-01T00:00:00Z","endAt":"2021-01-01T00:00:00Z"})",
      "http://127.0.0.1:9");
  const auto finds = [&node](std::string_view query) {
    const std::string body = node.get(fmt::format("/csourceRegistrations?{}", query));
    const bool one = body.find("urn:reg:1") != std::string::npos;
    const bool two = body.find("urn:reg:2") != std::string::npos;
    return fmt::format("{}{}", one ? "1" : "", two ? "2" : "");
  };
  EXPECT_EQ(finds("type=Room"), "1");
  EXPECT_EQ(finds("type=Room|Bus"), "1");
  EXPECT_EQ(finds("type=Bus"), "");
  EXPECT_EQ(finds("type=Room&attrs=seats"), "1");
  EXPECT_EQ(finds("type=Room&attrs=name"), "");
  EXPECT_EQ(finds("type=Hall&attrs=name"), "1");
  EXPECT_EQ(finds("q=seats%3E1"), "1");
  EXPECT_EQ(finds("type=Room&id=urn:r:1"), "1");
  EXPECT_EQ(finds("type=Room&id=urn:x:1"), "");
  EXPECT_EQ(finds("type=Room&csf=kind==%22sensor%22"), "1");
  EXPECT_EQ(finds("type=Room&csf=kind==%22archive%22"), "");
  EXPECT_EQ(finds("type=Room&scopeQ=/Herne/%23"), "1");
  EXPECT_EQ(finds("type=Room&scopeQ=/Bochum"), "");
  EXPECT_EQ(finds("type=Room&georel=near;maxDistance==2000&geometry=Point&coordinates=[7.2,51.5]"),
            "1");
  EXPECT_EQ(finds("type=Room&georel=near;maxDistance==2000&geometry=Point&coordinates=[8,52]"), "");
  EXPECT_EQ(finds("type=Room&timerel=before&timeAt=2020-06-01T00:00:00Z"), "2");
  EXPECT_EQ(finds("type=Room&timerel=after&timeAt=2022-06-01T00:00:00Z"), "");
  EXPECT_EQ(node.ask("GET", "/csourceRegistrations?id=urn:r:1").status, 400);
  EXPECT_EQ(node.ask("GET", "/csourceRegistrations?type=Room&timerel=before").status, 400);
  // Only what matches is shown.
  EXPECT_THAT(node.get("/csourceRegistrations?type=Hall"), Not(HasSubstr("Room")));
}

// --- Reading from other sources ------------------------------------------------------------------

TEST(Sources, AddWhatTheyHave) {
  Node here("here");
  Node there("there");
  here.make_registration(kRooms, there.url());
  here.make(
      R"({"id":"urn:r:1","type":"Room","seats":{"value":5,"observedAt":"2025-01-01T00:00:00Z"}})");
  there.make(R"({"id":"urn:r:1","type":"Room","name":"Aula",)"
             R"("seats":{"value":9,"observedAt":"2025-01-02T00:00:00Z"}})");
  there.make(R"({"id":"urn:r:2","type":"Room","seats":3})");
  there.make(R"({"id":"urn:h:1","type":"Hall","seats":3})");
  EXPECT_EQ(here.get("/entities/urn:r:1?format=simplified"),
            R"({"id":"urn:r:1","type":"Room","seats":9,"name":"Aula"})");
  EXPECT_EQ(here.get("/entities/urn:r:1?format=simplified&local=true"),
            R"({"id":"urn:r:1","type":"Room","seats":5})");
  EXPECT_EQ(here.get("/entities?type=Room&format=simplified&pick=id,seats"),
            R"([{"id":"urn:r:1","seats":9},{"id":"urn:r:2","seats":3}])");
  EXPECT_EQ(here.ask("GET", "/entities?type=Room&orderBy=seats").status, 400);
  EXPECT_EQ(here.get("/entities?type=Room&q=name==%22Aula%22;seats%3E8&pick=id"),
            R"([{"id":"urn:r:1"}])");
  EXPECT_EQ(here.ask("GET", "/entities?type=Room&count=true&limit=0").field("NGSILD-Results-Count"),
            "2");
  // What is not registered is not to be had.
  EXPECT_EQ(here.ask("GET", "/entities/urn:h:1").status, 404);
  EXPECT_EQ(here.get("/entities?type=Hall"), "[]");
  EXPECT_EQ(here.ask("POST", "/entityOperations/query?format=simplified",
                     R"({"type":"Query","entities":[{"type":"Room","id":"urn:r:2"}]})")
                .body,
            R"([{"id":"urn:r:2","type":"Room","seats":3}])");
}

TEST(Sources, KeepTheirTimes) {
  Node here("here");
  Node there("there");
  here.make_registration(kRooms, there.url());
  there.make(R"({"id":"urn:r:1","type":"Room","seats":3})");
  there.world().clock().advance(Duration::seconds(30));
  here.world().clock().advance(Duration::hours(1));
  ASSERT_EQ(there.ask("PATCH", "/entities/urn:r:1/attrs", R"({"seats":4})").status, 204);
  const std::string path = "/entities/urn:r:1?options=sysAttrs";
  EXPECT_EQ(here.get(path), there.get(path));
}

TEST(Sources, GiveNoMoreThanIsRegistered) {
  Node here("here");
  Source source;
  here.make_registration(
      R"("information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}])", source.url());
  source.answer(200, R"([{"id":"urn:r:1","type":"Room","seats":1,"secret":2},
                         {"id":"urn:h:1","type":"Hall","seats":1}])");
  EXPECT_EQ(here.get("/entities?type=Room&format=simplified"),
            R"([{"id":"urn:r:1","type":"Room","seats":1}])");
  EXPECT_THAT(source.asked(), HasSubstr("/ngsi-ld/v1/entities?attrs=seats&type=Room&"));
}

TEST(Sources, GiveNoIdsBeyondThePatternThatIsRegistered) {
  Node here("here");
  Source source;
  here.make_registration(R"("information":[{"entities":[{"type":"Room","idPattern":"^urn:r:1"}]}])",
                         source.url());
  source.answer(200, R"([{"id":"urn:r:10","type":"Room","seats":1},
                         {"id":"urn:r:2","type":"Room","seats":1}])");
  EXPECT_EQ(here.get("/entities?type=Room&format=simplified"),
            R"([{"id":"urn:r:10","type":"Room","seats":1}])");
}

TEST(Sources, OnlyAddWhereTheyAreAuxiliary) {
  Node here("here");
  Source source;
  here.make_registration(
      std::string(kRooms) + R"(,"mode":"auxiliary","operations":["retrieveOps"])", source.url());
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  source.answer(200, R"({"id":"urn:r:1","type":"Room","seats":{"value":1,)"
                     R"("observedAt":"2030-01-01T00:00:00Z"},"name":"Aula"})");
  EXPECT_EQ(here.get("/entities/urn:r:1?format=simplified"),
            R"({"id":"urn:r:1","type":"Room","seats":5,"name":"Aula"})");
}

TEST(Sources, AreAskedAsTheirRegistrationSays) {
  Node here("here");
  Source source;
  here.make_registration(
      std::string(kRooms) +
          R"(,"tenant":"herne","management":{"localOnly":true},"contextSourceInfo":[)"
          R"({"key":"Authorization","value":"Bearer x"},)"
          R"({"key":"X-User","value":"urn:ngsi-ld:request"},)"
          R"({"key":"Via","value":"1.1 evil"},{"key":"NGSILD-Tenant","value":"evil"}])",
      source.url() + "/");
  (void)here.ask("GET", "/entities/urn:r:1", "", "X-User: anna\r\nVia: 1.1 first\r\n");
  const std::string asked = source.asked();
  EXPECT_THAT(asked, HasSubstr("local=true"));
  EXPECT_THAT(asked, HasSubstr("NGSILD-Tenant: herne\n"));
  EXPECT_THAT(asked, HasSubstr("Authorization: Bearer x\n"));
  EXPECT_THAT(asked, HasSubstr("X-User: anna\n"));
  EXPECT_THAT(asked, HasSubstr("Via: 1.1 first, 1.1 here\n"));
  EXPECT_THAT(asked, Not(HasSubstr("evil")));
  // Secrets of others are not shown with the registration to who only reads (here: the owner).
  EXPECT_THAT(here.get("/csourceRegistrations?type=Room"), HasSubstr("timesSent"));
}

TEST(Sources, AreAskedByWhatTheyOffer) {
  Node here("here");
  Node there("there");
  there.make(R"({"id":"urn:r:1","type":"Room","seats":1})");
  for (const char* operation : {"retrieveEntity", "queryEntity", "queryBatch"}) {
    here.make_registration(
        std::string(kRooms) + fmt::format(R"(,"id":"urn:reg:1","operations":["{}"])", operation),
        there.url());
    EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").status, 200) << operation;
    const bool queries = std::string_view(operation) != "retrieveEntity";
    EXPECT_EQ(here.get("/entities?type=Room&attrs=seats") != "[]", queries) << operation;
    EXPECT_EQ(here.ask("POST", "/entityOperations/query",
                       R"({"type":"Query","entities":[{"type":"Room"}]})")
                      .body != "[]",
              queries)
        << operation;
    ASSERT_EQ(here.ask("DELETE", "/csourceRegistrations/urn:reg:1").status, 204);
  }
}

TEST(Sources, AreNotAskedForWhatTheyDoNotOffer) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"operations":["updateOps"])", source.url());
  source.answer(200, R"({"id":"urn:r:1","type":"Room","seats":1})");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").status, 404);
  EXPECT_EQ(source.asked(), "");
}

TEST(Sources, WarnWhereTheyFail) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms), source.url());
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  const auto warning = [&](int status, std::string body) {
    source.answer(status, std::move(body));
    const auto answer = here.ask("GET", "/entities/urn:r:1");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.field("NGSILD-Warning").substr(0, 3);
  };
  EXPECT_EQ(warning(403, "{}"), "299");
  EXPECT_EQ(warning(200, "nonsense"), "111");
  EXPECT_EQ(warning(200, R"({"id":"x"})"), "111");
  EXPECT_EQ(warning(404, "{}"), "");
  Node nobody("nobody");
  nobody.make_registration(std::string(kRooms), "http://127.0.0.1:1");
  const auto silent = nobody.ask("GET", "/entities/urn:r:1");
  EXPECT_EQ(silent.status, 404);
  EXPECT_EQ(silent.field("NGSILD-Warning").substr(0, 3), "199");
  EXPECT_EQ(nobody.get("/entities?type=Room"), "[]");
}

TEST(Sources, RestAfterAFailure) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"management":{"cooldown":60000})", source.url());
  source.answer(500, "");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "299");
  source.answer(200, R"({"id":"urn:r:1","type":"Room"})");
  const auto resting = here.ask("GET", "/entities/urn:r:1");
  EXPECT_EQ(resting.status, 404);
  EXPECT_EQ(resting.field("NGSILD-Warning").substr(0, 3), "199");
}

TEST(Sources, AreNotAskedAgainWhileTheirAnswersAreKept) {
  Node here("here");
  Source source;
  here.make_registration(
      R"("id":"urn:reg:1",)" + std::string(kRooms) + R"(,"management":{"cacheDuration":"PT1H"})",
      source.url());
  source.answer(500, "");
  (void)here.ask("GET", "/entities/urn:r:1");
  source.answer(200, R"({"id":"urn:r:1","type":"Room","seats":1})");
  const std::string first = here.get("/entities/urn:r:1");
  EXPECT_THAT(first, HasSubstr("seats")) << "a failure is not kept";
  source.answer(200, R"({"id":"urn:r:1","type":"Room","seats":2})");
  EXPECT_EQ(here.get("/entities/urn:r:1"), first);
  EXPECT_EQ(source.wait(2).size(), 2U);
  EXPECT_THAT(here.get("/csourceRegistrations/urn:reg:1?options=sysAttrs"),
              HasSubstr(R"("timesSent":2)"));
  EXPECT_NE(here.ask("GET", "/entities/urn:r:1", "", "Via: 1.1 first\r\n").body, first)
      << "another question";
  EXPECT_EQ(here.register_source(std::string(kRooms) + R"(,"management":{"cacheDuration":"soon"})",
                                 source.url())
                .status,
            400);
}

TEST(Sources, AreGivenUpAfterTheTimeoutOfTheirRegistration) {
  Node here("here");
  test::Silent silent;
  here.make_registration(std::string(kRooms) + R"(,"management":{"timeout":50,"cooldown":60000})",
                         silent.url());
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "199");
  const std::size_t asked = silent.connections();
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "199");
  EXPECT_EQ(silent.connections(), asked) << "it rests";
}

TEST(Sources, AreChosenByTheirProperties) {
  Node here("here");
  Source sensor;
  Source archive;
  here.make_registration(std::string(kRooms) + R"(,"kind":"sensor")", sensor.url());
  here.make_registration(std::string(kRooms) + R"(,"kind":"archive")", archive.url());
  sensor.answer(200, R"([{"id":"urn:r:1","type":"Room"}])");
  archive.answer(200, R"([{"id":"urn:r:2","type":"Room"}])");
  EXPECT_EQ(here.get("/entities?type=Room&csf=kind==%22sensor%22&pick=id"),
            R"([{"id":"urn:r:1"}])");
  EXPECT_EQ(archive.asked(), "");
  EXPECT_EQ(here.ask("POST", "/entityOperations/query",
                     R"({"type":"Query","entities":[{"type":"Room"}],"pick":["id"],)"
                     R"("csf":"kind==\"archive\""})")
                .body,
            R"([{"id":"urn:r:2"}])");
  EXPECT_THAT(archive.asked(), HasSubstr("entityOperations/query"));
  EXPECT_EQ(here.ask("GET", "/entities?type=Room&csf=(").status, 400);
}

TEST(Sources, AtPrivateAddressesAreNotAskedUnlessAllowed) {
  Node here("here", {});
  Source source;
  here.make_registration(std::string(kRooms), source.url());
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "199");
  EXPECT_EQ(source.asked(), "");
}

TEST(Sources, DoNotAskInCircles) {
  Node a("a");
  Node b("b");
  a.make_registration(kRooms, b.url());
  b.make_registration(kRooms, a.url());
  a.make(R"({"id":"urn:r:1","type":"Room","seats":1})");
  b.make(R"({"id":"urn:r:2","type":"Room","seats":2})");
  EXPECT_EQ(a.get("/entities?type=Room&format=simplified&pick=id"),
            R"([{"id":"urn:r:1"},{"id":"urn:r:2"}])");
  EXPECT_EQ(b.get("/entities/urn:r:1?format=simplified"),
            R"({"id":"urn:r:1","type":"Room","seats":1})");
  // One that the request has passed is not asked again.
  Source source;
  Node c("c");
  c.make_registration(std::string(kRooms) + R"(,"contextSourceAlias":"passed")", source.url());
  (void)c.ask("GET", "/entities/urn:r:1", "", "Via: 1.1 passed\r\n");
  EXPECT_EQ(source.asked(), "");
}

// Attributes of some entities, each at one of three nodes, and all of them at one: whatever is
// asked, the answers are equal.
RC_GTEST_PROP(SourcesProperty, ThreeNodesAreAsOne, ()) {
  static Node whole("whole");
  static Node parts[3] = {Node("p0"), Node("p1"), Node("p2")};
  static const bool registered = [] {
    parts[0].make_registration(kRooms, parts[1].url());
    parts[0].make_registration(kRooms, parts[2].url());
    return true;
  }();
  RC_ASSERT(registered);
  for (Node* node : {&whole, &parts[0], &parts[1], &parts[2]}) {
    (void)node->ask("DELETE", "/entities?type=Room");
  }
  const int entities = *rc::gen::inRange(1, 6);
  for (int i = 0; i < entities; ++i) {
    std::string all = fmt::format(R"({{"id":"urn:r:{}","type":"Room")", i);
    std::string own[3] = {all, all, all};
    bool has[3] = {};
    for (const char* name : {"seats", "floor", "name"}) {
      if (!*rc::gen::weightedElement<bool>({{4, true}, {1, false}})) continue;
      const int value = *rc::gen::inRange(0, 5);
      const int home = *rc::gen::inRange(0, 3);
      const std::string attribute = fmt::format(R"(,"{}":{})", name, value);
      all += attribute;
      own[home] += attribute;
      has[home] = true;
    }
    RC_ASSERT(whole.ask("POST", "/entities", all + "}").status == 201);
    if (!has[0] && !has[1] && !has[2]) has[*rc::gen::inRange(0, 3)] = true;
    for (int k = 0; k < 3; ++k) {
      if (has[k]) RC_ASSERT(parts[k].ask("POST", "/entities", own[k] + "}").status == 201);
    }
  }
  const int n = *rc::gen::inRange(0, 5);
  const auto sorted = [](const std::string& text) {
    const auto document = must(json::Document::parse(text));
    std::vector<std::string> out;
    for (const json::Value entity : document.root().elements()) {
      std::vector<std::string> pairs;
      std::string& line = out.emplace_back();
      for (const auto [key, value] : entity.members()) {
        pairs.push_back(std::string(key) + json::to_text(value));
      }
      std::ranges::sort(pairs);
      for (const std::string& pair : pairs) line += pair + ",";
    }
    std::ranges::sort(out);
    return out;
  };
  for (const std::string& query :
       {std::string("type=Room"), fmt::format("type=Room&q=seats%3E{}", n),
        fmt::format("type=Room&q=seats%3C={};floor%3E1", n),
        fmt::format("type=Room&q=(seats=={}|!name)", n), std::string("type=Room&attrs=floor"),
        std::string("type=Room&count=true"), fmt::format("type=Room&id=urn:r:{}", n)}) {
    const std::string path = "/entities?format=simplified&" + query;
    RC_ASSERT(sorted(parts[0].get(path)) == sorted(whole.get(path)));
  }
  const auto one = fmt::format("/entities/urn:r:{}?format=simplified&pick=seats,name", n);
  const auto here = parts[0].ask("GET", one);
  const auto there = whole.ask("GET", one);
  RC_ASSERT(here.status == there.status);
  if (here.status == 200) {
    RC_ASSERT(sorted("[" + here.body + "]") == sorted("[" + there.body + "]"));
  }
  for (const char* list : {"/types", "/attributes"}) {
    const auto names = [&](Node& node) {
      const std::string body = node.get(list);
      return body.substr(body.find('['));
    };
    RC_ASSERT(names(parts[0]) == names(whole));
  }
  // By the pages of a map every entity comes once.
  const std::string paged = "/entities?type=Room&format=simplified&limit=2";
  const auto first = parts[0].ask("GET", paged + "&entityMap=true");
  const std::string map = fmt::format("NGSILD-EntityMap: {}\r\n", first.field("NGSILD-EntityMap"));
  std::vector<std::string> all = sorted(first.body);
  for (int offset = 2; offset < 6; offset += 2) {
    const auto next =
        sorted(parts[0].ask("GET", fmt::format("{}&offset={}", paged, offset), "", map).body);
    all.insert(all.end(), next.begin(), next.end());
  }
  std::ranges::sort(all);
  RC_ASSERT(all == sorted(whole.get("/entities?type=Room&format=simplified")));
}

TEST(Sources, KnowTheTenantsOfOneServerApart) {
  Node node("node");
  node.make_registration(std::string(kRooms) + R"(,"tenant":"herne")", node.url());
  ASSERT_EQ(
      node.ask("POST", "/entities", R"({"id":"urn:r:1","type":"Room"})", "NGSILD-Tenant: herne\r\n")
          .status,
      201);
  EXPECT_EQ(node.ask("GET", "/entities/urn:r:1").status, 200);
  EXPECT_THAT(node.get("/info/sourceIdentity"), HasSubstr(R"("contextSourceAlias":"node")"));
  EXPECT_THAT(node.ask("GET", "/info/sourceIdentity", "", "NGSILD-Tenant: herne\r\n").body,
              HasSubstr(R"("contextSourceAlias":"node.herne")"));
}

TEST(Request, ReadsVia) {
  const std::vector<net::Field> fields = {{"Via", "1.1 a, HTTP/1.1 b (comment)"}, {"via", "2 c"}};
  net::Request request;
  request.fields = fields;
  EXPECT_EQ(detail::via_of(request), (std::vector<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace revier::federation
