// SPDX-License-Identifier: EUPL-1.2
#include "live/hub.h"

#include <gtest/gtest.h>

#include "net/server.h"
#include "support/context_world.h"

namespace revier::live {
namespace {

struct Taken final : net::EventStream {
  bool send(std::shared_ptr<const std::string> event) override {
    if (!ended) events.push_back(*event);
    return !ended;
  }
  void close() override { ended = true; }
  [[nodiscard]] bool closed() const override { return ended; }

  std::vector<std::string> events;
  bool ended = false;
};

class HubTest : public testing::Test {
 protected:
  void SetUp() override { hub_.add_route(router_); }

  // A stream; nullptr where it is refused.
  std::shared_ptr<Taken> follow(std::string_view token, const std::string& ids,
                                std::string address = "192.0.2.1") {
    const std::string query = "ids=" + ids;
    const std::vector<net::Field> fields = {{"Authorization", token}};
    net::Request request;
    request.path = "/live";
    request.query = query;
    request.fields = fields;
    request.client_address = std::move(address);
    const auto match = router_.match(net::Method::kGet, "/live");
    const net::Response response = match->route->handler(request);
    const auto* begin = std::get_if<net::Response::OnStream>(&response.body);
    if (begin == nullptr) return nullptr;
    auto stream = std::make_shared<Taken>();
    (*begin)(stream);
    return stream;
  }
  bool may(const net::Request& request) const {
    return holds_.contains(request.header("Authorization").value_or(""));
  }

  std::set<std::string, std::less<>> holds_ = {"one", "two"};
  context::test::World world_;
  Hub hub_{world_.broker(), [this](const net::Request& r) { return may(r); },
           [this](const net::Request& r) { return may(r); }};
  net::Router router_;
};

TEST_F(HubTest, TellsNothingMoreToWhoMayNotReadAnyMore) {
  EXPECT_EQ(follow("none", "urn:r:1"), nullptr);
  const auto ends = follow("one", "urn:r:1");
  const auto stays = follow("two", "urn:r:1");
  ASSERT_TRUE(world_.create(R"({"id":"urn:r:1","type":"Room","seats":1})"));
  EXPECT_EQ(ends->events.size(), 1U);
  holds_.erase("one");
  ASSERT_TRUE(
      world_.write(context::put(world_.parsed(R"({"id":"urn:r:1","type":"Room","seats":2})"))));
  EXPECT_EQ(ends->events.size(), 1U);
  EXPECT_TRUE(ends->ended);
  EXPECT_EQ(stays->events.size(), 2U);
}

TEST_F(HubTest, MakesRoomAtTheExpenseOfTheNetworkThatFollowsMost) {
  const auto other = follow("one", "urn:r:1", "198.51.100.7");
  std::string ids;
  for (std::size_t i = 0; i < kIdsMax; ++i) ids += fmt::format("urn:x:{},", i);
  std::vector<std::shared_ptr<Taken>> many;
  for (std::size_t i = 0; i < kFollowersMax / kIdsMax + 5; ++i) many.push_back(follow("one", ids));
  const auto late = follow("two", "urn:r:1", "203.0.113.9");
  EXPECT_TRUE(many.front()->ended);
  EXPECT_FALSE(many.back()->ended);
  ASSERT_TRUE(world_.create(R"({"id":"urn:r:1","type":"Room","seats":1})"));
  EXPECT_EQ(other->events.size(), 1U);
  EXPECT_EQ(late->events.size(), 1U);
}

TEST_F(HubTest, MakesAsMuchRoomAsIsMissing) {
  std::vector<std::shared_ptr<Taken>> small;
  for (std::size_t i = 0; i < kIdsMax; ++i) small.push_back(follow("one", "urn:r:1"));
  std::string ids;
  for (std::size_t i = 0; i < kIdsMax; ++i) ids += fmt::format("urn:x:{},", i);
  for (std::size_t i = 1; i < kFollowersMax / kIdsMax; ++i) (void)follow("one", ids);
  for (int i = 0; i < 2; ++i) (void)follow("one", ids);
  EXPECT_TRUE(small.back()->ended) << "two took the place of two hundred";
}

}  // namespace
}  // namespace revier::live
