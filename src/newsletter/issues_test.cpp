// SPDX-License-Identifier: EUPL-1.2
// Issues: four eyes, sending in portions over crashes, what a letter says, the archive.
#include "newsletter/issues.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/run_task.h"
#include "consent/consent.h"
#include "mail/outbox.h"
#include "newsletter/archive.h"
#include "newsletter/body.h"
#include "newsletter/links.h"
#include "newsletter/partners.h"
#include "support/test_records.h"

namespace revier::newsletter {
namespace {

constexpr std::string_view kSite = "https://x.test";

TEST(Body, BecomesTextAndHtml) {
  const std::string markdown =
      "# Titel\n\nEin **fetter** [Link](/programm) und [noch einer](https://a.test/b_c).\n\n"
      "- eins\n- zwei\n  weiter\n\n1. a\n2. b\n\n> Zitat\n";
  EXPECT_EQ(body_text(markdown, kSite),
            "Titel\n-----\n\nEin fetter Link (https://x.test/programm) und noch einer "
            "(https://a.test/b_c).\n\n- eins\n- zwei weiter\n\n1. a\n2. b\n\n> Zitat\n");
  const std::string html = body_html(markdown, kSite).markup();
  EXPECT_NE(html.find("<h2>Titel</h2>"), std::string::npos) << html;
  EXPECT_NE(html.find("<a href=\"https://x.test/programm\">Link</a>"), std::string::npos) << html;
}

TEST(Body, NothingRemoteAndNothingThatActs) {
  const std::string html =
      body_html(
          "Da: <script>x</script> ![Zählpixel](https://böse.test/p.gif) <b onclick=y>z</b>\n\n"
          "[a](javascript:alert(1)) [b](//böse.test) [c](data:text/html,x)\n\n"
          "<iframe src=x></iframe>\n",
          kSite)
          .markup();
  for (const char* part : {"<script", "<img", "<b ", "onclick", "javascript:", "data:", "<iframe",
                           "<a ", "<!--", "p.gif"}) {
    EXPECT_EQ(html.find(part), std::string::npos) << part << " in " << html;
  }
  EXPECT_NE(html.find("Zählpixel"), std::string::npos) << "the description stays";
}

RC_GTEST_PROP(Body, EscapedTextIsWhatItWas, ()) {
  auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab12 .-*_[]()<>#&;`!|+\\~\"'=:")));
  // At the begin of a line and behind a word; blanks at the ends are no text.
  while (text.starts_with(' ')) text.erase(0, 1);
  while (text.ends_with(' ')) text.pop_back();
  RC_ASSERT(body_text("x" + escaped(text), kSite) == "x" + text + "\n");
  RC_ASSERT(body_text(escaped(text), kSite) == text + "\n");
  RC_ASSERT(body_text("a\n" + escaped(text + "b"), kSite) == "a " + text + "b\n");
}

TEST(Body, EscapingLeavesOrdinaryTextAlone) {
  EXPECT_EQ(escaped("Mulvany-Villa, 5. Februar (Saal 2)."), "Mulvany-Villa, 5. Februar (Saal 2).");
  EXPECT_EQ(escaped("1. Preis"), "1\\. Preis");
}

TEST(Body, EmptyItemsAndQuotes) {
  EXPECT_EQ(body_text("-\n\nEnde\n", kSite), "- \n\nEnde\n");
  EXPECT_EQ(body_text("a\n\n1.\n2. b\n\n>\n", kSite), "a\n\n1. \n2. b\n");
}

TEST(Body, DepthDoesNotMatter) {
  EXPECT_FALSE(body_text(std::string(kBodyMax, '>') + " x", kSite).empty());
  EXPECT_FALSE(body_html(std::string(kBodyMax, '*') + "x" + std::string(kBodyMax, '*'), kSite)
                   .markup()
                   .empty());
}

class IssuesTest : public testing::TestWithParam<std::string> {
 protected:
  IssuesTest() {
    for (const auto part : {consent::migrations(), mail::migrations(), rows::migrations(),
                            rows::issue_migrations(), rows::partner_migrations()}) {
      migrations_.insert(migrations_.end(), part.begin(), part.end());
    }
    database_ = records_.open(migrations_);
    newsletter_ = Newsletter::open({.database = *database_,
                                    .civil_clock = clock_,
                                    .random = random_,
                                    .links = links_,
                                    .site_url = std::string(kSite),
                                    .site_name = [](web::Language) { return "Fest"; },
                                    .owner = [](web::Language) { return "Stadt"; }})
                      .value();
    Topic topic;
    topic.id = "stadt";
    topic.name_de = "Stadt";
    topic.name_en = "City";
    EXPECT_TRUE(newsletter_->put_topic(topic));
    reopen(0);
  }

