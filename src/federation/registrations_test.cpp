// SPDX-License-Identifier: EUPL-1.2
// Changes of registrations, and of subscriptions to them, that the writer takes together; whom the
// rights of now let these subscriptions tell.
#include "federation/registrations.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "federation/document.h"
#include "support/federation_sources.h"
#include "support/one_group.h"

namespace revier::federation {
namespace {

using revier::test::good_of;
using revier::test::run_in_one_group;
using test::must;
using testing::HasSubstr;

constexpr std::size_t kTogether = 10;

class TogetherTest : public testing::Test {
 protected:
  TogetherTest() { open(); }
  void reopen() {
    watchers_.reset();
    registrations_.reset();
    world_.reopen();
    open();
  }

  Registration parsed(std::string_view id, std::string_view more) {
    const json::Document document = must(json::Document::parse(fmt::format(
        R"({{"id":"{}","type":"ContextSourceRegistration","endpoint":"http://127.0.0.1:9",{}}})",
        id, more)));
    return must(parse(document.root(), *core(), world_.clock().now()));
  }
  subscription::Subscription watching(std::string_view id,
                                      std::string_view receiver = "http://127.0.0.1:9") {
    const json::Document document = must(json::Document::parse(fmt::format(
        R"({{"id":"{}","type":"Subscription","entities":[{{"type":"Room"}}],"notification":{{"endpoint":{{"uri":"{}"}}}}}})",
        id, receiver)));
    return must(subscription::parse(document.root(), {core(), core(), world_.clock().now()}));
  }
  const jsonld::ContextPtr& core() { return world_.catalogue().core(); }
  Task<Result<>> changing(std::string fragment) {
    return registrations_->update("", "urn:reg:1", std::move(fragment), core());
  }
  Task<Result<>> changing_watcher(std::string fragment) {
    return watchers_->update("", "urn:s:1", std::move(fragment), core(), std::nullopt);
  }

  test::World world_;
  std::string taken_;  // these grounds stand no more; set while watchers_ is not there
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
  identity::Caller standing(std::string_view grounds) const {
    auto subject = std::make_shared<identity::Caller::Subject>();
    if (grounds == taken_) {
      subject->refusal = "the token was revoked";
      return {identity::Caller::Kind::kRejected, std::move(subject)};
    }
    subject->grants.push_back({.actions = identity::bit(identity::Action::kDataWrite)});
    return {identity::Caller::Kind::kToken, std::move(subject)};
  }
};

TEST_F(TogetherTest, ARegistrationOfOneIdIsMadeOnce) {
  std::vector<Task<Result<std::string>>> tasks;
  for (std::size_t i = 0; i < kTogether; ++i) {
    tasks.push_back(registrations_->create(parsed("urn:reg:1", test::kRooms)));
  }
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(tasks))), 1U);
}

TEST_F(TogetherTest, NobodyElseHasWhatAnExclusiveOneHas) {
  std::vector<Task<Result<std::string>>> tasks;
  for (std::size_t i = 0; i < kTogether; ++i) {
    tasks.push_back(registrations_->create(
        parsed(fmt::format("urn:reg:{}", i),
               R"("mode":"exclusive","information":[{"entities":[{"id":"urn:r:1","type":"Room"}],)"
               R"("propertyNames":["seats"]}])")));
  }
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(tasks))), 1U);
  EXPECT_EQ(registrations_->list("").size(), 1U);
}

TEST_F(TogetherTest, EveryChangeOfARegistrationThatWasTakenIsThere) {
  must(run_task(registrations_->create(parsed("urn:reg:1", test::kRooms))));
  std::vector<Task<Result<>>> tasks;
  tasks.push_back(changing(R"({"description":"told"})"));
  tasks.push_back(changing(R"({"registrationName":"named"})"));
  tasks.push_back(changing(R"({"endpoint":"http://127.0.0.1:8"})"));
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(tasks))), 3U);
  for (int round = 0; round < 2; ++round) {
    const RegistrationPtr found = registrations_->find("", "urn:reg:1");
    EXPECT_THAT(found->document, HasSubstr("told"));
    EXPECT_THAT(found->document, HasSubstr("named"));
    EXPECT_THAT(found->document, HasSubstr("127.0.0.1:8"));
    reopen();
  }
}

TEST_F(TogetherTest, ARemovedRegistrationDoesNotComeBack) {
  must(run_task(registrations_->create(parsed("urn:reg:1", test::kRooms))));
  std::vector<Task<Result<>>> tasks;
  tasks.push_back(registrations_->remove("", "urn:reg:1"));
  tasks.push_back(changing(R"({"description":"told"})"));
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(tasks))), 1U);
  EXPECT_FALSE(registrations_->find("", "urn:reg:1"));
  reopen();
  EXPECT_FALSE(registrations_->find("", "urn:reg:1"));
}

TEST_F(TogetherTest, AWatcherIsMadeOnceChangedAsTakenAndStaysAway) {
  std::vector<Task<Result<std::string>>> made;
  for (std::size_t i = 0; i < kTogether; ++i) {
    made.push_back(watchers_->create(watching("urn:s:1")));
  }
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(made))), 1U);
  std::vector<Task<Result<>>> changed;
  changed.push_back(changing_watcher(R"({"description":"told"})"));
  changed.push_back(changing_watcher(R"({"subscriptionName":"named"})"));
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(changed))), 2U);
  EXPECT_THAT(watchers_->find("", "urn:s:1")->subscription->document, HasSubstr("told"));
  EXPECT_THAT(watchers_->find("", "urn:s:1")->subscription->document, HasSubstr("named"));
  std::vector<Task<Result<>>> ended;
  ended.push_back(watchers_->remove("", "urn:s:1"));
  ended.push_back(changing_watcher(R"({"description":"again"})"));
  EXPECT_EQ(good_of(run_in_one_group(world_.store(), std::move(ended))), 1U);
  reopen();
  EXPECT_FALSE(watchers_->find("", "urn:s:1"));
}

// Who might write when she asked is told nothing once she may not; and again if she may.
class StandingTest : public TogetherTest {
 protected:
  void make_room(std::string_view id) {
    must(run_task(registrations_->create(parsed(id, test::kRooms))));
  }
  std::string watch(std::string_view grounds) {
    subscription::Subscription made =
        watching(fmt::format("urn:s:{}", grounds), receiver_.url() + "/notify");
    made.owner = made.full_grounds = grounds;
    return must(run_task(watchers_->create(std::move(made))));
  }
  test::Source receiver_;
};

TEST_F(StandingTest, TellNothingOnceTheirRightsHaveEnded) {
  const std::string ended = watch("ended");
  const std::string stays = watch("stays");
  make_room("urn:reg:0");
  receiver_.wait(2);
  watchers_.reset();
  taken_ = "ended";
  reopen();
  receiver_.wait(3);  // after a start, who is told at all is told anew
  make_room("urn:reg:1");
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
