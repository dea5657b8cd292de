// SPDX-License-Identifier: EUPL-1.2
// Distributed subscriptions over real sockets: brokers with servers of their own, which notify each
// other, and sources that answer what they are told to.
#include <gmock/gmock.h>

#include <functional>
#include <set>
#include <thread>

#include "federation/detail/arrival.h"
#include "federation/detail/live_copy.h"
#include "support/federation_sources.h"

namespace revier::federation {
namespace {

using test::kRooms;
using test::must;
using test::Node;
using test::Source;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSub = "/subscriptions/urn:s:1";

// Waits until it holds: what is to happen happens soon, and how soon decides nothing.
void eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 6'000 && !holds(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(holds());
}

json::Document parsed(const std::string& text) { return must(json::Document::parse(text)); }

std::size_t number_in(const std::string& array) { return parsed(array).root().size(); }

std::string member(const std::string& object, std::string_view name) {
  const json::Document document = parsed(object);
  const auto value = document.root().find(name);
  return value ? json::to_text(*value) : std::string();
}

// The subscriptions that a node has, as JSON.
std::string subscriptions_at(Node& node) { return node.get("/subscriptions"); }

// The first id that this server has made in what it shows.
std::string first_id(const std::string& text) {
  const std::size_t from = text.find("urn:ngsi-ld:Subscription:");
  return text.substr(from, text.find('"', from) - from);
}

std::string copy_at(Node& node) { return first_id(subscriptions_at(node)); }

std::string sources_of(Node& node) { return node.get("/api/v1/subscriptions/urn:s:1/sources"); }

void subscribe(Node& node, const Source& receiver, std::string_view more) {
  const auto made = node.ask("POST", "/subscriptions",
                             fmt::format(R"({{"id":"urn:s:1","type":"Subscription",{},)"
                                         R"("notification":{{"endpoint":{{"uri":"{}/notify"}}}}}})",
                                         more, receiver.url()));
  ASSERT_EQ(made.status, 201) << made.body;
}

constexpr std::string_view kOfRooms = R"("entities":[{"type":"Room"}])";

TEST(Distributed, MakesAReducedCopyChangesItAndDeletesIt) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(
      R"("id":"urn:reg:1","information":[{"entities":[{"type":"Room","idPattern":"^urn:r:"}],)"
      R"("propertyNames":["seats"]}])",
      there.url());
  const auto made = here.ask(
      "POST", "/subscriptions",
      fmt::format(R"({{"id":"urn:s:1","type":"Subscription","subscriptionName":"mine",)"
                  R"("entities":[{{"type":"Room"}},{{"type":"Desk"}}],)"
                  R"("watchedAttributes":["seats","colour"],"q":"seats>2","splitEntities":false,)"
                  R"("throttling":5,"notification":{{"attributes":["seats"],"format":"concise",)"
                  R"("endpoint":{{"uri":"{}/notify","receiverInfo":[)"
                  R"({{"key":"Authorization","value":"secret"}}]}}}}}})",
                  receiver.url()));
  ASSERT_EQ(made.status, 201) << made.body;
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  const std::string copy = subscriptions_at(there);
  EXPECT_THAT(copy, HasSubstr(R"("entities":[{"type":"Room","idPattern":"^urn:r:"}])"));
  EXPECT_THAT(copy, HasSubstr(R"("watchedAttributes":["seats"])"));
  EXPECT_THAT(copy, HasSubstr(R"("q":"seats>2")"));
  EXPECT_THAT(copy, HasSubstr(R"("throttling":5)"));
  EXPECT_THAT(copy, HasSubstr(here.url() + std::string(kNotificationPath)));
  for (const char* private_part :
       {"urn:s:1", "mine", "secret", "Desk", "colour", "concise", "attributes", "/notify\""}) {
    EXPECT_THAT(copy, Not(HasSubstr(private_part)));
  }
  eventually([&] { return sources_of(here).find(R"("state":"made")") != std::string::npos; });