  void reopen(std::int64_t mails_a_minute) {
    pace_.emplace(clock_, mails_a_minute);
    issues_.emplace(Issues::Needs{.newsletter = *newsletter_,
                                  .pace = *pace_,
                                  .publish = [this](const Issue& issue, const Topic& topic) {
                                    if (!publishing_) return Result<>(fail(Code::kUnavailable, ""));
                                    archive_.push_back(issue_entity(issue, topic));
                                    return Result<>{};
                                  }});
  }
  // People with `count` addresses, every third reads English.
  void subscribe(int count) {
    ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& s) -> Result<> {
      for (int i = 0; i < count; ++i) {
        const std::string mail = "p" + std::to_string(i) + "@beispiel.test";
        const std::string id = subscriber_id(links_, mail);
        RV_TRY(rows::insert_subscriber(s, {.id = id,
                                           .mail = mail,
                                           .language = i % 3 == 0 ? "en" : "de",
                                           .topics = {},
                                           .since = clock_.now(),
                                           .delete_after = clock_.now() + kSubscriptionKeep}));
        RV_TRY(rows::add_topic(s, id, "stadt", clock_.now()));
      }
      return {};
    }));
  }
  Issue draft() {
    Issue issue;
    issue.topic = "stadt";
    issue.subject_de = "Hallo Stadt";
    issue.body_de = "Guten **Tag**";
    issue.subject_en = "Hello city";
    issue.body_en = "Good **day**";
    return issues_->save(issue, "anna").value();
  }
  Issue approved() {
    const Issue issue = draft();
    return issues_->approve(issue.id, issue.version, "bert").value();
  }
  // An issue whose letters to that many people all wait in the outbox.
  Issue under_way(int people) {
    subscribe(people);
    Issue issue = approved();
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(issues_->tick());
    EXPECT_EQ(std::ssize(letters()), people);
    return issue;
  }
  // The outbox, oldest first.
  std::vector<mail::StoredMessage> letters() {
    std::vector<mail::StoredMessage> list;
    EXPECT_TRUE(database_->read([&](records::Session& s) -> Result<> {
      RV_ASSIGN(list, mail::due(s, clock_.now(), 9'000));
      return {};
    }));
    return list;
  }
  void erase_ended() {
    ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& s) -> Result<> {
      RV_TRY(mail::erase_ended(s, clock_.now()));
      RV_TRY(newsletter_->erase_ended(s, clock_.now()));
      return {};
    }));
  }
  void mark_sent(const std::vector<mail::StoredMessage>& list) {
    EXPECT_TRUE(database_->writer().run_blocking([&](records::Session& s) -> Result<> {
      for (const auto& letter : list) {
        RV_TRY(mail::settle(s, letter.id, mail::State::kSent, clock_.now(), ""));
      }
      return {};
    }));
  }

  tests::TestRecords records_{GetParam()};
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  SeededRandom random_{7};
  ticket::SecretLinks links_{ticket::SecretLinks::Key{1, 2, 3}};
  std::vector<records::Migration> migrations_;
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<Newsletter> newsletter_;
  std::optional<mail::Pace> pace_;
  std::optional<Issues> issues_;
  std::vector<std::string> archive_;
  bool publishing_ = true;
};
INSTANTIATE_TEST_SUITE_P(On, IssuesTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& tested) { return tested.param; });

