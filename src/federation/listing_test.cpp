// SPDX-License-Identifier: EUPL-1.2
// Types and attributes that other sources have, and purging there, between whole brokers and with
// sources that answer what they are told to.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "federation/detail/listing.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using context::Distribution;
using test::kRooms;
using test::Node;
using test::Source;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kPurges =
    R"("information":[{"entities":[{"type":"Room"}]}],"operations":["redirectionOps"])";

std::string member_of(const std::string& body, std::string_view member) {
  const auto document = json::Document::parse(body);
  const auto value = document ? document->root().find(member) : std::nullopt;
  return value ? json::to_text(*value) : "";
}

// --- Listings ------------------------------------------------------------------------------------

TEST(Listings, HoldWhatSourcesAreRegisteredFor) {
  Node here("here");
  Node there("there");
  here.make_registration(kRooms, there.url());
  here.make(R"({"id":"urn:b:1","type":"Bus","speed":50})");
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  there.make(R"({"id":"urn:r:2","type":"Room","seats":5,"name":"Aula"})");
  there.make(R"({"id":"urn:h:1","type":"Hall","beds":5})");
  EXPECT_EQ(member_of(here.get("/types"), "typeList"), R"(["Bus","Room"])");
  EXPECT_EQ(member_of(here.get("/types?local=true"), "typeList"), R"(["Bus","Room"])");
  EXPECT_EQ(member_of(here.get("/attributes"), "attributeList"), R"(["name","seats","speed"])");
  EXPECT_EQ(member_of(here.get("/attributes?local=true"), "attributeList"), R"(["seats","speed"])");
  const std::string details = here.get("/types?details=true");
  EXPECT_THAT(details, HasSubstr(R"("typeName":"Room","attributeNames":["name","seats"])"));
  EXPECT_THAT(details, Not(HasSubstr("Hall")));
  const std::string room = here.get("/types/Room");
  EXPECT_EQ(member_of(room, "entityCount"), "2");
  EXPECT_THAT(room, HasSubstr(R"("attributeName":"name","attributeTypes":["Property"])"));
  EXPECT_EQ(here.ask("GET", "/types/Hall").status, 404);
  EXPECT_THAT(here.get("/attributes?details=true"),
              HasSubstr(R"("attributeName":"name","typeNames":["Room"])"));
  const std::string seats = here.get("/attributes/seats");
  EXPECT_EQ(member_of(seats, "attributeCount"), "2");
  EXPECT_EQ(member_of(here.get("/attributes/name"), "typeNames"), R"(["Room"])");
  EXPECT_EQ(here.ask("GET", "/attributes/beds").status, 404);
}

TEST(Listings, AreNarrowedToRegisteredAttributes) {
  Node here("here");
  Source source;
  here.make_registration(
      R"("information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}])", source.url());
  source.answer(200, R"([{"id":"https://uri.etsi.org/ngsi-ld/default-context/Room",
      "type":"EntityType","typeName":"Room","attributeNames":["seats","secret"]},
      {"id":"https://uri.etsi.org/ngsi-ld/default-context/Hall","type":"EntityType",
      "typeName":"Hall","attributeNames":["seats"]}])");
  const std::string types = here.get("/types?details=true");
  EXPECT_THAT(types, HasSubstr(R"("attributeNames":["seats"])"));
  EXPECT_THAT(types, Not(HasSubstr("secret")));
  EXPECT_THAT(types, Not(HasSubstr("Hall")));
  EXPECT_THAT(source.asked(), HasSubstr("/ngsi-ld/v1/types?details=true\n"));
  EXPECT_THAT(source.asked(), HasSubstr("Via: 1.1 here\n"));
}

TEST(Listings, WarnWhereASourceFails) {
  Node here("here");
  Source source;
  here.make_registration(kRooms, source.url());
  here.make(R"({"id":"urn:b:1","type":"Bus","speed":50})");
  const auto warning = [&](int status, std::string body) {
    source.answer(status, std::move(body));
    const auto answer = here.ask("GET", "/types");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("Bus"));
    return answer.field("NGSILD-Warning").substr(0, 3);
  };
  EXPECT_EQ(warning(403, "{}"), "299");
  EXPECT_EQ(warning(200, "[]"), "111");
  EXPECT_EQ(warning(200, R"({"typeList":[5]})"), "111");
  EXPECT_EQ(warning(404, "{}"), "");
  EXPECT_EQ(warning(200, R"({"typeList":["Room"]})"), "");
}

