// SPDX-License-Identifier: EUPL-1.2
// Subscriptions of owners with rights by entity: they are told what they would be told by a broker
// that holds nothing but what the rights show, and by the rights of now.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "base/run_task.h"
#include "support/rights_model.h"
#include "support/subscription_world.h"

namespace revier::subscription {
namespace {

using context::test::must;
using revier::test::Dice;
using revier::test::first_thing;
using revier::test::KnownRights;
using revier::test::shown_text;
using revier::test::Thing;
using test::Receiver;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kWaitingMax = 100;

// A broker, its subscriptions and the one who receives all that they tell.
class Side : public test::SubscriptionWorld {
 public:
  Side() : SubscriptionWorld({.waiting_max = kWaitingMax}) {}

  Result<std::string> subscribe(const std::string& text, const std::string& grounds) {
    Subscription made = parsed(text);
    made.owner = grounds;
    made.grounds = grounds;
    return run_task(subscriptions().create(std::move(made)));
  }
  void write(std::vector<context::Write> writes) {
    const auto done = world.broker().write_blocking("", std::move(writes), context::Origin::api());
    RV_CHECK(done.has_value());
    for (const auto& one : *done) RV_CHECK(one.has_value());
  }
  void put(std::string_view text) { write_one(context::put(world.parsed(text))); }
  void write_one(context::Write one) {
    std::vector<context::Write> writes;
    writes.push_back(std::move(one));
    write(std::move(writes));
  }
  // Nothing waits for a subscription any more.
  bool is_quiet() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (world.store().scan(store::Column::kOutbox, "s")->valid()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    return true;
  }
  // `data` of what a subscription was told so far.
  std::vector<std::string> told(std::string_view id) {
    std::vector<std::string> out;
    for (const Receiver::Taken& taken : receiver.wait(0)) {
      if (test::member(taken.body, "subscriptionId") != id) continue;
      const json::Document document = must(json::Document::parse(taken.body));
      out.push_back(json::to_text(*document.root().find("data")));
    }
    return out;
  }
};

// --- The same as over what is shown alone --------------------------------------------------------

constexpr int kThings = 7;
constexpr int kJobs = 40;
constexpr int kAsked = 5;  // subscriptions

std::string id_of(int number) {
  return fmt::format("urn:{}:{}", number % 2 == 0 ? "a" : "b", number);
}

void turn(Dice& dice, Thing& one) {
  if (dice.one_in(6)) one.type = dice.of({"Tree", "Lamp", "Bench"});
  if (dice.one_in(3)) one.scope = dice.of({"/north", "/north/park", "/south"});
  if (dice.one_in(2)) one.number = dice.below(6);
  if (dice.one_in(2)) one.secret = dice.below(7) - 1;
  if (dice.one_in(3)) one.east = dice.one_in(3) ? -1 : dice.below(100) / 100.0;
  if (dice.one_in(4)) one.near = dice.one_in(kThings + 1) ? "" : id_of(dice.below(kThings));
}

std::string some_subscription(Dice& dice, int number, bool joins, const std::string& url) {
  std::string out = fmt::format(R"({{"id":"urn:s:{}","type":"Subscription")", number);
  const std::string types = dice.of({"Tree", "Lamp|Bench", ""});
  const std::string watched = dice.of({R"("secret")", R"("number","near")", R"("location")", ""});
  if (!types.empty()) {
    out += fmt::format(R"(,"entities":[{{"type":"{}"}}])", types);
  } else {
    out += R"(,"localOnly":true)";
  }
  if (!watched.empty()) out += fmt::format(R"(,"watchedAttributes":[{}])", watched);
  out += dice.of({"", R"(,"q":"secret>2")", R"(,"q":"secret<3")", R"(,"q":"secret!=3;number>1")",
                  R"(,"q":"near{secret}>1")", R"(,"scopeQ":"/north/#")"});
  out += dice.of({"", R"(,"notificationTrigger":["entityCreated","entityDeleted"])",
                  R"(,"notificationTrigger":["attributeDeleted","attributeUpdated"])",
                  R"(,"notificationTrigger":["entityCreated","entityUpdated","entityDeleted"])"});
  const std::string format = dice.of({"normalized", "concise", "simplified"});
  out += fmt::format(R"(,"notification":{{"format":"{}")", format);
  if (format != "simplified" && dice.one_in(2)) out += R"(,"showChanges":true)";
  if (joins) {
    out += dice.of({"", R"(,"join":"flat")", R"(,"join":"inline")"});
  } else {
    out += dice.of({"", R"(,"attributes":["secret"])"});
  }
  return out + fmt::format(R"(,"endpoint":{{"uri":"{}"}}}}}})", url);
}

// A job of at most so many writes at both.
class Twins {
 public:
  Twins(Dice& dice, KnownRights rights, int writes_max)
      : dice_(dice), rights_(std::move(rights)), writes_max_(writes_max) {
    for (Side* side : {&whole, &part}) side->put(entity_text(first_thing()));
    things_.resize(kThings);
  }

  void job() {
    std::vector<context::Write> at_whole;
    std::vector<context::Write> at_part;
    for (int n = 1 + dice_.below(writes_max_); n > 0; --n) {
      const int number = dice_.below(kThings);
      std::optional<Thing>& now = things_[static_cast<std::size_t>(number)];
      const auto before = now ? shown_text(*now, rights_) : std::nullopt;
      if (!now) {
        now = Thing{id_of(number), dice_.of({"Tree", "Lamp", "Bench"}), "/north"};
        for (int i = 0; i < 3; ++i) turn(dice_, *now);
        at_whole.push_back(context::put(whole.world.parsed(entity_text(*now))));
      } else if (dice_.one_in(6)) {
        at_whole.push_back(context::remove(now->id));
        now.reset();
      } else {
        turn(dice_, *now);
        at_whole.push_back(context::put(whole.world.parsed(entity_text(*now))));
      }
      const auto after = now ? shown_text(*now, rights_) : std::nullopt;
      if (after && before != after) at_part.push_back(context::put(part.world.parsed(*after)));
      if (before && !after) at_part.push_back(context::remove(id_of(number)));
    }
    whole.write(std::move(at_whole));
    if (!at_part.empty()) part.write(std::move(at_part));
  }

  Side whole;
  Side part;

 private:
  Dice& dice_;
  KnownRights rights_;
  const int writes_max_;
  std::vector<std::optional<Thing>> things_;
};

TEST(SubscriptionRights, TellWhatABrokerOfTheRestTells) {
  std::size_t told = 0;
  std::size_t told_to_all = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    const KnownRights rights = some_rights(dice);
    SCOPED_TRACE(fmt::format("seed {} rights {}", seed, rights.text));
    // Linked entities are shown as they are when it is sent: not to be told of while they change.
    const bool joins = seed % 2 == 1;
    Twins twins(dice, rights, joins ? 1 : 3);
    twins.whole.rights.give("her", rights.text);
    std::vector<std::string> asked;
    for (int i = 0; i < kAsked; ++i) {
      Dice again = dice;
      asked.push_back(some_subscription(dice, i, joins, twins.whole.receiver.url()));
      must(twins.whole.subscribe(asked.back(), "her"));
      must(twins.part.subscribe(some_subscription(again, i, joins, twins.part.receiver.url()), ""));
    }
    // One that sees all, beside them.
    must(twins.whole.subscribe(
        fmt::format(
            R"({{"id":"urn:s:all","type":"Subscription","localOnly":true,"notification":{{"endpoint":{{"uri":"{}"}}}}}})",
            twins.whole.receiver.url()),
        ""));
    for (int i = 0; i < kJobs; ++i) {
      twins.job();
      ASSERT_TRUE(twins.whole.is_quiet() && twins.part.is_quiet());
    }
    for (int i = 0; i < kAsked; ++i) {
      SCOPED_TRACE(asked[static_cast<std::size_t>(i)]);
      const std::string id = fmt::format("urn:s:{}", i);
      const auto there = twins.part.told(id);
      told += there.size();
      ASSERT_EQ(twins.whole.told(id), there);
    }
    told_to_all += twins.whole.told("urn:s:all").size();
  }
  EXPECT_GT(told, 100U);
  EXPECT_GT(told_to_all, 200U);
}

// --- The rights of now ---------------------------------------------------------------------------

class RightsOfNow : public testing::Test {
 protected:
  static constexpr const char* kRooms =
      R"([{"operations":["read"],"types":["Room"],"except":["code"]}])";

  void SetUp() override { side.rights.give("her", kRooms); }
  void subscribe(const std::string& more = "", const std::string& notification = "",
                 const std::string& url = "") {
    must(side.subscribe(
        fmt::format(
            R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}}],{}"notification":{{"format":"simplified",{}"endpoint":{{"uri":"{}"}}}}}})",
            more, notification, url.empty() ? side.receiver.url() : url),
        "her"));
  }
  void room(int seats, int code) {
    side.put(fmt::format(R"({{"id":"urn:r:1","type":"Room","seats":{},"code":{}}})", seats, code));
  }
  void send_to_receiver() {
    must(run_task(
             side.subscriptions().update(
                 "", "urn:s:1",
                 {fmt::format(
                      R"({{"notification":{{"format":"simplified","endpoint":{{"uri":"{}"}}}}}})",
                      side.receiver.url()),
                  side.world.catalogue().core(), nullptr}))
             .map([] { return true; }));
  }
  Entry entry() { return side.entry("urn:s:1"); }
  std::string status() {
    const auto& core = *side.world.catalogue().core();
    return to_json(*entry().subscription, entry().counters, {core, side.world.clock().now()});
  }

  Side side;
  std::size_t seats_ = 1;
};

