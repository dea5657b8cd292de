// SPDX-License-Identifier: EUPL-1.2
// Subscriptions to registrations: who is told what, how often, and again.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/run_task.h"
#include "federation/document.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::must;
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

// Who might write when she asked is told nothing once she may not; and again if she may.
class WatchersOfNow : public testing::Test {
 protected:
  WatchersOfNow() { open(); }
  void reopen() {
    watchers_.reset();
    registrations_.reset();
    world_.reopen();
    open();
  }
  void register_room(std::string_view id) {
    const json::Document document = must(json::Document::parse(fmt::format(
        R"({{"id":"{}","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:9",{}}})",
        id, kRooms)));
    must(run_task(registrations_->create(must(parse(document.root(), *core(), now())))));
  }
  std::string watch(std::string_view grounds) {
    const json::Document document = must(json::Document::parse(fmt::format(
        R"({{"type":"Subscription","entities":[{{"type":"Room"}}],"notification":{{"endpoint":{{"uri":"{}/notify"}}}}}})",
        receiver_.url())));
    auto made = must(subscription::parse(document.root(), {core(), core(), now()}));
    made.owner = made.full_grounds = grounds;
    return must(run_task(watchers_->create(std::move(made))));
  }
  identity::Caller standing(std::string_view grounds) const {
    auto subject = std::make_shared<identity::Caller::Subject>();
    if (grounds == taken_) {
      subject->refusal = "the token was revoked";
      return {identity::Caller::Kind::kRejected, std::move(subject)};
    }
    subject->grants.push_back({.actions = identity::bit(identity::Action::kDataWrite)});
    return {identity::Caller::Kind::kToken, std::move(subject)};
  }
  const jsonld::ContextPtr& core() { return world_.catalogue().core(); }
  Instant now() { return world_.clock().now(); }

  test::World world_;
  Source receiver_;
  std::string taken_;  // these grounds; before and after an open Watchers
  std::unique_ptr<net::Client> client_ = must(net::Client::open({.allowed = {"127.0.0.0/8"}}));
  std::unique_ptr<Registrations> registrations_;
  std::unique_ptr<Watchers> watchers_;

 private:
  void open() {
    registrations_ = must(Registrations::open({.store = world_.store(),
                                               .broker = world_.broker(),
                                               .core = core(),
                                               .civil_clock = world_.clock()}));
    watchers_ = must(Watchers::open({.store = world_.store(),
                                     .registrations = *registrations_,
                                     .catalogue = world_.catalogue(),
                                     .client = *client_,
                                     .civil_clock = world_.clock(),
                                     .standing = [this](auto of) { return standing(of); }}));
  }
};

TEST_F(WatchersOfNow, TellNothingOnceTheirRightsHaveEnded) {
  const std::string ended = watch("ended");
  const std::string stays = watch("stays");
  register_room("urn:reg:0");
  receiver_.wait(2);
  watchers_.reset();  // nothing looks while it is taken
  taken_ = "ended";
  reopen();
  receiver_.wait(3);  // after a start, who is told at all is told anew
  register_room("urn:reg:1");
  const auto told = receiver_.wait(4);
  const auto tells_of = [](const std::string& id) {
    return [id](const std::string& one) { return one.find(id) != one.npos; };
  };
  EXPECT_EQ(std::ranges::count_if(told, tells_of(ended)), 1);
  EXPECT_EQ(std::ranges::count_if(told, tells_of(stays)), 3);
  EXPECT_EQ(watchers_->find("", ended)->counters.silenced, "the token was revoked");
  EXPECT_EQ(watchers_->find("", stays)->counters.silenced, "");
  // By a token that stands, her own.
  ASSERT_TRUE(run_task(watchers_->update("", ended, R"({"description":"x"})", core(), "stays")));
  EXPECT_EQ(watchers_->find("", ended)->counters.silenced, "");
  EXPECT_EQ(std::ranges::count_if(receiver_.wait(5), tells_of(ended)), 2);
}

}  // namespace
}  // namespace revier::federation
