// SPDX-License-Identifier: EUPL-1.2
// Writes that other sources have a share in, over real sockets.
#include <gmock/gmock.h>

#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::Node;
using test::Source;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAllOf =
    R"("information":[{"entities":[{"type":"Room"}]}],"operations":["redirectionOps"])";
constexpr std::string_view kBatches =
    R"("information":[{"entities":[{"type":"Room"}]}],)"
    R"("operations":["createBatch","upsertBatch","updateBatch","deleteBatch","mergeBatch"])";

std::string seats_alone(std::string_view operations) {
  return fmt::format(
      R"("information":[{{"entities":[{{"type":"Room","id":"urn:r:1"}}],"propertyNames":["seats"]}}],)"
      R"("mode":"exclusive","operations":["{}"])",
      operations);
}

std::string local(Node& node, std::string_view id) {
  return node.get(fmt::format("/entities/{}?local=true&format=simplified", id));
}

TEST(Sharing, AnInclusiveSourceGetsTheSame) {
  Node here("here");
  Node there("there");
  here.make_registration(kAllOf, there.url());
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5,"name":"Aula"})");
  const std::string made = R"({"id":"urn:r:1","type":"Room","seats":5,"name":"Aula"})";
  EXPECT_EQ(local(here, "urn:r:1"), made);
  EXPECT_EQ(local(there, "urn:r:1"), made);
  EXPECT_EQ(here.ask("PATCH", "/entities/urn:r:1/attrs", R"({"seats":6})").status, 204);
  EXPECT_EQ(here.ask("PATCH", "/entities/urn:r:1", R"({"name":"Saal"})").status, 204);
  EXPECT_EQ(here.ask("POST", "/entities/urn:r:1/attrs", R"({"floor":2})").status, 204);
  EXPECT_EQ(here.ask("PATCH", "/entities/urn:r:1/attrs/floor", R"({"value":3})").status, 204);
  EXPECT_EQ(here.ask("DELETE", "/entities/urn:r:1/attrs/name").status, 204);
  EXPECT_EQ(local(there, "urn:r:1"), R"({"id":"urn:r:1","type":"Room","seats":6,"floor":3})");
  EXPECT_EQ(local(there, "urn:r:1"), local(here, "urn:r:1"));
  EXPECT_EQ(here.ask("DELETE", "/entities/urn:r:1").status, 204);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:1").status, 404);
}

TEST(Sharing, WithLocalNobodyElseHearsOfIt) {
  Node here("here");
  Node there("there");
  here.make_registration(kAllOf, there.url());
  EXPECT_EQ(here.ask("POST", "/entities?local=true", R"({"id":"urn:r:1","type":"Room"})").status,
            201);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:1").status, 404);
}

TEST(Sharing, WhatASourceHasAloneIsNotWrittenHere) {
  Node here("here");
  Node there("there");
  here.make_registration(seats_alone("redirectionOps"), there.url());
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5,"name":"Aula"})");
  EXPECT_EQ(local(here, "urn:r:1"), R"({"id":"urn:r:1","type":"Room","name":"Aula"})");
  EXPECT_EQ(local(there, "urn:r:1"), R"({"id":"urn:r:1","type":"Room","seats":5})");
  EXPECT_EQ(here.ask("PATCH", "/entities/urn:r:1/attrs", R"({"seats":9})").status, 204);
  EXPECT_EQ(local(there, "urn:r:1"), R"({"id":"urn:r:1","type":"Room","seats":9})");
  EXPECT_THAT(here.get("/entities/urn:r:1?format=simplified"), HasSubstr(R"("seats":9)"));
}

TEST(Sharing, ARedirectTakesTheWholeEntityToAllItsSources) {
  Node here("here");
  Node north("north");
  Node south("south");
  for (Node* node : {&north, &south}) {
    here.make_registration(std::string(kAllOf) + R"(,"mode":"redirect")", node->url());
  }
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1?local=true").status, 404);
  EXPECT_THAT(local(north, "urn:r:1"), HasSubstr("seats"));
  EXPECT_THAT(local(south, "urn:r:1"), HasSubstr("seats"));
  EXPECT_EQ(here.ask("DELETE", "/entities/urn:r:1").status, 204);
  EXPECT_EQ(north.ask("GET", "/entities/urn:r:1").status, 404);
}

TEST(Sharing, OperationsThatAreNotOfferedAreNotAskedFor) {
  Node here("here");
  Source source;
  here.make_registration(seats_alone("retrieveOps"), source.url());
  const auto refused = here.ask("POST", "/entities", R"({"id":"urn:r:1","type":"Room","seats":5})");
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("https://uri.etsi.org/ngsi-ld/errors/Conflict"));
  EXPECT_EQ(source.asked(), "");
  // Some of it is done: the rest is told.
  const auto some =
      here.ask("POST", "/entities", R"({"id":"urn:r:1","type":"Room","seats":5,"name":"Aula"})");
  EXPECT_EQ(some.status, 207) << some.body;
  EXPECT_EQ(some.field("Location"), "/ngsi-ld/v1/entities/urn:r:1");
  EXPECT_THAT(some.body, HasSubstr("registrationId"));
  EXPECT_EQ(local(here, "urn:r:1"), R"({"id":"urn:r:1","type":"Room","name":"Aula"})");
}