  EXPECT_EQ(here.ask("PATCH", kSub, R"({"q":null,"throttling":7,"isActive":false})").status, 204);
  eventually(
      [&] { return subscriptions_at(there).find(R"("throttling":7)") != std::string::npos; });
  EXPECT_THAT(subscriptions_at(there), Not(HasSubstr(R"("q")")));
  EXPECT_THAT(subscriptions_at(there), HasSubstr(R"("isActive":false)"));

  EXPECT_EQ(here.ask("DELETE", kSub).status, 204);
  eventually([&] { return subscriptions_at(there) == "[]"; });
}

TEST(Distributed, FollowsTheRegistration) {
  Node here("here");
  Node there("there");
  Source receiver;
  subscribe(here, receiver, kOfRooms);
  here.make_registration(R"("id":"urn:reg:1",)" + std::string(kRooms), there.url());
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  EXPECT_EQ(
      here.ask("PATCH", "/csourceRegistrations/urn:reg:1",
               R"({"information":[{"entities":[{"type":"Room"}],"propertyNames":["seats"]}]})")
          .status,
      204);
  eventually([&] {
    return subscriptions_at(there).find(R"("watchedAttributes":["seats"])") != std::string::npos;
  });
  // Elsewhere now: what was made there goes.
  Node other("other");
  EXPECT_EQ(here.ask("PATCH", "/csourceRegistrations/urn:reg:1",
                     fmt::format(R"({{"endpoint":"{}"}})", other.url()))
                .status,
            204);
  eventually([&] { return number_in(subscriptions_at(other)) == 1; });
  eventually([&] { return subscriptions_at(there) == "[]"; });
  EXPECT_EQ(here.ask("DELETE", "/csourceRegistrations/urn:reg:1").status, 204);
  eventually([&] { return subscriptions_at(other) == "[]"; });
  EXPECT_EQ(number_in(subscriptions_at(here)), 1U);
}

TEST(Distributed, AsksOnlyWhoIsToBeAsked) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(R"("operations":["retrieveOps"],)" + std::string(kRooms), there.url());
  here.make_registration(R"("mode":"auxiliary",)" + std::string(kRooms), there.url());
  here.make_registration(R"("information":[{"entities":[{"type":"Desk"}]}])", there.url());
  here.make_registration(R"("contextSourceAlias":"passed",)" + std::string(kRooms), there.url());
  const std::string body =
      fmt::format(R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}}],)"
                  R"("notification":{{"endpoint":{{"uri":"{}/notify"}}}}}})",
                  receiver.url());
  EXPECT_EQ(here.ask("POST", "/subscriptions", body, "Via: 1.1 passed\r\n").status, 201);
  // Where this broker itself was passed it has come back.
  EXPECT_EQ(here.ask("POST", "/subscriptions", body, "Via: 1.1 passed, 1.1 here\r\n").status, 508);
  Node local("local");
  local.make_registration(kRooms, there.url());
  subscribe(local, receiver, R"("localOnly":true,"entities":[{"type":"Room"}])");
  here.make_registration(R"("id":"urn:reg:last","information":[{"entities":[{"type":"Room"}],)"
                         R"("propertyNames":["seats"]}])",
                         there.url());
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  EXPECT_EQ(number_in(subscriptions_at(there)), 1U);
  EXPECT_THAT(sources_of(here), HasSubstr("urn:reg:last"));
}

// A selector for each registered entity, with all ids in it: never more than a source would read.
TEST(Distributed, LeavesOutASourceWhoseCopyWouldBeTooLarge) {
  Node here("here");
  Source there;
  Source receiver;
  std::string types;
  std::string ids;
  for (int i = 0; i < 100; ++i) {
    types += fmt::format(R"({}{{"type":["Room","T{}"]}})", i == 0 ? "" : ",", i);
    ids += fmt::format(R"({}"urn:r:{:0>50}")", i == 0 ? "" : ",", i);
  }
  here.make_registration(R"("information":[{"entities":[)" + types + "]}]", there.url());
  subscribe(here, receiver, R"("entities":[{"type":"Room","id":[)" + ids + "]}]");
  eventually([&] { return sources_of(here).find(R"("leftOut":1)") != std::string::npos; });
  EXPECT_EQ(member(sources_of(here), "sources"), "[]");
}

