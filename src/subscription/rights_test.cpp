// SPDX-License-Identifier: EUPL-1.2
// Subscriptions of owners with rights by entity: they are told what they would be told by a broker
// that holds nothing but what the rights show, and by the rights of now.
#include <gmock/gmock.h>

#include <chrono>
#include <random>
#include <thread>

#include "base/run_task.h"
#include "subscription/document.h"
#include "subscription/subscriptions.h"
#include "support/context_world.h"
#include "support/notification_receiver.h"

namespace revier::subscription {
namespace {

using context::test::must;
using context::test::World;
using identity::Caller;
using test::Receiver;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kWaitingMax = 100;

// Identity::standing() of a test: rights by grounds, which come and go.
class Register {
 public:
  void give(const std::string& grounds, const std::string& rights) {
    const std::lock_guard lock(mutex_);
    rights_[grounds] = rights;
  }
  void take(const std::string& grounds) {
    const std::lock_guard lock(mutex_);
    rights_.erase(grounds);
  }
  Caller standing(std::string_view grounds) {
    const std::lock_guard lock(mutex_);
    auto subject = std::make_shared<Caller::Subject>();
    const auto at = rights_.find(std::string(grounds));
    if (at == rights_.end()) {
      subject->refusal = "the token was revoked";
      return {Caller::Kind::kRejected, std::move(subject)};
    }
    subject->rights = at->second;
    subject->rights_tenant = "";
    return {Caller::Kind::kToken, std::move(subject)};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> rights_;
};

// A broker, its subscriptions and the one who receives all that they tell.
class Side {
 public:
  Side() { open(); }
  ~Side() { subscriptions_.reset(); }

  void open() {
    subscriptions_ = must(Subscriptions::open(
        {.store = world.store(),
         .broker = world.broker(),
         .catalogue = world.catalogue(),
         .client = *client_,
         .mqtt = *mqtt_,
         .civil_clock = world.clock(),
         .options = {.back_off_ms = 10, .waiting_max = kWaitingMax},
         .standing = [this](std::string_view grounds) { return rights.standing(grounds); }}));
  }
  void restart() {
    subscriptions_.reset();
    world.reopen();
    open();
  }
  Subscriptions& subscriptions() { return *subscriptions_; }

  Result<std::string> subscribe(const std::string& text, const std::string& grounds) {
    const json::Document document = must(json::Document::parse(text));
    const auto& core = world.catalogue().core();
    Subscription made = must(parse(document.root(), {core, core, world.clock().now()}));
    made.owner = grounds;
    made.grounds = grounds;
    return run_task(subscriptions_->create(std::move(made)));
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

  World world;
  Receiver receiver;
  Register rights;

 private:
  std::unique_ptr<net::Client> client_ = must(net::Client::open({.allowed = {"127.0.0.0/8"}}));
  std::unique_ptr<net::MqttPublisher> mqtt_ = must(net::MqttPublisher::open({}));
  std::unique_ptr<Subscriptions> subscriptions_;
};

// --- The same as over what is shown alone --------------------------------------------------------

constexpr int kThings = 7;
constexpr int kJobs = 40;
constexpr int kAsked = 5;  // subscriptions

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : source_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(source_); }
  bool one_in(int n) { return below(n) == 0; }
  std::string of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(static_cast<int>(choices.size())));
  }

 private:
  std::mt19937_64 source_;
};

struct Thing {
  std::string id;
  std::string type;
  std::string scope;
  int number = 0;
  int secret = -1;   // under 0: it has none
  double east = -1;  // degrees; under 0: it has no place
  int near = -1;     // under 0: it leads to none
};

std::string id_of(int number) {
  return fmt::format("urn:{}:{}", number % 2 == 0 ? "a" : "b", number);
}

void turn(Dice& dice, Thing& one) {
  if (dice.one_in(6)) one.type = dice.of({"Tree", "Lamp", "Bench"});
  if (dice.one_in(3)) one.scope = dice.of({"/north", "/north/park", "/south"});
  if (dice.one_in(2)) one.number = dice.below(6);
  if (dice.one_in(2)) one.secret = dice.below(7) - 1;
  if (dice.one_in(3)) one.east = dice.one_in(3) ? -1 : dice.below(100) / 100.0;
  if (dice.one_in(4)) one.near = dice.below(kThings + 1) - 1;
}

// What the test knows of one rule; it decides by this and not by the rule's text.
struct Rule {
  std::vector<std::string> types;  // empty: any
  std::string prefix;
  std::string scope;  // and below
  double east_max = 2;
  bool number = true;
  bool secret = true;
  bool place = true;
  bool near = true;
  std::string text;

  [[nodiscard]] bool fits(const Thing& one) const {
    const bool type =
        types.empty() || std::find(types.begin(), types.end(), one.type) != types.end();
    const bool within = east_max > 1 || (one.east >= 0 && one.east < east_max);
    return type && within && one.id.starts_with(prefix) && one.scope.starts_with(scope);
  }
};

