// SPDX-License-Identifier: EUPL-1.2
// Subscriptions to registrations: who is told what, how often, and again.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::Node;
using test::Source;
using testing::HasSubstr;

class WatchersTest : public testing::Test {
 protected:
  test::RawAnswer watch(std::string_view more = "") {
    return node_.ask(
        "POST", "/csourceSubscriptions",
        fmt::format(R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}}],)"
                    R"("notification":{{"endpoint":{{"uri":"{}/notify"}}}}{}}})",
                    receiver_.url(), more));
  }
  Node node_;
  Source receiver_;
};

TEST_F(WatchersTest, AreToldOfEachChangeOfWhatMatches) {
  node_.make_registration(R"("id":"urn:reg:0",)" + std::string(kRooms), "http://127.0.0.1:9");
  ASSERT_EQ(watch().status, 201);
  EXPECT_THAT(receiver_.wait(1)[0], HasSubstr(R"("triggerReason":"newlyMatching")"));
  node_.make_registration(R"("id":"urn:reg:1",)" + std::string(kRooms), "http://127.0.0.1:9");
  EXPECT_THAT(receiver_.wait(2)[1], HasSubstr("urn:reg:1"));
  node_.make_registration(R"("id":"urn:reg:2","information":[{"entities":[{"type":"Bus"}]}])",
                          "http://127.0.0.1:9");
  const auto change = [&](std::string_view body) {
    EXPECT_EQ(node_.ask("PATCH", "/csourceRegistrations/urn:reg:1", body).status, 204);
  };
  change(R"({"endpoint":"http://127.0.0.1:8"})");
  EXPECT_THAT(receiver_.wait(3)[2], HasSubstr(R"("triggerReason":"updated")"));
  change(R"({"information":[{"entities":[{"type":"Bus"}]}]})");
  EXPECT_THAT(receiver_.wait(4)[3], HasSubstr(R"("triggerReason":"noLongerMatching")"));
  // Counted when the receiver's answer is back.
  std::string shown;
  for (int i = 0; i < 6'000 && shown.find(R"("timesSent":4)") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    shown = node_.get("/csourceSubscriptions/urn:s:1");
  }
  EXPECT_THAT(shown, HasSubstr(R"("timesSent":4)"));
  EXPECT_EQ(node_.ask("DELETE", "/csourceSubscriptions/urn:s:1").status, 204);
  EXPECT_EQ(node_.get("/csourceSubscriptions"), "[]");
}

TEST_F(WatchersTest, AreToldOnceOfWhatWasMadeJustBefore) {
  constexpr int kRounds = 50;
  const auto of_kind = [](int i) { return fmt::format(R"("entities":[{{"type":"K{}"}}])", i); };
  for (int i = 0; i < kRounds; ++i) {
    node_.make_registration(
        fmt::format(R"("id":"urn:reg:{}","information":[{{{}}}])", i, of_kind(i)),
        "http://127.0.0.1:9");
    const auto made =
        node_.ask("POST", "/csourceSubscriptions",
                  fmt::format(R"({{"id":"urn:s:{}","type":"Subscription",{},)"
                              R"("notification":{{"endpoint":{{"uri":"{}/notify"}}}}}})",
                              i, of_kind(i), receiver_.url()));
    ASSERT_EQ(made.status, 201) << made.body;
  }
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_EQ(node_.ask("DELETE", fmt::format("/csourceRegistrations/urn:reg:{}", i)).status, 204);
  }
  // What came twice would come before the end.
  const auto told = receiver_.wait(2 * kRounds);
  const auto number = [&told](std::string_view reason) {
    return std::ranges::count_if(
        told, [reason](const std::string& one) { return one.find(reason) != one.npos; });
  };
  EXPECT_EQ(number("newlyMatching"), kRounds);
  EXPECT_EQ(number("noLongerMatching"), kRounds);
}

TEST_F(WatchersTest, AreTriedAgainAndToldAllAfterAStart) {
  receiver_.answer(503, "");
  node_.make_registration(R"("id":"urn:reg:0",)" + std::string(kRooms), "http://127.0.0.1:9");
  ASSERT_EQ(watch().status, 201);
  const auto tries = receiver_.wait(2);
  EXPECT_EQ(tries[0], tries[1]);
  EXPECT_THAT(node_.get("/csourceSubscriptions/urn:s:1"), HasSubstr("lastFailure"));
  receiver_.answer(200, "");
  const std::size_t before = receiver_.wait(0).size();
  node_.restart();
  EXPECT_THAT(receiver_.wait(before + 1).back(), HasSubstr("urn:reg:0"));
}

TEST_F(WatchersTest, RefuseWhatTheyCannotDo) {
  EXPECT_EQ(watch(R"(,"csf":"(")").status, 400);
  EXPECT_EQ(watch(R"(,"temporalQ":{"timerel":"other","timeAt":"2020-01-01T00:00:00Z"})").status,
            400);
  EXPECT_EQ(watch().status, 201);
  EXPECT_EQ(watch().status, 409);
  EXPECT_EQ(node_.ask("PATCH", "/csourceSubscriptions/urn:s:2", R"({"isActive":false})").status,
            404);
  EXPECT_EQ(node_.ask("PATCH", "/csourceSubscriptions/urn:s:1", R"({"isActive":false})").status,
            204);
  EXPECT_THAT(node_.get("/csourceSubscriptions/urn:s:1"), HasSubstr(R"("status":"paused")"));
}

}  // namespace
}  // namespace revier::federation