TEST(Distributed, TellsTheSubscriberWhatSourcesTell) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(R"("information":[{"entities":[{"type":"Room"}],)"
                         R"("propertyNames":["seats","colour"]}])",
                         there.url());
  const auto made = here.ask(
      "POST", "/subscriptions",
      fmt::format(R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}}],)"
                  R"("notificationTrigger":["entityCreated","entityUpdated","entityDeleted"],)"
                  R"("notification":{{"format":"simplified","omit":["colour"],)"
                  R"("endpoint":{{"uri":"{}/notify"}}}}}})",
                  receiver.url()));
  ASSERT_EQ(made.status, 201) << made.body;
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  there.make(R"({"id":"urn:r:1","type":"Room","seats":3,"colour":"red","owner":"x"})");
  std::string told = receiver.wait(1).at(0);
  EXPECT_EQ(member(told, "subscriptionId"), R"("urn:s:1")");
  // "owner" is not registered.
  EXPECT_EQ(member(told, "data"), R"([{"id":"urn:r:1","type":"Room","seats":3}])");
  EXPECT_EQ(there.ask("DELETE", "/entities/urn:r:1/attrs/seats").status, 204);
  told = receiver.wait(2).at(1);
  EXPECT_EQ(member(told, "data"), R"([{"id":"urn:r:1","type":"Room","seats":"urn:ngsi-ld:null"}])");
  EXPECT_EQ(there.ask("DELETE", "/entities/urn:r:1").status, 204);
  told = receiver.wait(3).at(2);
  EXPECT_THAT(member(told, "data"), HasSubstr("deletedAt"));
  // What changes here is told as ever.
  here.make(R"({"id":"urn:r:2","type":"Room","seats":1})");
  EXPECT_THAT(receiver.wait(4).at(3), HasSubstr("urn:r:2"));
  eventually([&] { return sources_of(here).find(R"("received":3)") != std::string::npos; });
}

TEST(Distributed, TellsPreviousValues) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(kRooms, there.url());
  there.make(R"({"id":"urn:r:1","type":"Room","seats":3,"colour":"red"})");
  const auto made = here.ask(
      "POST", "/subscriptions",
      fmt::format(R"({{"id":"urn:s:1","type":"Subscription","entities":[{{"type":"Room"}}],)"
                  R"("notification":{{"showChanges":true,"endpoint":{{"uri":"{}/notify"}}}}}})",
                  receiver.url()));
  ASSERT_EQ(made.status, 201) << made.body;
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  EXPECT_EQ(there.ask("PATCH", "/entities/urn:r:1/attrs/seats", R"({"type":"Property","value":4})")
                .status,
            204);
  const std::string told = receiver.wait(1).at(0);
  EXPECT_THAT(told, HasSubstr(R"("seats":{"type":"Property","value":4,"previousValue":3})"));
  EXPECT_THAT(told, HasSubstr(R"("colour":{"type":"Property","value":"red"})"));
}