TEST_P(IssuesTest, WhoWritesDoesNotApprove) {
  Issue issue = draft();
  EXPECT_EQ(issues_->approve(issue.id, issue.version, "anna").error().code, Code::kForbidden);
  EXPECT_EQ(issues_->approve(issue.id, issue.version, "").error().code, Code::kForbidden);
  issue.body_de += "!";
  const Issue later = issues_->save(issue, "clara").value();
  EXPECT_EQ(issues_->approve(issue.id, issue.version, "bert").error().code, Code::kConflict)
      << "not the version that bert saw";
  EXPECT_EQ(issues_->approve(issue.id, later.version, "clara").error().code, Code::kForbidden);
  EXPECT_EQ(issues_->save(issue, "anna").error().code, Code::kConflict) << "clara was quicker";
  EXPECT_EQ(issues_->approve(issue.id, later.version, "bert")->state, IssueState::kApproved);
}

TEST_P(IssuesTest, AChangeTakesTheApprovalBack) {
  subscribe(1);
  Issue issue = approved();
  issue.body_de = "anders";
  EXPECT_EQ(issues_->save(issue, "anna")->state, IssueState::kDraft);
  ASSERT_TRUE(issues_->tick());
  EXPECT_TRUE(letters().empty());
  EXPECT_TRUE(archive_.empty());
}

TEST_P(IssuesTest, EverybodyGetsItOnceInHerLanguage) {
  subscribe(7);
  const Issue issue = approved();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(issues_->tick());
  std::vector<mail::StoredMessage> list = letters();
  ASSERT_EQ(list.size(), 7);
  EXPECT_EQ(std::ranges::count_if(list, [](const auto& l) { return l.message.language == "en"; }),
            3);
  const auto german =
      std::ranges::find_if(list, [](const auto& l) { return l.message.language == "de"; });
  EXPECT_EQ(german->message.subject, "Hallo Stadt");
  EXPECT_TRUE(german->message.bulk);
  ASSERT_TRUE(Issues::is_issue(german->message));
  const mail::Parts parts = issues_->parts(german->message).value();
  const std::string id(split_letter_key(german->message.key).subscriber);
  const std::string end = std::string(kSite) + unsubscribe_path(links_, id, web::Language::kDe) +
                          "?ausgabe=" + issue.id;
  EXPECT_TRUE(parts.text.starts_with("Guten Tag\n")) << parts.text;
  EXPECT_NE(parts.text.find(end), std::string::npos) << parts.text;
  EXPECT_NE(parts.html.find(end), std::string::npos) << parts.html;
  EXPECT_EQ(parts.unsubscribe, end);
  EXPECT_EQ(issues_->find(issue.id)->state, IssueState::kSending);
  mark_sent(list);
  ASSERT_TRUE(issues_->tick());
  const Issue done = issues_->find(issue.id).value();
  EXPECT_EQ(done.state, IssueState::kSent);
  EXPECT_EQ(done.delivery.queued, 7);
  EXPECT_EQ(done.delivery.sent, 7);
  EXPECT_EQ(issues_->save(done, "anna").error().code, Code::kConflict);
}

TEST_P(IssuesTest, WhatIsLeftOpenInTheTextDoesNotTakeItsFooter) {
  const std::string reader = subscriber_id(links_, "ada@beispiel.test");
  Issue issue = draft();
  const std::string end = std::string(kSite) +
                          unsubscribe_path(links_, reader, web::Language::kDe) +
                          "?ausgabe=" + issue.id;
  const std::string imprint = std::string(kSite) + web::path(web::Language::kDe, "/impressum");
  for (const char* open : {"```\nCode", "~~~\nCode", "<!-- still", "<pre>", "<script>", "<?x",
                           "<![CDATA[x", "<style>\nx", "- a\n  ```\n  b", "> ```"}) {
    issue.body_de = std::string("Guten Tag\n\n") + open;
    const mail::Parts parts = issues_->render(issue, web::Language::kDe, reader);
    EXPECT_TRUE(parts.text.starts_with("Guten Tag\n")) << parts.text;
    for (const std::string& address : {end, imprint}) {
      EXPECT_NE(parts.text.find(" (" + address + ")\n"), std::string::npos) << open << parts.text;
      EXPECT_NE(parts.html.find("<a href=\"" + address + "\">"), std::string::npos)
          << open << parts.html;
    }
  }
}