TEST(Listings, AreNotAskedOfSourcesThatDoNotOfferThem) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"operations":["retrieveOps"])", source.url());
  for (const char* path : {"/types", "/types?details=true", "/types/Room", "/attributes",
                           "/attributes?details=true", "/attributes/seats"}) {
    (void)here.ask("GET", path);
  }
  EXPECT_EQ(source.asked(), "");
}

TEST(Listings, TakeABoundedNumberOfNames) {
  Node node;
  std::string body = R"({"typeList":["t0")";
  for (std::size_t i = 1; i <= detail::kListedNamesMax; ++i) body += fmt::format(",\"t{}\"", i);
  auto& catalogue = node.world().catalogue();
  const auto facts =
      detail::facts_in(Distribution::Listing::kTypes, body + "]}", catalogue.core(), catalogue);
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Code::kTooLarge);
}

// --- Purging -------------------------------------------------------------------------------------

TEST(Purges, GoToSourcesToo) {
  Node here("here");
  Node there("there");
  here.make_registration(kPurges, there.url());
  here.make(R"({"id":"urn:b:1","type":"Bus"})");
  there.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  there.make(R"({"id":"urn:h:1","type":"Hall","seats":5})");
  there.make(R"({"id":"urn:r:2","type":"Room","seats":9})");
  EXPECT_EQ(here.ask("DELETE", "/entities?type=Room&local=true").status, 204);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:1").status, 200);
  EXPECT_EQ(here.ask("DELETE", "/entities?q=seats==5").status, 204);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:1").status, 404);
  EXPECT_EQ(there.ask("GET", "/entities/urn:h:1").status, 200) << "not registered";
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:2").status, 200);
  EXPECT_EQ(here.ask("DELETE", "/entities?type=Room|Bus").status, 204);
  EXPECT_EQ(there.ask("GET", "/entities/urn:r:2").status, 404);
  EXPECT_EQ(here.ask("GET", "/entities/urn:b:1").status, 404);
}

TEST(Purges, TakeNoMoreThanIsRegistered) {
  Node here("here");
  Source source;
  const auto asked = [&](std::string_view information, std::string_view path) {
    here.make_registration(
        fmt::format(R"("id":"urn:reg:1","information":[{}],"operations":["purgeEntity"])",
                    information),
        source.url());
    source.answer(200, "{}");
    const auto answer = here.ask("DELETE", path);
    EXPECT_LT(answer.status, 300) << answer.body;
    (void)here.ask("DELETE", "/csourceRegistrations/urn:reg:1");
    const std::string all = source.asked();
    return all.substr(0, all.find('\n'));
  };
  const std::string entities = "/ngsi-ld/v1/entities?";
  EXPECT_EQ(
      asked(R"({"entities":[{"type":"Room"}],"propertyNames":["a","b"]})", "/entities?type=Room"),
      entities + "type=Room&drop=a%2Cb");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room"}],"propertyNames":["a","b"]})",
                  "/entities?type=Room&drop=b,c"),
            entities + "type=Room&drop=b");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room"}],"propertyNames":["a","b"]})",
                  "/entities?type=Room&keep=b,c"),
            entities + "type=Room&drop=a");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room"}]})", "/entities?type=Room&keep=b"),
            entities + "type=Room&keep=b");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room","id":"urn:r:1"}]})",
                  "/entities?type=Room&id=urn:r:1,urn:r:2"),
            entities + "type=Room&id=urn:r:1");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room","idPattern":"urn:r:.*"}]})",
                  "/entities?type=Room&id=urn:r:1,urn:x:2"),
            entities + "type=Room&id=urn:r:1");
  EXPECT_EQ(asked(R"({"entities":[{"type":"Room","idPattern":"urn:r:.*"}]})",
                  "/entities?type=Room|Hall&q=a==1"),
            entities + "q=a%3D%3D1&type=Room&idPattern=urn:r:.*");
}

TEST(Purges, AreNotToldWhereTheyCannotBeToldExactly) {
  Node here("here");
  Source source;
  here.make_registration(R"("information":[{"entities":[{"type":"Room","idPattern":"urn:r:.*"}]}],)"
                         R"("operations":["purgeEntity"])",
                         source.url());
  here.make(R"({"id":"urn:r:1","type":"Room"})");
  const auto answer = here.ask("DELETE", "/entities?type=Room&idPattern=urn:.*1");
  EXPECT_EQ(answer.status, 207);
  EXPECT_THAT(answer.body, HasSubstr(R"("success":["urn:r:1"])"));
  EXPECT_THAT(answer.body, HasSubstr("Conflict"));
  EXPECT_EQ(source.asked(), "");
}