TEST(Distributed, GoesOnThroughAChainAndEndsInARing) {
  Node a("a");
  Node b("b");
  Node c("c");
  Source receiver;
  a.make_registration(R"("contextSourceAlias":"b",)" + std::string(kRooms), b.url());
  b.make_registration(R"("contextSourceAlias":"c",)" + std::string(kRooms), c.url());
  // No alias: only its own name in Via tells a that it is asked again.
  c.make_registration(R"("id":"urn:reg:back",)" + std::string(kRooms), a.url());
  subscribe(a, receiver, kOfRooms);
  eventually([&] { return number_in(subscriptions_at(c)) == 1; });
  c.make(R"({"id":"urn:r:3","type":"Room","seats":3})");
  const std::string told = receiver.wait(1).at(0);
  EXPECT_EQ(member(told, "subscriptionId"), R"("urn:s:1")");
  EXPECT_THAT(told, HasSubstr("urn:r:3"));
  const std::string copy = copy_at(c);
  eventually([&] {
    return c.get("/api/v1/subscriptions/" + copy + "/sources").find("508") != std::string::npos;
  });
  EXPECT_EQ(number_in(subscriptions_at(a)), 1U);
  EXPECT_EQ(a.ask("DELETE", kSub).status, 204);
  eventually([&] { return subscriptions_at(b) == "[]" && subscriptions_at(c) == "[]"; });
}

TEST(Distributed, TriesAgainWhereTheSourceIsAway) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(kRooms, there.url());
  there.stop();
  subscribe(here, receiver, kOfRooms);
  eventually([&] { return sources_of(here).find("problem") != std::string::npos; });
  EXPECT_THAT(here.ask("GET", kSub).field("NGSILD-Warning"), HasSubstr("199"));
  there.start();
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  eventually([&] { return here.ask("GET", kSub).field("NGSILD-Warning").empty(); });
  // Away when the subscription goes: deleted when it is back.
  there.stop();
  EXPECT_EQ(here.ask("DELETE", kSub).status, 204);
  there.start();
  eventually([&] { return subscriptions_at(there) == "[]"; });
}

TEST(Distributed, MakesAgainWhatTheSourceHasLost) {
  Node here("here", {"127.0.0.0/8"}, 20);
  Node there("there");
  Source receiver;
  here.make_registration(kRooms, there.url());
  subscribe(here, receiver, kOfRooms);
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  const std::string id = copy_at(there);
  EXPECT_EQ(there.ask("DELETE", "/subscriptions/" + id).status, 204);
  eventually([&] { return number_in(subscriptions_at(there)) == 1; });
  there.make(R"({"id":"urn:r:1","type":"Room","seats":3})");
  EXPECT_THAT(receiver.wait(1).at(0), HasSubstr("urn:r:1"));
}

TEST(Distributed, KnowsAfterARestartWhatItHasMade) {
  Node here("here");
  Node there("there");
  Source receiver;
  here.make_registration(kRooms, there.url());
  subscribe(here, receiver, kOfRooms);
  eventually([&] { return sources_of(here).find(R"("state":"made")") != std::string::npos; });
  here.restart();
  there.make(R"({"id":"urn:r:1","type":"Room","seats":3})");
  EXPECT_THAT(receiver.wait(1).at(0), HasSubstr("urn:r:1"));
  EXPECT_EQ(number_in(subscriptions_at(there)), 1U);
  EXPECT_EQ(here.ask("DELETE", kSub).status, 204);
  eventually([&] { return subscriptions_at(there) == "[]"; });
}

TEST(Distributed, TellsWhatASourceRefuses) {
  Node here("here");
  Source refusing;
  refusing.answer(403, "{}");
  Source receiver;
  here.make_registration(kRooms, refusing.url());
  subscribe(here, receiver, kOfRooms);
  eventually([&] { return sources_of(here).find(R"("state":"refused")") != std::string::npos; });
  EXPECT_THAT(sources_of(here), HasSubstr("the source answered 403"));
  EXPECT_THAT(here.ask("GET", kSub).field("NGSILD-Warning"), HasSubstr("299"));
  EXPECT_THAT(refusing.asked(), HasSubstr("Via: 1.1 here"));
  EXPECT_EQ(here.ask("GET", "/api/v1/subscriptions/urn:s:none/sources").status, 404);
}