TEST_P(IssuesTest, SendingGoesOnAfterARestart) {
  subscribe(700);
  const Issue issue = approved();
  ASSERT_TRUE(issues_->tick());
  // A crash between two portions: what is written is written, the place with it.
  ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& s) -> Result<> {
    RV_ASSIGN(Issue now, rows::find_issue(s, issue.id));
    return rows::put_issue(s, now);
  }));
  reopen(0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(issues_->tick());
  const std::vector<mail::StoredMessage> list = letters();
  EXPECT_EQ(list.size(), 700);
  std::set<std::string> people;
  for (const auto& letter : list) people.insert(letter.message.to);
  EXPECT_EQ(people.size(), 700);
}

TEST_P(IssuesTest, AsManyAMinuteAsTheOperatorSays) {
  subscribe(40);
  reopen(60);
  approved();
  ASSERT_TRUE(issues_->tick());
  std::size_t before = letters().size();
  for (int second = 0; second < 4; ++second) {
    clock_.advance(Duration::seconds(1));
    ASSERT_TRUE(issues_->tick());
    const std::size_t now = letters().size();
    EXPECT_LE(now - before, 1);
    before = now;
  }
  EXPECT_GE(before, 3);
  clock_.advance(Duration::hours(5));
  ASSERT_TRUE(issues_->tick());
  EXPECT_LE(letters().size() - before, 5) << "not all at once after a pause";
}

TEST_P(IssuesTest, AtItsTimeAndStoppedInBetween) {
  subscribe(3);
  Issue issue = draft();
  issue.send_at = clock_.now() + Duration::hours(1);
  issue = issues_->save(issue, "anna").value();
  ASSERT_TRUE(issues_->approve(issue.id, issue.version, "bert"));
  ASSERT_TRUE(issues_->tick());
  EXPECT_TRUE(letters().empty());
  clock_.advance(Duration::hours(1));
  ASSERT_TRUE(issues_->tick());
  ASSERT_TRUE(issues_->tick());
  EXPECT_EQ(letters().size(), 3);
  EXPECT_EQ(issues_->stop(issue.id)->state, IssueState::kStopped);
  clock_.advance(Duration::days(1));
  ASSERT_TRUE(issues_->tick());
  EXPECT_TRUE(letters().empty()) << "what waits stays";
  EXPECT_EQ(issues_->go_on(issue.id)->state, IssueState::kSending);
  EXPECT_EQ(letters().size(), 3);
}

TEST_P(IssuesTest, StoppedForLongItStillReachesEverybody) {
  const Issue issue = under_way(3);
  ASSERT_TRUE(issues_->stop(issue.id));
  clock_.advance(Duration::days(60));
  erase_ended();
  EXPECT_TRUE(letters().empty()) << "it is still stopped";
  ASSERT_TRUE(issues_->go_on(issue.id));
  erase_ended();
  EXPECT_EQ(letters().size(), 3) << "their retention begins anew";
  clock_.advance(Duration::days(60));
  erase_ended();
  EXPECT_TRUE(letters().empty());
}

TEST_P(IssuesTest, WhoseSubscriptionEndedMeanwhileGetsNothingMore) {
  const Issue issue = under_way(2);
  ASSERT_TRUE(issues_->stop(issue.id));
  clock_.advance(kSubscriptionKeep + Duration::days(1));
  erase_ended();
  ASSERT_TRUE(issues_->go_on(issue.id));
  EXPECT_TRUE(letters().empty());
}

