// SPDX-License-Identifier: EUPL-1.2
#include "mail/sender.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "mail/mime.h"
#include "support/test_records.h"

namespace revier::mail {
namespace {

using records::Session;

// A server that answers what it is told to.
class ScriptedServer final : public Transport {
 public:
  Handing send(const std::string& to, const std::string& mime,
               const std::function<bool()>& last_byte) override {
    if (const auto step = std::exchange(meanwhile, {})) step();
    const Handing answer = answers.empty() ? Handing{Outcome::kAccepted, 250, {}} : answers.front();
    if (!answers.empty()) answers.pop_front();
    const bool reaches_end =
        answer.outcome == Outcome::kAccepted || answer.outcome == Outcome::kUnclear;
    if (reaches_end && !last_byte()) return {Outcome::kStopped, 0, {}};
    if (answer.outcome == Outcome::kAccepted) accepted.push_back(to + "\n" + mime);
    return answer;
  }
  void end() override {}

  std::deque<Handing> answers;
  std::function<void()> meanwhile;  // what happens once, while a letter is on its way
  std::vector<std::string> accepted;
};

class SenderTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto server = std::make_unique<ScriptedServer>();
    server_ = server.get();
    auto opened = Sender::open(needs(), std::move(server));
    ASSERT_TRUE(opened) << opened.error().message;
    sender_ = std::move(*opened);
  }
  Sender::Needs needs() {
    return {.database = *database_,
            .civil_clock = clock_,
            .real_clock = clock_,
            .head =
                [] {
                  return Letterhead{
                      .from = "post@event.example", .from_name = "Jürgens Tage", .reply_to = {}};
                },
            .parts = {}};
  }
  void queue(const std::string& key, const std::string& to = "ada@example.org",
             bool urgent = false) {
    ASSERT_TRUE(database_->writer().run_blocking([&](Session& session) {
      return enqueue(session,
                     {.key = key,
                      .purpose = "registration",
                      .to = to,
                      .to_name = "Äda Löve",
                      .subject = "Grüße",
                      .text = "Guten Tag\n",
                      .urgent = urgent,
                      .delete_after = clock_.now() + Duration::days(90)},
                     clock_.now());
    }));
  }
  StoredMessage find(const std::string& key) {
    StoredMessage found;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(found, find_by_key(session, key));
      return {};
    }));
    return found;
  }
  State state(const std::string& key) { return find(key).state; }
  void release_all() {
    ASSERT_TRUE(database_->writer().run_blocking([&](Session& session) {
      return release(session, "registration", clock_.now(), clock_.now() + Duration::days(90));
    }));
  }

  tests::TestRecords records_{GetParam()};
  std::unique_ptr<records::Database> database_ = records_.open(migrations());
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  ScriptedServer* server_ = nullptr;
  std::unique_ptr<Sender> sender_;
};

TEST_P(SenderTest, SendsEachOnce) {
  queue("a");
  queue("b", "bob@example.org");
  queue("a");
  EXPECT_EQ(*sender_->step(), 2);
  EXPECT_EQ(server_->accepted.size(), 2U);
  EXPECT_EQ(state("a"), State::kSent);
  EXPECT_EQ(*sender_->step(), 0);
}

TEST_P(SenderTest, ARefusedOneFailsAndGoesAgainByHand) {
  queue("a");
  server_->answers = {{Outcome::kRefused, 550, "550 no such user"}};
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("a"), State::kFailed);
  EXPECT_EQ(find("a").reason, "550 no such user");
  clock_.advance(Duration::days(1));
  EXPECT_EQ(*sender_->step(), 0);
  const auto again = [&] {
    return database_->writer().run_blocking(
        [&](Session& session) { return retry(session, find("a").id, clock_.now()); });
  };
  EXPECT_TRUE(again());
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("a"), State::kSent);
  EXPECT_EQ(again().error().code, Code::kConflict);
}

TEST_P(SenderTest, ADeferredOneComesAgainLaterAndLater) {
  queue("a");
  for (const int minutes : {1, 5, 15, 60, 240, 240}) {
    server_->answers = {{Outcome::kDeferred, 450, "450 later"}};
    EXPECT_EQ(*sender_->step(), 1);
    EXPECT_EQ(find("a").next_attempt_at, clock_.now() + Duration::minutes(minutes));
    EXPECT_EQ(*sender_->step(), 0);
    clock_.advance(Duration::minutes(minutes));
  }
  clock_.advance(Duration::days(3));
  server_->answers = {{Outcome::kDeferred, 450, "450 later"}};
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("a"), State::kFailed);
}