// Not ours, since the source knows us under another name now: of no use for ever.
TEST(Distributed, TakesAnotherIdWhereItsOwnIsNotItsOwnAnyMore) {
  Node here("here");
  Source source;
  source.answer(404, "{}");
  source.answer_posts(409);
  Source receiver;
  here.make_registration(kRooms, source.url());
  subscribe(here, receiver, kOfRooms);
  const auto ids = [&source] {
    std::set<std::string> out;
    for (const std::string& body : source.wait(1)) {
      if (body.starts_with(R"({"id":)")) out.insert(member(body, "id"));
    }
    return out.size();
  };
  eventually([&] { return ids() >= 3; });
  // Told until the next 409 comes.
  eventually([&] { return sources_of(here).find("the source answered 404") != std::string::npos; });
  source.answer_posts(201);
  eventually([&] { return sources_of(here).find(R"("state":"made")") != std::string::npos; });
}

TEST(Distributed, KeepsItsOwnSubscriptionsToRegistrations) {
  Node here("here");
  Source receiver;
  subscribe(here, receiver, kOfRooms);
  eventually([&] { return here.get("/csourceSubscriptions") != "[]"; });
  const std::string own = here.get("/csourceSubscriptions");
  EXPECT_THAT(own, HasSubstr("Revier's own, for urn:s:1"));
  const std::string id = first_id(own);
  EXPECT_EQ(here.ask("DELETE", "/csourceSubscriptions/" + id).status, 403);
  EXPECT_EQ(here.ask("PATCH", "/csourceSubscriptions/" + id, R"({"description":"x"})").status, 403);
  EXPECT_EQ(here.ask("DELETE", kSub).status, 204);
  eventually([&] { return here.get("/csourceSubscriptions") == "[]"; });
}