TEST_F(RightsOfNow, CountAtEachChange) {
  subscribe();
  room(1, 7);
  room(1, 8);  // nothing that she sees
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1"), ElementsAre(R"([{"id":"urn:r:1","type":"Room","seats":1}])"));
  side.rights.take("her");
  room(2, 8);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_EQ(side.told("urn:s:1").size(), 1U);
  EXPECT_EQ(entry().counters.silenced, "the token was revoked");
  EXPECT_THAT(status(), HasSubstr(R"("status":"paused")"));
  side.rights.give("her", R"([{"operations":["read"],"types":["Room"]}])");
  room(2, 9);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1").back(), HasSubstr(R"("code":9)"));
  EXPECT_THAT(status(), HasSubstr(R"("status":"active")"));
  EXPECT_THAT(status(), HasSubstr(R"("localOnly":true)"));
  for (const char* const useless : {R"([{"operations":["update"]}])", R"(nothing)"}) {
    side.rights.give("her", useless);
    room(3, 9);
    room(4, 9);
    ASSERT_TRUE(side.is_quiet());
    EXPECT_EQ(side.told("urn:s:1").size(), 2U) << useless;
    EXPECT_THAT(status(), HasSubstr(R"("status":"paused")"));
  }
}

TEST_F(RightsOfNow, CountForWhatWaits) {
  subscribe("", "", "http://127.0.0.1:9/none");
  room(1, 7);
  side.put(R"({"id":"urn:r:2","type":"Room","seats":5,"scope":"/north"})");
  side.rights.give("her", R"([{"operations":["read"],"scopeQ":"/north","attributes":["code"]}])");
  send_to_receiver();
  ASSERT_TRUE(side.is_quiet());
  // Of the first nothing is shown; of the second, that it was created: with nothing of it that
  // would have been told under these rights.
  EXPECT_THAT(side.told("urn:s:1"), IsEmpty());
}