Rule some_rule(Dice& dice) {
  Rule rule;
  rule.text = R"({"operations":["read"])";
  if (dice.one_in(2)) {
    rule.types = {dice.of({"Tree", "Lamp", "Bench"}), dice.of({"Tree", "Lamp"})};
    rule.text += fmt::format(R"(,"types":["{}","{}"])", rule.types[0], rule.types[1]);
  }
  if (dice.one_in(3)) {
    rule.prefix = dice.of({"urn:a:", "urn:b:"});
    rule.text += fmt::format(R"(,"idPattern":"^{}")", rule.prefix);
  }
  if (dice.one_in(3)) {
    rule.scope = dice.of({"/north", "/south"});
    rule.text += fmt::format(R"(,"scopeQ":"{}/#")", rule.scope);
  }
  if (dice.one_in(3)) {
    rule.east_max = (dice.below(80) + 10.5) / 100;
    rule.text += fmt::format(
        R"(,"area":{{"type":"Polygon","coordinates":[[[-0.5,-1],[{0},-1],[{0},2],[-0.5,2],[-0.5,-1]]]}})",
        rule.east_max);
  }
  switch (dice.below(3)) {
    case 0:
      rule.secret = false;
      rule.text += R"(,"except":["secret"])";
      break;
    case 1:
      rule.secret = rule.place = false;
      rule.text += R"(,"attributes":["number","near"])";
      break;
    default:
      break;
  }
  rule.text += '}';
  return rule;
}

std::string entity_text(const Thing& one, const Rule& shown) {
  std::string out =
      fmt::format(R"({{"id":"{}","type":"{}","scope":"{}")", one.id, one.type, one.scope);
  if (shown.number) out += fmt::format(R"(,"number":{})", one.number);
  if (shown.secret && one.secret >= 0) out += fmt::format(R"(,"secret":{})", one.secret);
  if (shown.place && one.east >= 0) {
    out += fmt::format(R"(,"location":{{"type":"Point","coordinates":[{},0.5]}})", one.east);
  }
  if (shown.near && one.near >= 0) {
    out += fmt::format(R"(,"near":{{"type":"Relationship","object":"{}"}})", id_of(one.near));
  }
  return out + "}";
}

// nullopt: nothing of it is shown.
std::optional<std::string> shown_text(const Thing& one, const std::vector<Rule>& rules) {
  Rule shown{.number = false, .secret = false, .place = false, .near = false};
  bool any = false;
  for (const Rule& rule : rules) {
    if (!rule.fits(one)) continue;
    any = true;
    shown.number |= rule.number;
    shown.secret |= rule.secret;
    shown.place |= rule.place;
    shown.near |= rule.near;
  }
  if (!any) return std::nullopt;
  return entity_text(one, shown);
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
  Twins(Dice& dice, std::vector<Rule> rules, int writes_max)
      : dice_(dice), rules_(std::move(rules)), writes_max_(writes_max) {
    // Names get their numbers in the same order, so that members are shown in the same.
    const Rule all;
    const std::string first = entity_text({"urn:first", "Tree", "/x", 1, 1, 1, 1}, all);
    for (Side* side : {&whole, &part}) side->put(first);
    things_.resize(kThings);
  }

  void job() {
    std::vector<context::Write> at_whole;
    std::vector<context::Write> at_part;
    for (int n = 1 + dice_.below(writes_max_); n > 0; --n) {
      const int number = dice_.below(kThings);
      std::optional<Thing>& now = things_[static_cast<std::size_t>(number)];
      const auto before = now ? shown_text(*now, rules_) : std::nullopt;
      if (!now) {
        now = Thing{id_of(number), dice_.of({"Tree", "Lamp", "Bench"}), "/north"};
        for (int i = 0; i < 3; ++i) turn(dice_, *now);
        at_whole.push_back(context::put(whole.world.parsed(entity_text(*now, {}))));
      } else if (dice_.one_in(6)) {
        at_whole.push_back(context::remove(now->id));
        now.reset();
      } else {
        turn(dice_, *now);
        at_whole.push_back(context::put(whole.world.parsed(entity_text(*now, {}))));
      }
      const auto after = now ? shown_text(*now, rules_) : std::nullopt;
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
  std::vector<Rule> rules_;
  const int writes_max_;
  std::vector<std::optional<Thing>> things_;
};

TEST(SubscriptionRights, TellWhatABrokerOfTheRestTells) {
  std::size_t told = 0;
  std::size_t told_to_all = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    std::vector<Rule> rules;
    std::string text = "[";
    for (int i = 0, n = 1 + dice.below(3); i < n; ++i) {
      rules.push_back(some_rule(dice));
      text += (i == 0 ? "" : ",") + rules.back().text;
    }
    text += "]";
    SCOPED_TRACE(fmt::format("seed {} rights {}", seed, text));
    // Linked entities are shown as they are when it is sent: not to be told of while they change.
    const bool joins = seed % 2 == 1;
    Twins twins(dice, rules, joins ? 1 : 3);
    twins.whole.rights.give("her", text);
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
  Entry entry() { return *side.subscriptions().find("", "urn:s:1"); }
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