// A look whether it is still there may be under way when it is changed: the next look is far away.
TEST(LiveCopy, IsChangedAtOnceWhereItWasLookedAtMeanwhile) {
  using State = detail::Copy::State;
  const ManualClock clock{{}};
  const detail::Course course(clock, 10, 900'000);
  detail::LiveCopy live;
  net::Reply there;
  there.status = 200;
  const detail::Answered looked{State::kMade, {}, there};
  course.set_state(live, State::kMade);
  EXPECT_EQ(course.take(live, looked), detail::Course::Turn::kNone);
  EXPECT_GT(live.next_us, monotonic_us());
  course.set_state(live, State::kOther);
  EXPECT_EQ(course.take(live, looked), detail::Course::Turn::kNone);
  EXPECT_EQ(live.copy.state, State::kOther);
  EXPECT_LE(live.next_us, monotonic_us());
}

TEST(LiveCopy, IsTriedAtOnceWhereWhatWasRefusedHasChanged) {
  using State = detail::Copy::State;
  const ManualClock clock{{}};
  const detail::Course course(clock, 10, 900'000);
  detail::LiveCopy live;
  live.copy.told.body = "new";
  net::Reply refused;
  refused.status = 400;
  course.set_state(live, State::kWanted);
  (void)course.take(live, {State::kWanted, "old", refused});
  EXPECT_FALSE(live.refused);
  EXPECT_LE(live.next_us, monotonic_us());
  (void)course.take(live, {State::kWanted, "new", refused});
  EXPECT_TRUE(live.refused);
  EXPECT_GT(live.next_us, monotonic_us());
}

// --- Notifications that come in ------------------------------------------------------------------

class Incoming : public testing::Test {
 protected:
  void begin(std::string_view more) {
    source_.answer(201, "");
    here_.make_registration(kRooms, source_.url());
    subscribe(here_, receiver_, more);
    copy_ = source_.wait(1).at(0);
    id_ = member(copy_, "id");
  }
  int notify(std::string_view data, std::string_view more = "") {
    const auto answer =
        here_.ask("POST", kNotificationPath,
                  fmt::format(R"({{"type":"Notification","subscriptionId":{},"data":{}{}}})", id_,
                              data, more));
    return answer.status;
  }

  Node here_{"here"};
  Source source_;
  Source receiver_;
  std::string copy_;
  std::string id_;
};

TEST_F(Incoming, AreLetInByTheSecretOnly) {
  begin(kOfRooms);
  EXPECT_THAT(id_, testing::MatchesRegex(R"("urn:ngsi-ld:Subscription:[a-z2-7]{32}")"));
  constexpr std::string_view kRoom = R"([{"id":"urn:r:1","type":"Room","seats":1}])";
  const std::string own = std::exchange(id_, R"("urn:s:1")");
  EXPECT_EQ(notify(kRoom), 404);
  id_ = R"("urn:ngsi-ld:Subscription:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")";
  EXPECT_EQ(notify(kRoom), 404);
  id_ = "7";
  EXPECT_EQ(notify(kRoom), 400);
  id_ = own;
  EXPECT_EQ(notify(kRoom), 200);
  EXPECT_THAT(receiver_.wait(1).at(0), HasSubstr("urn:r:1"));
}

// Before an @context is looked for, which may be a download.
TEST_F(Incoming, AreLookedAtByTheirSecretFirst) {
  begin(kOfRooms);
  const auto with_link = [this](std::string_view id) {
    return here_
        .ask("POST", kNotificationPath,
             fmt::format(R"({{"type":"Notification","subscriptionId":{},"data":[]}})", id),
             "Link: <http://192.0.2.1/context.jsonld>; "
             "rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"\r\n")
        .status;
  };
  EXPECT_EQ(with_link(R"("urn:ngsi-ld:Subscription:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"), 404);
  EXPECT_EQ(with_link(id_), 504);
}

TEST_F(Incoming, AreRefusedWhereTheyAreNone) {
  begin(kOfRooms);
  for (const char* wrong :
       {"7", "{}", "[7]", "[{}]", R"([{"id":"x","type":"Room"}])", R"([{"id":"urn:r:1"}])",
        R"([{"id":"urn:r:1","type":"Room","seats":null}])",
        R"([{"id":"urn:r:1","type":"Room","deletedAt":7,"seats":{"type":"Property"}}])"}) {
    EXPECT_EQ(notify(wrong), 400) << wrong;
  }
  EXPECT_EQ(here_.ask("POST", kNotificationPath, "{").status, 400);
  EXPECT_EQ(here_.ask("POST", kNotificationPath, "[]").status, 400);
  std::string many = "[";
  for (std::size_t i = 0; i <= detail::kArrivalEntitiesMax; ++i) {
    many += fmt::format(R"({}{{"id":"urn:r:{}","type":"Room"}})", i == 0 ? "" : ",", i);
  }
  EXPECT_EQ(notify(many + "]"), 400);
  // Beyond the registration or the subscription: taken, and told to nobody.
  EXPECT_EQ(notify(R"([{"id":"urn:d:1","type":"Desk","seats":1}])"), 200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:9","type":"Room","seats":9}])"), 200);
  EXPECT_THAT(receiver_.wait(1).at(0), HasSubstr("urn:r:9"));
}

TEST_F(Incoming, AreToldOnceWhereTheyComeTwice) {
  begin(kOfRooms);
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room"}])", R"(,"id":"urn:n:1")"), 200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room"}])", R"(,"id":"urn:n:1")"), 200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:2","type":"Room"}])", R"(,"id":"urn:n:2")"), 200);
  EXPECT_THAT(receiver_.wait(2).at(1), HasSubstr("urn:r:2"));
}

TEST_F(Incoming, AreToldOnceWhereTheyComeTwiceAtOnce) {
  begin(kOfRooms);
  std::vector<std::jthread> senders;
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        EXPECT_EQ(
            notify(R"([{"id":"urn:r:1","type":"Room"}])", fmt::format(R"(,"id":"urn:n:{}")", n)),
            200);
      }
    });
  }
  senders.clear();
  EXPECT_EQ(notify(R"([{"id":"urn:r:2","type":"Room"}])", R"(,"id":"urn:n:end")"), 200);
  const auto told = receiver_.wait(21);
  EXPECT_EQ(told.size(), 21U);
  EXPECT_THAT(told.back(), HasSubstr("urn:r:2"));
}