TEST_P(SenderTest, ThreeDaysCountFromTheFirstTimeThatItWasPutOff) {
  const auto put_off_at_next_step = [&] {
    server_->answers = {{Outcome::kDeferred, 450, "450 later"}};
    EXPECT_EQ(*sender_->step(), 1);
    return state("a");
  };
  queue("a");
  clock_.advance(Duration::days(4));  // the server could not be used
  const Instant first = clock_.now();
  EXPECT_EQ(put_off_at_next_step(), State::kWaiting);
  EXPECT_EQ(find("a").put_off_since, first);
  clock_.advance(Duration::days(2));
  EXPECT_EQ(put_off_at_next_step(), State::kWaiting);
  EXPECT_EQ(find("a").put_off_since, first);
  clock_.advance(Duration::days(2));
  EXPECT_EQ(put_off_at_next_step(), State::kFailed);
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return retry(session, find("a").id, clock_.now()); }));
  EXPECT_EQ(put_off_at_next_step(), State::kWaiting) << "a person has begun anew";
}

TEST_P(SenderTest, ALetterWrittenAnewGoesOnWithTheDaysOfTheOldOne) {
  queue("old");
  server_->answers = {{Outcome::kDeferred, 450, "450 later"}};
  EXPECT_EQ(*sender_->step(), 1);
  clock_.advance(Duration::days(4));
  ASSERT_TRUE(database_->writer().run_blocking([&](Session& session) -> Result<> {
    const StoredMessage earlier = find("old");
    Message anew = earlier.message;
    anew.key = "new";
    RV_TRY(take_back(session, anew.to, "old"));
    RV_TRY(enqueue(session, anew, clock_.now()));
    return age_like(session, "new", earlier);
  }));
  server_->answers = {{Outcome::kDeferred, 450, "450 later"}};
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("new"), State::kFailed);
}

TEST_P(SenderTest, WithoutAnAnswerItIsUnclearAndNotRepeated) {
  queue("a");
  server_->answers = {{Outcome::kUnclear, 0, "connection lost"}};
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("a"), State::kUnclear);
  clock_.advance(Duration::days(1));
  EXPECT_EQ(*sender_->step(), 0);
}

TEST_P(SenderTest, WhatACrashLeftHandedIsUnclear) {
  queue("a");
  queue("b");
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return set_handed(session, find("a").id, clock_.now()); }));
  auto next = std::make_unique<ScriptedServer>();
  auto opened = Sender::open(needs(), std::move(next));
  ASSERT_TRUE(opened);
  EXPECT_EQ(state("a"), State::kUnclear);
  EXPECT_EQ(*(*opened)->step(), 1);
  EXPECT_EQ(state("b"), State::kSent);
}

TEST_P(SenderTest, AnUnusableServerCostsNoMessageAnAttempt) {
  queue("a");
  queue("b", "bob@example.org");
  server_->answers = {{Outcome::kUnusable, 535, "535 wrong password"}};
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(sender_->status().trouble, "535 wrong password");
  EXPECT_EQ(find("a").attempts, 0);
  EXPECT_EQ(*sender_->step(), 2);
  EXPECT_EQ(sender_->status().trouble, "");
}

TEST_P(SenderTest, ThreeAnHourToOneAddressAndUrgentOnesBesides) {
  for (const char* key : {"a", "b", "c", "d"}) queue(key, "Ada@Example.org");
  queue("other", "bob@example.org");
  queue("offer", "ada@example.org", true);
  EXPECT_EQ(*sender_->step(), 6);
  EXPECT_EQ(server_->accepted.size(), 5U);
  EXPECT_TRUE(server_->accepted[0].starts_with("ada@"));  // the urgent one
  EXPECT_EQ(state("d"), State::kWaiting);
  EXPECT_EQ(find("d").attempts, 0);
  clock_.advance(Duration::minutes(61));
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("d"), State::kSent);
}

TEST_P(SenderTest, WhoHadThreeInAnHourHasHadEnough) {
  const auto enough = [&](std::int64_t most) {
    bool answer = false;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(answer, has_had_enough(session, "ADA@example.org", clock_.now(), most));
      return {};
    }));
    return answer;
  };
  queue("offer", "ada@example.org", true);
  queue("other", "bob@example.org");
  for (const char* key : {"a", "b"}) queue(key);
  EXPECT_FALSE(enough(kMailsAnHourMax)) << "urgent ones and those of others do not count";
  clock_.advance(Duration::minutes(30));
  queue("c");
  EXPECT_TRUE(enough(kMailsAnHourMax));
  EXPECT_FALSE(enough(4));
  clock_.advance(Duration::minutes(31));
  EXPECT_FALSE(enough(kMailsAnHourMax)) << "the first two are older than an hour";
}