TEST_F(RightsOfNow, LeaveOutWhatComesWhileTooManyWait) {
  subscribe("", "", "http://127.0.0.1:9/none");
  const auto change = [this](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) room(static_cast<int>(seats_++), 7);
  };
  change(kWaitingMax);
  EXPECT_THAT(status(), HasSubstr(R"("status":"active")"));
  change(2);
  EXPECT_THAT(status(), HasSubstr(R"("status":"paused")"));
  EXPECT_THAT(entry().counters.silenced, HasSubstr("100 notifications waited"));
  send_to_receiver();
  ASSERT_TRUE(side.is_quiet());
  EXPECT_EQ(side.told("urn:s:1").size(), kWaitingMax);
  change(1);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_EQ(side.told("urn:s:1").size(), kWaitingMax + 1);
  EXPECT_THAT(status(), HasSubstr(R"("status":"active")"));
}

// What matched by something that is hidden by now would tell of that.
TEST_F(RightsOfNow, CountForWhyItWaits) {
  side.rights.give("her", R"([{"operations":["read"]}])");
  subscribe(R"("q":"code==7",)", "", "http://127.0.0.1:9/none");
  room(1, 7);
  side.rights.give("her", kRooms);
  send_to_receiver();
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1"), IsEmpty());
}

TEST_F(RightsOfNow, MakeDeadLettersOfWhatWaitsWhenTheyEnd) {
  subscribe("", "", "http://127.0.0.1:9/none");
  room(1, 7);
  side.rights.take("her");
  send_to_receiver();
  ASSERT_TRUE(side.is_quiet());
  const auto letters = must(side.subscriptions().dead_letters("", "urn:s:1"));
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "the token was revoked");
  EXPECT_THAT(letters[0].entities, IsEmpty());
  EXPECT_EQ(must(side.subscriptions().dead_letter("", "urn:s:1", letters[0].sequence)).body, "");
  must(side.subscriptions().replay("", "urn:s:1", kAllLetters));
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1"), IsEmpty());
  side.rights.give("her", kRooms);
  must(side.subscriptions().replay("", "urn:s:1", kAllLetters));
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1"), ElementsAre(R"([{"id":"urn:r:1","type":"Room","seats":1}])"));
}