TEST(Purges, TellWhereASourceFails) {
  Node here("here");
  Source source;
  here.make_registration(R"("id":"urn:reg:1",)" + std::string(kPurges), source.url());
  source.answer(500, "");
  EXPECT_EQ(here.ask("DELETE", "/entities?type=Room").status, 502);
  ASSERT_EQ(here.ask("POST", "/entities?local=true", R"({"id":"urn:r:1","type":"Room"})").status,
            201);
  const auto partly = here.ask("DELETE", "/entities?type=Room");
  EXPECT_EQ(partly.status, 207);
  EXPECT_EQ(member_of(partly.body, "success"), R"(["urn:r:1"])");
  EXPECT_THAT(partly.body, HasSubstr(R"("registrationId":"urn:reg:1")"));
  source.answer(207, R"({"success":[],"errors":[{"entityId":"urn:r:7","error":{"status":403}}]})");
  EXPECT_THAT(here.ask("DELETE", "/entities?type=Room").body, HasSubstr("urn:r:7"));
}

TEST(Purges, AreRefusedWhereOthersAloneHaveWhatIsMeant) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"mode":"redirect","operations":["retrieveOps"])",
                         source.url());
  EXPECT_EQ(here.ask("DELETE", "/entities?type=Room").status, 409);
  EXPECT_EQ(source.asked(), "");
  Node inclusive("inclusive");
  inclusive.make_registration(std::string(kRooms), source.url());
  EXPECT_EQ(inclusive.ask("DELETE", "/entities?type=Room").status, 204);
  EXPECT_EQ(source.asked(), "");
  EXPECT_EQ(here.ask("DELETE", "/entities?type=Room", "", "Via: 1.1 here\r\n").status, 508);
}

// Whatever is registered and whatever is purged: what lies beyond either of them stays.
RC_GTEST_PROP(PurgesProperty, LeaveWhatIsNotMeant, ()) {
  static Node here("here");
  static Node there("there");
  (void)here.ask("DELETE", "/csourceRegistrations/urn:reg:p");
  (void)there.ask("DELETE", "/entities?local=true");
  for (const char* type : {"Room", "Hall"}) {
    for (int i = 0; i < 3; ++i) {
      there.make(fmt::format(R"({{"id":"urn:{}:{}","type":"{}","a":{},"b":1}})", type, i, type, i));
    }
  }
  const bool by_id = *rc::gen::arbitrary<bool>();
  const bool by_attribute = *rc::gen::arbitrary<bool>();
  const int registered = *rc::gen::inRange(0, 3);
  here.make_registration(
      fmt::format(R"("id":"urn:reg:p","information":[{{"entities":[{{"type":"Room"{}}}]{}}}],)"
                  R"("operations":["purgeEntity"])",
                  by_id ? fmt::format(R"(,"id":"urn:Room:{}")", registered) : "",
                  by_attribute ? R"(,"propertyNames":["a"])" : ""),
      there.url());
  const int asked = *rc::gen::inRange(0, 3);
  const auto query = *rc::gen::element<std::string>(
      "type=Room", "type=Room|Hall", fmt::format("type=Room&id=urn:Room:{}", asked),
      fmt::format("q=a=={}", asked), "type=Room&drop=b", "type=Room&keep=a", "type=Hall");
  (void)here.ask("DELETE", "/entities?" + query);
  for (int i = 0; i < 3; ++i) {
    RC_ASSERT(there.ask("GET", fmt::format("/entities/urn:Hall:{}", i)).status == 200);
    const auto room = there.ask("GET", fmt::format("/entities/urn:Room:{}?format=simplified", i));
    const bool one = query.find("Room:") != query.npos || query.find("q=") != query.npos;
    const bool meant = query != "type=Hall" && (!one || i == asked) && (!by_id || i == registered);
    const bool drops = query.find("drop") != query.npos || query.find("keep") != query.npos;
    if (!meant || by_attribute || drops) RC_ASSERT(room.status == 200);
    if (!meant || by_attribute) RC_ASSERT(room.body.find(R"("b":1)") != room.body.npos);
    if (meant && !by_attribute && !drops) RC_ASSERT(room.status == 404);
  }
}

}  // namespace
}  // namespace revier::federation