// What lies in parts is put together, and only the whole is judged.
TEST_F(Incoming, AreMergedWithWhatIsHereAndElsewhere) {
  Node other("other");
  here_.make_registration(R"("operations":["retrieveOps"],)" + std::string(kRooms), other.url());
  begin(R"("entities":[{"type":"Room"}],"splitEntities":true,"q":"seats>2;colour==\"red\"")");
  EXPECT_THAT(copy_, Not(HasSubstr(R"("q")")));
  EXPECT_THAT(copy_, HasSubstr(R"("splitEntities":true)"));
  here_.make(R"({"id":"urn:r:1","type":"Room","colour":"red"})");
  other.make(R"({"id":"urn:r:1","type":"Room","floor":4})");
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room","seats":{"type":"Property","value":1}}])"),
            200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room","seats":{"type":"Property","value":5}}])"),
            200);
  const std::string told = receiver_.wait(1).at(0);
  for (const char* part : {R"("value":5)", R"("value":"red")", R"("value":4)"}) {
    EXPECT_THAT(told, HasSubstr(part));
  }
}

TEST_F(Incoming, KeepValuesThatAreArrays) {
  begin(kOfRooms);
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room","a":[],"b":[7],"c":{"type":"Property",)"
                   R"("value":[1,{"x":2}]},"d":[{"type":"Property","value":1},)"
                   R"({"type":"Property","value":"urn:ngsi-ld:null","datasetId":"urn:d:1"}]}])"),
            200);
  const std::string told = receiver_.wait(1).at(0);
  for (const char* part :
       {R"("a":{"type":"Property","value":[]})", R"("b":{"type":"Property","value":[7]})",
        R"("value":[1,{"x":2}])", R"("datasetId":"urn:d:1")", R"("value":"urn:ngsi-ld:null")"}) {
    EXPECT_THAT(told, HasSubstr(part));
  }
}

// Told in intervals by the source, and so on to the subscriber at once.
TEST_F(Incoming, OfIntervalsAreToldToo) {
  begin(R"("entities":[{"type":"Room"}],"timeInterval":3600)");
  EXPECT_THAT(copy_, HasSubstr(R"("timeInterval":3600)"));
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room","seats":1}])"), 200);
  EXPECT_THAT(receiver_.wait(1).at(0), HasSubstr("urn:r:1"));
}

TEST_F(Incoming, TellNothingOfIdsThatAreNotRegistered) {
  source_.answer(201, "");
  here_.make_registration(
      R"("information":[{"entities":[{"type":"Room","idPattern":"^urn:r:1"}]}])", source_.url());
  subscribe(here_, receiver_, kOfRooms);
  id_ = member(source_.wait(1).at(0), "id");
  EXPECT_EQ(notify(R"([{"id":"urn:r:2","type":"Room","seats":1}])"), 200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:10","type":"Room","seats":1}])"), 200);
  EXPECT_THAT(receiver_.wait(1).at(0), HasSubstr("urn:r:10"));
}

// A q that was copied out of an address.
TEST_F(Incoming, AreFilteredByAnEncodedQuery) {
  begin(R"("entities":[{"type":"Room"}],"splitEntities":true,"q":"colour==%22red%22")");
  EXPECT_EQ(notify(R"([{"id":"urn:r:1","type":"Room","colour":"blue"}])"), 200);
  EXPECT_EQ(notify(R"([{"id":"urn:r:2","type":"Room","colour":"red"}])"), 200);
  EXPECT_THAT(receiver_.wait(1).at(0), HasSubstr("urn:r:2"));
}

}  // namespace
}  // namespace revier::federation