TEST_F(RightsOfNow, LastOverARestart) {
  subscribe("", "", "http://127.0.0.1:9/none");
  room(1, 7);
  side.restart();
  EXPECT_EQ(entry().subscription->grounds, "her");
  EXPECT_EQ(entry().subscription->owner, "her");
  send_to_receiver();
  room(2, 8);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1"), ElementsAre(R"([{"id":"urn:r:1","type":"Room","seats":1}])",
                                                R"([{"id":"urn:r:1","type":"Room","seats":2}])"));
}

TEST_F(RightsOfNow, HoldInIntervals) {
  room(1, 7);
  side.put(R"({"id":"urn:h:1","type":"Hall","seats":9})");
  must(side.subscribe(
      fmt::format(
          R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}},{{"type":"Hall"}}],"timeInterval":0.03,"notification":{{"format":"simplified","endpoint":{{"uri":"{}"}}}}}})",
          side.receiver.url()),
      "her"));
  side.receiver.wait(2);
  EXPECT_EQ(side.told("urn:s:1").at(1), R"([{"id":"urn:r:1","type":"Room","seats":1}])");
  side.rights.take("her");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (entry().counters.last_error.empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_EQ(entry().counters.last_error, "the token was revoked");
  room(2, 7);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_THAT(side.told("urn:s:1").back(), HasSubstr(R"("seats":1)"));
}

// An owner who has come to see all has this told by her next change of the subscription.
TEST_F(RightsOfNow, GoWithTheOwnersChange) {
  subscribe();
  Subscriptions::Update update{R"({"description":"all"})", side.world.catalogue().core(), nullptr};
  update.grounds = "";
  must(run_task(side.subscriptions().update("", "urn:s:1", update)).map([] { return true; }));
  room(1, 7);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told("urn:s:1").front(), HasSubstr(R"("code":7)"));
  EXPECT_THAT(status(), Not(HasSubstr("localOnly")));
}

// Who might read all when she subscribed is told nothing once she may not; and again if she may.
TEST_F(RightsOfNow, EndWhatTellsAllToo) {
  const auto subscribe_whole = [&](const std::string& more, const std::string& url) {
    Subscription made = side.parsed(fmt::format(
        R"({{"type":"Subscription","entities":[{{"type":"Room"}}],{}"notification":{{"format":"simplified","endpoint":{{"uri":"{}"}}}}}})",
        more, url));
    made.owner = made.full_grounds = "reader";
    return must(run_task(side.subscriptions().create(std::move(made))));
  };
  side.rights.give("reader", "");
  const std::string at_once = subscribe_whole("", side.receiver.url());
  const std::string away = subscribe_whole("", "http://127.0.0.1:9/none");
  const std::string often = subscribe_whole(R"("timeInterval":1,)", side.receiver.url());
  room(1, 7);
  while (side.told(at_once).empty() || side.told(often).empty()) side.receiver.wait(1);
  EXPECT_THAT(side.told(at_once).front(), HasSubstr(R"("code":7)"));
  side.restart();
  side.rights.take("reader");
  EXPECT_EQ(side.entry(at_once).subscription->full_grounds, "reader");
  EXPECT_EQ(side.entry(at_once).counters.silenced, "the token was revoked");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // what was on its way arrives
  const std::size_t told = side.receiver.wait(0).size();
  room(2, 8);
  ASSERT_TRUE(side.is_quiet());
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  EXPECT_EQ(side.receiver.wait(0).size(), told);
  EXPECT_EQ(must(side.subscriptions().dead_letters("", away)).size(), 1U) << "what waited";
  EXPECT_THAT(must(side.subscriptions().dead_letters("", at_once)), IsEmpty());
  side.rights.give("reader", kRooms);
  EXPECT_THAT(side.entry(at_once).counters.silenced, HasSubstr("\"data.read\""));
  side.rights.give("reader", "");
  ASSERT_TRUE(run_task(side.subscriptions().remove("", away)));
  room(3, 9);
  ASSERT_TRUE(side.is_quiet());
  EXPECT_THAT(side.told(at_once).back(), HasSubstr(R"("code":9)"));
}

TEST_F(RightsOfNow, TakeNoMoreThanTheirNumber) {
  const auto make = [&](std::size_t number, const std::string& grounds) {
    return side.subscribe(
        fmt::format(
            R"({{"id":"urn:n:{}","type":"Subscription","entities":[{{"type":"Room"}}],"notification":{{"endpoint":{{"uri":"{}"}}}}}})",
            number, side.receiver.url()),
        grounds);
  };
  for (std::size_t i = 0; i < Subscriptions::kOfOwnerMax; ++i) must(make(i, "her"));
  EXPECT_EQ(make(1'000, "her").error().code, Code::kInsufficientStorage);
  must(make(1'001, "him"));
  must(make(1'002, ""));
}

}  // namespace
}  // namespace revier::subscription
