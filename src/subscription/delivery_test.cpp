// SPDX-License-Identifier: EUPL-1.2
// From a change to the receiver, over real HTTP: order, repeats, dead letters, restarts.
#include <gmock/gmock.h>

#include "base/run_task.h"
#include "support/subscription_world.h"

namespace revier::subscription {
namespace {

using context::test::must;
using test::member;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DeliveryTest : public testing::Test, protected test::SubscriptionWorld {
 protected:
  // A subscription to Rooms with these members more.
  std::string subscribe(const std::string& more = "", const std::string& notification = "",
                        const std::string& url = "") {
    const std::string to = url.empty() ? receiver.url() : url;
    return must(run_task(subscriptions().create(parsed(fmt::format(
        R"({{"id":"urn:s:1","type":"Subscription"{},{}"notification":{{{}"endpoint":{{"uri":"{}"}}}}}})",
        more.find("entities") == std::string::npos ? R"(,"entities":[{"type":"Room"}])" : "", more,
        notification, to)))));
  }
  void create(int number, int seats = 1) {
    must(world.create(
        fmt::format(R"({{"id":"urn:r:{}","type":"Room","seats":{{"type":"Property","value":{}}}}})",
                    number, seats)));
  }
  void set_seats(int number, int seats) {
    must(world.write(context::append(
        fmt::format("urn:r:{}", number),
        world.parsed(fmt::format(R"({{"seats":{{"type":"Property","value":{}}}}})", seats)),
        true)));
  }
  Counters counters() { return entry("urn:s:1").counters; }
  std::vector<std::string> bodies(std::size_t number) {
    std::vector<std::string> out;
    for (const auto& taken : receiver.wait(number)) out.push_back(taken.body);
    return out;
  }
};

TEST_F(DeliveryTest, TellsOfChanges) {
  subscribe();
  create(1, 20);
  const auto taken = receiver.wait(1).front();
  EXPECT_EQ(taken.content_type, "application/json");
  EXPECT_EQ(taken.attempt, "1");
  EXPECT_THAT(taken.link, HasSubstr("ngsi-ld-core-context"));
  EXPECT_EQ(member(taken.body, "type"), "Notification");
  EXPECT_EQ(member(taken.body, "subscriptionId"), "urn:s:1");
  EXPECT_THAT(
      taken.body,
      HasSubstr(
          R"("data":[{"id":"urn:r:1","type":"Room","seats":{"type":"Property","value":20}}])"));
  EXPECT_TRUE(soon([&] { return counters().times_sent == 1 && counters().last_success; }));
}

TEST_F(DeliveryTest, TellsNothingOfWhatIsNotAskedFor) {
  subscribe(R"("watchedAttributes":["seats"],"q":"seats>5",)");
  create(1, 3);  // q
  must(world.create(R"({"id":"urn:h:1","type":"Hall","seats":{"type":"Property","value":9}})"));
  set_seats(1, 7);  // this one
  set_seats(1, 7);  // the same value is no change
  must(world.write(context::append(
      "urn:r:1", world.parsed(R"({"name":{"type":"Property","value":"A"}})"), true)));
  set_seats(1, 8);
  EXPECT_THAT(bodies(2), ElementsAre(HasSubstr("\"value\":7"), HasSubstr("\"value\":8")));
}

TEST_F(DeliveryTest, KeepsTheOrder) {
  subscribe();
  create(1, 0);
  for (int seats = 1; seats <= 200; ++seats) set_seats(1, seats);
  const auto all = bodies(201);
  ASSERT_EQ(all.size(), 201U);
  for (int seats = 0; seats <= 200; ++seats) {
    EXPECT_THAT(all[static_cast<std::size_t>(seats)],
                HasSubstr(fmt::format("\"value\":{}}}", seats)));
  }
}

TEST_F(DeliveryTest, TriesAgainWithTheSameIdAndItsNumber) {
  subscribe();
  receiver.answer({503, 500});
  create(1);
  const auto taken = receiver.wait(3);
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_EQ(taken[0].attempt, "1");
  EXPECT_EQ(taken[2].attempt, "3");
  EXPECT_EQ(member(taken[0].body, "id"), member(taken[2].body, "id"));
  EXPECT_TRUE(soon([&] { return counters().times_failed == 2 && !counters().last_failed; }));
}

TEST_F(DeliveryTest, AFailingReceiverKeepsNobodyWaiting) {
  must(run_task(subscriptions().create(parsed(
      R"({"id":"urn:s:0","type":"Subscription","entities":[{"type":"Room"}],
          "notification":{"endpoint":{"uri":"http://127.0.0.1:9/none"}}})"))));
  subscribe();
  create(1);
  create(2);
  EXPECT_EQ(bodies(2).size(), 2U);
}

TEST_F(DeliveryTest, BuriesWhatIsRefusedAndSendsItAgainOnRequest) {
  subscribe();
  receiver.answer({400, 400, 400});
  create(1);
  ASSERT_EQ(receiver.wait(3).size(), 3U);
  ASSERT_TRUE(soon([&] { return must(subscriptions().dead_letters("", "urn:s:1")).size() == 1; }));
  const DeadLetter letter = must(subscriptions().dead_letters("", "urn:s:1")).front();
  EXPECT_EQ(letter.attempts, 3);
  EXPECT_THAT(letter.reason, HasSubstr("400"));
  EXPECT_THAT(letter.entities, ElementsAre("urn:r:1"));
  create(2);  // goes on behind it
  EXPECT_THAT(bodies(4).back(), HasSubstr("urn:r:2"));
  EXPECT_EQ(must(subscriptions().replay("", "urn:s:1", kAllLetters)), 1U);
  EXPECT_THAT(bodies(5).back(), HasSubstr("urn:r:1"));
  EXPECT_TRUE(soon([&] { return must(subscriptions().dead_letters("", "urn:s:1")).empty(); }));
}

// What names no letter is never taken for all of them.
TEST(DeadLetterNumber, IsOneLetterOrNone) {
  EXPECT_EQ(*parse_letter("17"), 17U);
  for (const char* const text :
       {"", "0", "00", "abc", "-1", "+1", " 1", "1x", "1.5", "18446744073709551616"}) {
    EXPECT_EQ(parse_letter(text).error().code, Code::kResourceNotFound) << text;
  }
}

TEST_F(DeliveryTest, DeadLettersAreReadSentAgainAndDroppedOneByOne) {
  subscribe();
  receiver.answer({400, 400, 400, 400, 400, 400, 400, 400, 400});
  const auto letters = [this] { return must(subscriptions().dead_letters("", "urn:s:1")); };
  for (int i = 1; i <= 3; ++i) {
    create(i);
    ASSERT_TRUE(soon([&] { return letters().size() == static_cast<std::size_t>(i); }));
  }
  const auto dead = letters();
  const DeadLetter second = must(subscriptions().dead_letter("", "urn:s:1", dead[1].sequence));
  EXPECT_THAT(second.entities, ElementsAre("urn:r:2"));
  EXPECT_THAT(second.body, HasSubstr(R"("id":"urn:r:2")"));
  EXPECT_THAT(second.body, HasSubstr(R"("type":"Notification")"));

  EXPECT_EQ(must(subscriptions().replay("", "urn:s:1", dead[1].sequence)), 1U);
  EXPECT_THAT(bodies(10).back(), HasSubstr("urn:r:2"));
  EXPECT_EQ(must(subscriptions().drop_dead_letters("", "urn:s:1", dead[0].sequence)), 1U);
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_THAT(letters().front().entities, ElementsAre("urn:r:3"));
  restart();
  EXPECT_EQ(letters().size(), 1U);

  for (const std::uint64_t gone : {dead[0].sequence, dead[1].sequence, std::uint64_t{7}}) {
    EXPECT_FALSE(subscriptions().dead_letter("", "urn:s:1", gone));
    EXPECT_FALSE(subscriptions().replay("", "urn:s:1", gone));
    EXPECT_FALSE(subscriptions().drop_dead_letters("", "urn:s:1", gone));
  }
}

TEST_F(DeliveryTest, DeadLettersGoWhenTheirTimeIsOver) {
  subscribe();
  receiver.answer({400, 400, 400});
  create(1);
  ASSERT_TRUE(soon([&] { return must(subscriptions().dead_letters("", "urn:s:1")).size() == 1; }));
  world.clock().advance(Duration::days(8));
  must(subscriptions().tick().map([] { return true; }));
  EXPECT_TRUE(must(subscriptions().dead_letters("", "urn:s:1")).empty());
}

TEST_F(DeliveryTest, GoesOnAfterARestart) {
  subscribe("", "", "http://127.0.0.1:9/none");
  create(1, 5);
  set_seats(1, 6);
  ASSERT_TRUE(soon([&] { return counters().times_failed > 0; }));
  must(world.write(context::remove("urn:r:1")));  // its names are in the outbox only
  restart();
  must(run_task(
           subscriptions().update(
               "", "urn:s:1",
               {fmt::format(R"({{"notification":{{"endpoint":{{"uri":"{}"}}}}}})", receiver.url()),
                world.catalogue().core(), nullptr}))
           .map([] { return true; }));
  const auto taken = receiver.wait(2);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_THAT(taken[0].body, HasSubstr(R"("seats":{"type":"Property","value":5})"));
  EXPECT_THAT(taken[1].body, HasSubstr(R"("seats":{"type":"Property","value":6})"));
  EXPECT_GT(std::stoi(taken[0].attempt), 2);
  EXPECT_EQ(taken[1].attempt, "2");  // it may have been on its way too
}

TEST_F(DeliveryTest, ThrottlingJoinsAndSendsTheLatest) {
  subscribe(R"("throttling":0.3,)");
  create(1, 0);
  ASSERT_EQ(bodies(1).size(), 1U);
  for (int seats = 1; seats <= 9; ++seats) set_seats(1, seats);
  create(2, 0);
  const auto all = bodies(2);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[1], HasSubstr("\"value\":9"));
  EXPECT_THAT(all[1], HasSubstr("urn:r:2"));
  EXPECT_THAT(all[1], Not(HasSubstr("\"value\":8")));
}

TEST_F(DeliveryTest, TellsInIntervals) {
  create(1, 4);
  subscribe(R"("timeInterval":0.05,)");
  EXPECT_THAT(bodies(2).back(), HasSubstr("\"value\":4"));
}

TEST_F(DeliveryTest, APausedOneIsSilentAndResumes) {
  subscribe(R"("isActive":false,)");
  create(1);
  must(run_task(subscriptions().update("", "urn:s:1",
                                       {R"({"isActive":true})", world.catalogue().core(), nullptr}))
           .map([] { return true; }));
  create(2);
  EXPECT_THAT(bodies(1), ElementsAre(HasSubstr("urn:r:2")));
}

TEST_F(DeliveryTest, ADeletedOneLeavesNothingBehind) {
  subscribe("", "", "http://127.0.0.1:9/none");
  create(1);
  ASSERT_TRUE(soon([&] { return counters().times_failed > 0; }));
  must(run_task(subscriptions().remove("", "urn:s:1")).map([] { return true; }));
  EXPECT_FALSE(subscriptions().find("", "urn:s:1"));
  EXPECT_FALSE(world.store().scan(store::Column::kOutbox, "")->valid());
  restart();
  EXPECT_FALSE(subscriptions().find("", "urn:s:1"));
}

TEST_F(DeliveryTest, ReachesNoPrivateAddressByItself) {
  restart({});
  subscribe();
  create(1);
  ASSERT_TRUE(soon([&] { return counters().times_failed > 0; }));
  EXPECT_THAT(counters().last_error, HasSubstr("private address"));
  EXPECT_EQ(receiver.count(), 0U);
}

// --- What is told -------------------------------------------------------------------------------

TEST_F(DeliveryTest, TellsOfAnAttributeThatWent) {
  subscribe(R"("notificationTrigger":["attributeDeleted"],)");
  create(1, 3);
  must(world.write(
      context::remove_attribute("urn:r:1", must(world.context().expand_name("seats")), {})));
  EXPECT_THAT(bodies(1).front(),
              HasSubstr(R"("seats":{"type":"Property","value":"urn:ngsi-ld:null"})"));
}

TEST_F(DeliveryTest, TellsOfAnEntityThatWent) {
  subscribe(R"("notificationTrigger":["entityDeleted"],)");
  create(1, 3);
  must(world.write(context::remove("urn:r:1")));
  EXPECT_THAT(bodies(1).front(),
              HasSubstr(R"("data":[{"id":"urn:r:1","type":"Room","deletedAt":)"));
  EXPECT_THAT(bodies(1).front(), Not(HasSubstr("seats")));
}

TEST_F(DeliveryTest, ShowsWhatWasBefore) {
  subscribe("", R"("showChanges":true,)");
  create(1, 3);
  set_seats(1, 4);
  const auto all = bodies(2);
  EXPECT_THAT(all[0], Not(HasSubstr("previous")));
  EXPECT_THAT(all[1], HasSubstr(R"("seats":{"type":"Property","value":4,"previousValue":3})"));
}

TEST_F(DeliveryTest, TellsOneRequestInOneNotification) {
  subscribe("", R"("format":"simplified",)");
  std::vector<context::Write> writes;
  for (int i = 1; i <= 3; ++i) {
    writes.push_back(context::create(
        world.parsed(fmt::format(R"({{"id":"urn:r:{}","type":"Room","seats":{}}})", i, i))));
  }
  must(world.broker().write_blocking("", std::move(writes), context::Origin::api()));
  EXPECT_THAT(bodies(1).front(), HasSubstr(R"("data":[{"id":"urn:r:1","type":"Room","seats":1},)"
                                           R"({"id":"urn:r:2","type":"Room","seats":2},)"
                                           R"({"id":"urn:r:3","type":"Room","seats":3}])"));
}

TEST_F(DeliveryTest, ShowsLinkedEntitiesAsTheWholeRequestLeftThem) {
  must(world.create(R"({"id":"urn:h:1","type":"Hall","name":"old"})"));
  subscribe("", R"("format":"simplified","join":"flat",)");
  std::vector<context::Write> writes;
  writes.push_back(context::create(world.parsed(
      R"({"id":"urn:r:1","type":"Room",
          "in":{"type":"Relationship","object":"urn:h:1","objectType":"Hall"}})")));
  // Enough that delivery, once awake, would come between the first and the last.
  for (int i = 0; i < 5'000; ++i) {
    writes.push_back(context::create(
        world.parsed(fmt::format(R"({{"id":"urn:c:{}","type":"Chair","seats":{}}})", i, i))));
  }
  writes.push_back(context::append("urn:h:1", world.parsed(R"({"name":"new"})"), true));
  must(world.broker().write_blocking("", std::move(writes), context::Origin::api()));
  EXPECT_THAT(bodies(1).front(), HasSubstr(R"("name":"new")"));
}

}  // namespace
}  // namespace revier::subscription