TEST_P(SenderTest, WhatIsForgottenStillCountsForItsHour) {
  const auto forget_all = [&] {
    EXPECT_TRUE(database_->writer().run_blocking(
        [&](Session& session) { return forget(session, "ADA@example.org", "a-", clock_.now()); }));
  };
  const auto enough = [&](std::int64_t most) {
    bool answer = false;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(answer, has_had_enough(session, "ada@example.org", clock_.now(), most));
      return {};
    }));
    return answer;
  };
  const auto left = [&] {
    std::size_t count = 0;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const auto letters, list_about(session, "a-"));
      count = letters.size();
      return {};
    }));
    return count;
  };
  queue("a-1");
  EXPECT_EQ(*sender_->step(), 1);
  queue("a-2");
  queue("b-1");
  forget_all();
  EXPECT_EQ(left(), 1U) << "what waits goes at once";
  EXPECT_EQ(find("b-1").state, State::kWaiting) << "another thing's";
  EXPECT_TRUE(enough(2));
  clock_.advance(Duration::minutes(61));
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return erase_ended(session, clock_.now()); }));
  EXPECT_EQ(left(), 0U);
  queue("a-3");
  EXPECT_EQ(*sender_->step(), 2);
  clock_.advance(Duration::minutes(61));
  forget_all();
  EXPECT_EQ(left(), 0U) << "what left long ago goes at once";
}

TEST_P(SenderTest, AnAddressGoesToTheServerInAscii) {
  queue("a", "ada@büro.example");
  queue("b", "ADA@xn--bro-hoa.example");
  queue("c", "müller@event.example");
  EXPECT_EQ(*sender_->step(), 3);
  ASSERT_EQ(server_->accepted.size(), 2U);
  EXPECT_TRUE(server_->accepted[0].starts_with("ada@xn--bro-hoa.example\n"));
  EXPECT_NE(server_->accepted[0].find("<ada@xn--bro-hoa.example>"), std::string::npos);
  EXPECT_EQ(state("c"), State::kFailed);
  EXPECT_EQ(find("a").message.to, "ada@büro.example") << "as she wrote it";
  EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
    RV_ASSIGN(const bool enough, has_had_enough(session, "ada@büro.example", clock_.now(), 2));
    EXPECT_TRUE(enough) << "one mailbox, however it is written";
    return {};
  }));
}

TEST_P(SenderTest, AnErasedOneIsNotSent) {
  queue("a");
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return erase_to(session, "ADA@example.org"); }));
  EXPECT_EQ(*sender_->step(), 0);
}

TEST_P(SenderTest, LettersAboutAccountsAreOfNoBooking) {
  queue("a");
  ASSERT_TRUE(database_->writer().run_blocking([&](Session& session) {
    return enqueue(session,
                   {.key = "invite",
                    .purpose = std::string(kAccountPurpose),
                    .to = "ada@example.org",
                    .subject = "Ihr Zugang",
                    .text = "Link",
                    .delete_after = clock_.now() + Duration::days(1)},
                   clock_.now());
  }));
  EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto letters, list_to(session, "ada@example.org"));
    EXPECT_EQ(letters.size(), 1U);
    return {};
  }));
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return erase_to(session, "ada@example.org"); }));
  EXPECT_EQ(state("invite"), State::kWaiting);
}

TEST(Outbox, LinksAreLeftOutWhereverTheyStand) {
  EXPECT_EQ(without_links("Guten Tag\nhttps://a.example/x/y.z\nEnde", "[L]"),
            "Guten Tag\n[L]\nEnde");
  EXPECT_EQ(without_links("http://a https://b", "[L]"), "[L] [L]");
  EXPECT_EQ(without_links("ohne", "[L]"), "ohne");
}

TEST_P(SenderTest, WithoutAServerEverythingWaits) {
  auto opened = Sender::open(needs(), nullptr);
  ASSERT_TRUE(opened);
  queue("a");
  EXPECT_EQ(*(*opened)->step(), 0);
  EXPECT_FALSE((*opened)->status().configured);
  EXPECT_EQ(state("a"), State::kWaiting);
}