TEST(Sharing, FailuresAreToldByPlace) {
  Node here("here");
  Source source;
  here.make_registration(kAllOf, source.url());
  source.answer(409, "{}");
  const auto made = here.ask("POST", "/entities", R"({"id":"urn:r:1","type":"Room","seats":5})");
  EXPECT_EQ(made.status, 207);
  EXPECT_THAT(made.body, HasSubstr(R"("success":["urn:r:1"])"));
  EXPECT_THAT(made.body, HasSubstr(R"("status":409)"));
  source.answer(204, "");
  const auto gone = here.ask("DELETE", "/entities/urn:r:2");
  EXPECT_EQ(gone.status, 207) << "it is not here";
  source.answer(500, "");
  const auto patched = here.ask("PATCH", "/entities/urn:r:1/attrs", R"({"seats":6})");
  EXPECT_EQ(patched.status, 207);
  EXPECT_THAT(patched.body, HasSubstr(R"("updated":)"));
  EXPECT_THAT(patched.body, HasSubstr(R"("attributeName":)"));
}

TEST(Sharing, TheOnlySourcesFailureIsTheAnswer) {
  Node here("here");
  Source source;
  here.make_registration(seats_alone("redirectionOps"), source.url());
  const auto status_for = [&](int status) {
    source.answer(status, "{}");
    return here.ask("PATCH", "/entities/urn:r:1/attrs", R"({"seats":6})").status;
  };
  EXPECT_EQ(status_for(404), 404);
  EXPECT_EQ(status_for(500), 502);
  EXPECT_EQ(status_for(508), 508);
  EXPECT_EQ(status_for(207), 207);
}

TEST(Sharing, ALoopIsRefused) {
  Node here("here");
  Source source;
  here.make_registration(kAllOf, source.url());
  const auto answer = here.ask("POST", "/entities", R"({"id":"urn:r:1","type":"Room"})",
                               "Via: 1.1 other, 1.1 here\r\n");
  EXPECT_EQ(answer.status, 508);
  EXPECT_EQ(source.asked(), "");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1?local=true").status, 404);
}

TEST(Sharing, ASourceIsToldItsOwnNames) {
  Node here("here");
  Source source;
  here.make_registration(
      std::string(kAllOf) +
          R"(,"contextSourceInfo":[{"key":"jsonldContext",)"
          R"("value":"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"}])",
      source.url());
  source.answer(201, "");
  const auto made = here.ask(
      "POST", "/entities",
      R"({"id":"urn:r:1","type":"Room","https://uri.etsi.org/ngsi-ld/default-context/seats":)"
      R"({"type":"Property","value":{"https://uri.etsi.org/ngsi-ld/default-context/deep":1}}})");
  EXPECT_EQ(made.status, 201) << made.body;
  const std::string body = source.wait(1).front();
  EXPECT_THAT(body, HasSubstr(R"("seats":{"type":"Property","value":)"));
  EXPECT_THAT(body, HasSubstr(R"({"https://uri.etsi.org/ngsi-ld/default-context/deep":1})"));
  EXPECT_THAT(source.asked(), HasSubstr("/ngsi-ld/v1/entities"));
  EXPECT_THAT(source.asked(), HasSubstr("Link: <https://uri.etsi.org/ngsi-ld/v1/"));
}

TEST(Sharing, ABatchGoesToASourceAtOnce) {
  Node here("here");
  Node there("there");
  here.make_registration(kBatches, there.url());
  const auto made =
      here.ask("POST", "/entityOperations/create",
               R"([{"id":"urn:r:1","type":"Room","seats":1},)"
               R"({"id":"urn:r:2","type":"Room","seats":2},{"id":"urn:h:1","type":"Hall"}])");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, R"(["urn:r:1","urn:r:2","urn:h:1"])");
  EXPECT_THAT(local(there, "urn:r:2"), HasSubstr("seats"));
  EXPECT_EQ(there.ask("GET", "/entities/urn:h:1").status, 404);
  EXPECT_EQ(there.ask("DELETE", "/entities/urn:r:2").status, 204);
  const auto merged = here.ask("POST", "/entityOperations/merge",
                               R"([{"id":"urn:r:1","seats":3},{"id":"urn:r:2","seats":4}])");
  EXPECT_EQ(merged.status, 207) << merged.body;
  EXPECT_THAT(merged.body, HasSubstr(R"("entityId":"urn:r:2")"));
  EXPECT_THAT(merged.body, HasSubstr("registrationId"));
  EXPECT_THAT(local(there, "urn:r:1"), HasSubstr(R"("seats":3)"));
  EXPECT_EQ(here.ask("POST", "/entityOperations/delete", R"(["urn:r:1"])").status, 204);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:1").status, 404);
}

TEST(Sharing, ASourceWithoutBatchesGetsTheEntitiesOneByOne) {
  Node here("here");
  Node there("there");
  here.make_registration(std::string(kAllOf) + R"(,"mode":"redirect")", there.url());
  const std::string rooms = R"([{"id":"urn:r:1","type":"Room","seats":1},)"
                            R"({"id":"urn:r:2","type":"Room","seats":2}])";
  EXPECT_EQ(here.ask("POST", "/entityOperations/upsert", rooms).status, 201);
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1?local=true").status, 404);
  EXPECT_EQ(here.ask("POST", "/entityOperations/upsert", rooms).status, 204) << "replaced there";
  EXPECT_THAT(local(there, "urn:r:2"), HasSubstr("seats"));
  EXPECT_EQ(here.ask("POST", "/entityOperations/delete", R"(["urn:r:1","urn:r:2"])").status, 204);
  EXPECT_EQ(there.get("/entities?type=Room"), "[]");
}

}  // namespace
}  // namespace revier::federation
