// SPDX-License-Identifier: EUPL-1.2
// Who registers a source gets nothing of those who ask, and takes nothing from others.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "federation/detail/request.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::Node;
using test::Source;
using testing::HasSubstr;
using testing::Not;

// Whoever may write data can register a source: what readers sign in with here is not for it.
TEST(SourcesOfStrangers, AreNotHandedTheKeysOfWhoAsks) {
  Node here("here");
  Source source;
  std::string info;
  for (const char* name : {"Authorization", "Cookie", "authorization", "Proxy-Authorization"}) {
    info += fmt::format(R"({{"key":"{}","value":"urn:ngsi-ld:request"}},)", name);
  }
  here.make_registration(std::string(kRooms) + R"(,"contextSourceInfo":[)" + info +
                             R"({"key":"X-User","value":"urn:ngsi-ld:request"}])",
                         source.url());
  (void)here.ask("GET", "/entities/urn:r:1", "",
                 "Authorization: Bearer secret\r\nCookie: revier_session=secret\r\n"
                 "Proxy-Authorization: Basic secret\r\nX-User: anna\r\n");
  EXPECT_THAT(source.asked(), HasSubstr("X-User: anna\n"));
  EXPECT_THAT(source.asked(), Not(HasSubstr("secret")));
}

TEST(SourcesOfStrangers, GetTheAuthorizationOfOthersWhereNobodySignsInHere) {
  Registration registration;
  registration.source_info = {{"Authorization", "urn:ngsi-ld:request"}};
  const auto sent = [&](std::string_view value, bool copies) {
    const std::vector<net::Field> fields = {{"Authorization", value}};
    net::Request request;
    request.fields = fields;
    net::Outgoing out;
    detail::address(out, registration, {request, "here", 1, 1, copies}, "");
    return std::ranges::count(out.headers, "Authorization", [](const auto& f) { return f.first; });
  };
  EXPECT_EQ(sent("Bearer theirs", true), 1);
  EXPECT_EQ(sent("Bearer theirs", false), 0);
  EXPECT_EQ(sent("Bearer rv_ours", true), 0);
}

TEST(SourcesOfStrangers, AreAskedForLongIdsInPortionsThatFitAnAddress) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"operations":["queryEntity"])", source.url());
  std::string ids;
  for (int i = 0; i < 60; ++i)
    ids += fmt::format(R"({}"urn:r:{}{:03}")", i > 0 ? "," : "", std::string(170, 'x'), i);
  (void)here.ask(
      "POST", "/entityOperations/query",
      R"({"type":"Query","entities":[{"type":"Room","id":[)" + ids + R"(]}],"localOnly":false})");
  std::size_t named = 0;
  for (const std::string& head : source.heads()) {
    const std::string target = head.substr(0, head.find('\n'));
    EXPECT_LT(target.size(), 5'000U);
    for (std::size_t at = target.find("xxx0"); at != target.npos;
         at = target.find("xxx0", at + 1)) {
      ++named;
    }
  }
  EXPECT_EQ(named, 60U);
  EXPECT_EQ(source.heads().size(), 3U);
}

// Nobody makes a source of others rest, nor for longer than it would by itself.
TEST(SourcesOfStrangers, RestForTheirOwnRegistrationAlone) {
  Node here("here");
  Source source;
  const std::string rests = std::string(kRooms) + R"(,"id":"urn:reg:1","endpoint":")" +
                            source.url() + R"(","management":{"cooldown":1000000000000})";
  const std::string registration = R"({"type":"ContextSourceRegistration",)" + rests + "}";
  for (const char* tenant : {"", "NGSILD-Tenant: evil\r\n"}) {
    ASSERT_EQ(here.ask("POST", "/csourceRegistrations", registration, tenant).status, 201);
  }
  source.answer(503, "");
  (void)here.ask("GET", "/entities/urn:r:1", "", "NGSILD-Tenant: evil\r\n");
  source.answer(200, R"({"id":"urn:r:1","type":"Room"})");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1", "", "NGSILD-Tenant: evil\r\n").status, 404);
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").status, 200);
  here.world().clock().advance(Duration::seconds(1));
  EXPECT_EQ(here.ask("PATCH", "/csourceRegistrations/urn:reg:1", R"({"description":"mended"})",
                     "NGSILD-Tenant: evil\r\n")
                .status,
            204);
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1", "", "NGSILD-Tenant: evil\r\n").status, 200);
}

TEST(SourcesOfStrangers, DoNotRestWhereTheyRefuseOneRequest) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"management":{"cooldown":60000})", source.url());
  for (const int status : {401, 414, 431}) {
    source.answer(status, "");
    EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "299");
  }
  source.answer(429, "");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "299");
  EXPECT_EQ(here.ask("GET", "/entities/urn:r:1").field("NGSILD-Warning").substr(0, 3), "199");
}

TEST(SourcesOfStrangers, RestNoLongerSinceTheyAreAskedForMeanwhile) {
  Node here("here");
  Source source;
  here.make_registration(std::string(kRooms) + R"(,"management":{"cooldown":500})", source.url());
  source.answer(500, "");
  (void)here.ask("GET", "/entities/urn:r:1");
  source.answer(200, R"({"id":"urn:r:1","type":"Room"})");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < end) {
    status = here.ask("GET", "/entities/urn:r:1").status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace revier::federation