TEST_P(SenderTest, ANewerOneTakesTheWaitingOneBack) {
  queue("changed-1-a");
  queue("changed-2-a");
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](Session& session) { return take_back(session, "Ada@example.org", "changed-1-"); }));
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("changed-2-a"), State::kSent);
}

TEST_P(SenderTest, AnOldLetterDoesNotLeaveInTheNameOfANewerOne) {
  queue("changed-1-a");
  const std::int64_t old = find("changed-1-a").id;
  server_->meanwhile = [&] {
    ASSERT_TRUE(database_->writer().run_blocking(
        [&](Session& session) { return take_back(session, "ada@example.org", "changed-1-"); }));
    queue("changed-1-b");
  };
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_TRUE(server_->accepted.empty());
  EXPECT_GT(find("changed-1-b").id, old);
  EXPECT_EQ(state("changed-1-b"), State::kWaiting);
  EXPECT_EQ(*sender_->step(), 1);
  EXPECT_EQ(state("changed-1-b"), State::kSent);
}

TEST_P(SenderTest, WhatIsStoppedMeanwhileStaysUntilItIsReleased) {
  const auto stop = [&] {
    ASSERT_TRUE(database_->writer().run_blocking(
        [&](Session& session) { return hold(session, "registration"); }));
  };
  queue("a");
  queue("b", "bob@example.org");
  server_->meanwhile = stop;
  EXPECT_EQ(*sender_->step(), 2);
  EXPECT_TRUE(server_->accepted.empty()) << "all that the sender had read stays";
  clock_.advance(Duration::days(1));
  EXPECT_EQ(*sender_->step(), 0);
  release_all();
  EXPECT_EQ(*sender_->step(), 2);
  EXPECT_EQ(server_->accepted.size(), 2U);
}

TEST_P(SenderTest, WhatIsPutOffWhileItIsStoppedStaysStopped) {
  queue("waits");
  queue("handed", "bob@example.org");
  ASSERT_TRUE(database_->writer().run_blocking([&](Session& session) -> Result<> {
    RV_TRY(set_handed(session, find("handed").id, clock_.now()));
    RV_TRY(hold(session, "registration"));
    const Instant soon = clock_.now() + Duration::minutes(1);
    for (const char* key : {"waits", "handed"}) {
      RV_TRY(put_off(session, find(key).id, soon, "450 later", clock_.now()));
    }
    return {};
  }));
  clock_.advance(Duration::days(1));
  EXPECT_EQ(*sender_->step(), 0);
  release_all();
  EXPECT_EQ(*sender_->step(), 2);
  EXPECT_EQ(server_->accepted.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(On, SenderTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

Message letter() {
  return {.key = "k",
          .purpose = "p",
          .to = "ada@example.org",
          .to_name = "Äda \"L\" <x>",
          .subject = "Grüße\r\nBcc: eve@example.org",
          .text = "Größe\n.\nFrom here\n",
          .delete_after = {}};
}

TEST(Mime, IsWholeAndCannotBeExtended) {
  const Letterhead head{.from = "post@event.example", .from_name = "Jürgen", .reply_to = {}};
  const std::string mime = write_mime(letter(), {letter().text, "<p>Größe</p>", {}}, head,
                                      *parse_iso8601("2026-03-01T10:00:00Z"));
  EXPECT_EQ(mime.find("\r\nBcc:"), std::string::npos);
  EXPECT_NE(mime.find("Date: Sun, 01 Mar 2026 10:00:00 +0000\r\n"), std::string::npos);
  EXPECT_NE(mime.find("Message-Id: <" + message_id(letter(), head) + ">\r\n"), std::string::npos);
  EXPECT_NE(mime.find("MIME-Version: 1.0\r\n"), std::string::npos);
  EXPECT_NE(mime.find("Auto-Submitted: auto-generated\r\n"), std::string::npos);
  EXPECT_NE(mime.find("multipart/alternative"), std::string::npos);
  EXPECT_EQ(mime.find("iso-8859"), std::string::npos);
  EXPECT_NE(mime.find("Gr=C3=B6=C3=9Fe"), std::string::npos);
  for (std::size_t at = 0; (at = mime.find('\n', at)) != std::string::npos; ++at) {
    ASSERT_EQ(mime[at - 1], '\r');
  }
  EXPECT_TRUE(message_id(letter(), head).ends_with("@event.example"));
}

}  // namespace
}  // namespace revier::mail