TEST_P(IssuesTest, WhoEndsItGetsNothingMoreAndIsCounted) {
  const Issue issue = under_way(3);
  ASSERT_FALSE(letters().empty());
  const std::string id(split_letter_key(letters().front().message.key).subscriber);
  EXPECT_TRUE(run_task(newsletter_->unsubscribe(id, "mail", issue.id)).value());
  EXPECT_FALSE(run_task(newsletter_->unsubscribe(id, "mail", issue.id)).value());
  EXPECT_EQ(letters().size(), 2);
  EXPECT_EQ(issues_->find(issue.id)->delivery.unsubscribed, 1);
}

TEST_P(IssuesTest, WhoLeavesATopicGetsNoMoreOfItsLetters) {
  subscribe(2);
  Topic other;
  other.id = "termine";
  other.name_de = other.name_en = "x";
  ASSERT_TRUE(newsletter_->put_topic(other));
  const std::string id = subscriber_id(links_, "p1@beispiel.test");
  ASSERT_TRUE(run_task(newsletter_->change(id, {"stadt", "termine"}, "de", web::Language::kDe)));
  const Issue left = approved();
  Issue kept = draft();
  kept.topic = "termine";
  kept = issues_->save(kept, "anna").value();
  ASSERT_TRUE(issues_->approve(kept.id, kept.version, "bert"));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(issues_->tick());
  ASSERT_EQ(letters().size(), 3);
  // A letter of the left topic that is held back goes too.
  ASSERT_TRUE(issues_->stop(left.id));
  ASSERT_TRUE(run_task(newsletter_->change(id, {"termine"}, "de", web::Language::kDe)));
  ASSERT_TRUE(issues_->go_on(left.id));
  std::set<std::string> keys;
  for (const auto& letter : letters()) keys.insert(letter.message.key);
  const std::string somebody = subscriber_id(links_, "p0@beispiel.test");
  EXPECT_EQ(keys, (std::set<std::string>{letter_key(left.id, somebody), letter_key(kept.id, id)}));
  ASSERT_TRUE(issues_->tick());
  EXPECT_EQ(letters().size(), 2) << "it is not written again";
}

TEST_P(IssuesTest, StandsInTheArchiveOnceThatIsWritable) {
  subscribe(1);
  publishing_ = false;
  const Issue issue = approved();
  EXPECT_FALSE(issues_->tick());
  EXPECT_FALSE(issues_->find(issue.id)->published);
  publishing_ = true;
  ASSERT_TRUE(issues_->tick());
  EXPECT_TRUE(issues_->find(issue.id)->published);
  const std::vector<PublishedIssue> shown = read_issues(archive_);
  ASSERT_EQ(shown.size(), 1);
  EXPECT_EQ(shown[0].id, issue.id);
  EXPECT_EQ(shown[0].subject_in(web::Language::kEn), "Hello city");
  EXPECT_EQ(shown[0].topic_de, "Stadt");
  EXPECT_EQ(shown[0].at, clock_.now());
  const FeedOptions options{
      .site_url = std::string(kSite), .language = web::Language::kDe, .title = "T", .author = "A"};
  EXPECT_NE(atom_feed(shown, options).find("&lt;strong&gt;Tag"), std::string::npos);
  EXPECT_TRUE(json::Document::parse(json_feed(shown, options)));
  EXPECT_TRUE(read_issues({"{}", "nichts", "{\"id\":\"urn:x\"}"}).empty());
}

TEST_P(IssuesTest, ATestGoesToItsWriterAlone) {
  subscribe(2);
  const Issue issue = draft();
  ASSERT_TRUE(issues_->send_test(issue.id, "anna@beispiel.test"));
  const auto list = letters();
  ASSERT_EQ(list.size(), 2) << "one a language";
  EXPECT_EQ(list[0].message.subject, "Test: Hallo Stadt");
  const mail::Parts parts = issues_->parts(list[1].message).value();
  EXPECT_TRUE(parts.text.starts_with("Good day\n")) << parts.text;
  EXPECT_TRUE(parts.unsubscribe.empty());
  ASSERT_TRUE(issues_->discard(issue.id));
  EXPECT_EQ(issues_->find(issue.id).error().code, Code::kResourceNotFound);
}

}  // namespace
}  // namespace revier::newsletter
