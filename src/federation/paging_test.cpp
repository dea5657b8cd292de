// SPDX-License-Identifier: EUPL-1.2
// Reading sources page by page, and who reads them, between whole brokers.
#include <gmock/gmock.h>

#include "federation/detail/request.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::Node;
using testing::HasSubstr;
using testing::Not;

// An entity map under rights by entity is made of what they show, behind links, too.
TEST(EntityMaps, FollowLinksUnderRightsByEntity) {
  Node node;
  node.make(R"({"id":"urn:h:1","type":"Hall","beds":5,"code":5})");
  node.make(R"({"id":"urn:r:1","type":"Room","of":{"object":"urn:h:1"}})");
  constexpr std::string_view kAs =
      R"(Authorization: Bearer rights=[{"operations":["read"],"except":["code"]}])"
      "\r\n";
  const auto found = [&](std::string_view q) {
    return node
        .ask("GET",
             fmt::format("/entities?type=Room&join=inline&entityMap=true&q=of{{Hall:{}}}==5", q),
             "", kAs)
        .body;
  };
  EXPECT_THAT(found("beds"), HasSubstr("urn:r:1"));
  EXPECT_EQ(found("code"), "[]");
}

TEST(Sources, AreNotAskedForRightsByEntity) {
  Node here("here");
  Node there("there");
  here.make_registration(kRooms, there.url());
  here.make(R"({"id":"urn:r:1","type":"Room","seats":5})");
  there.make(R"({"id":"urn:r:2","type":"Room","seats":5})");
  constexpr std::string_view kAs =
      R"(Authorization: Bearer rights=[{"operations":["read"],"types":["Room"]}])"
      "\r\n";
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1", "", kAs).status, 200);
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1?entityMap=true", "", kAs).status, 200);
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:2", "", kAs).status, 404);
  EXPECT_THAT(here.ask("GET", "/entities?type=Room", "", kAs).body, Not(HasSubstr("urn:r:2")));
  EXPECT_EQ(here.ask("GET", "/types/Room", "", kAs).status, 200);
  // What only sounds like a question writes all the same, and would write elsewhere.
  constexpr std::string_view kWrites =
      "Authorization: Bearer rights=[{\"operations\":[\"write\"]}]\r\n";
  for (const char* id : {"urn:r:3", "urn:r:%2FentityMaps", "urn:r:%2FentityOperations%2Fquery"}) {
    EXPECT_EQ(here.ask("DELETE", fmt::format("/entities/{}", id), "", kWrites).status, 403) << id;
  }
}

// A source that is Revier takes no offsets over 10,000, and says how it goes on.
TEST(Sources, AreReadToTheirEnd) {
  Node here("here");
  Node there("there");
  here.make_registration(kRooms, there.url());
  std::vector<context::Write> writes;
  for (int i = 0; i < 10'600; ++i) {
    const std::string room = fmt::format(R"({{"id":"urn:r:{}","type":"Room"}})", i);
    writes.push_back(context::create(there.world().parsed(room)));
  }
  ASSERT_TRUE(there.world().broker().write_blocking("", std::move(writes), context::Origin::api()));
  const auto answer = here.ask("GET", "/entities?type=Room&limit=100&offset=10450&count=true");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.field("NGSILD-Warning"), "");
  EXPECT_EQ(answer.field("NGSILD-Results-Count"), "10600");
  EXPECT_THAT(answer.head, HasSubstr("offset=10550&type=Room>; rel=\"next\""));
  const auto last = here.ask("GET", "/entities?type=Room&limit=100&offset=10550");
  EXPECT_THAT(last.body, HasSubstr("urn:r:10599"));
  EXPECT_THAT(last.head, Not(HasSubstr("rel=\"next\"")));
}

TEST(Sources, SayWhereTheyGoOn) {
  const auto next = [](std::string value) {
    return detail::next_query({.status = 200, .headers = {{"link", std::move(value)}}});
  };
  EXPECT_EQ(next(R"(</ngsi-ld/v1/entities?a=1&cursor=2>; rel="next"; type="x,y")"), "a=1&cursor=2");
  EXPECT_EQ(next(R"(<http://other/x?p=1>;rel="prev", <http://other/y?c=2#z>; rel=next)"), "c=2");
  EXPECT_EQ(next(R"(</x?limit=2&offset=4>; rel="next")"), "");
  EXPECT_EQ(next(R"(</x?cursor=4>; rel="prev")"), "");
  for (const char* wrong :
       {"", "<", "</x>; rel=\"next\"", "</x?a b>; rel=\"next\"", "rel=\"next\""}) {
    EXPECT_EQ(next(wrong), "") << wrong;
  }
}

}  // namespace
}  // namespace revier::federation
