// SPDX-License-Identifier: EUPL-1.2
// Double opt-in, its proof, changing and ending, on both record systems.
#include "newsletter/newsletter.h"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "consent/consent.h"
#include "mail/outbox.h"
#include "newsletter/issue.h"
#include "newsletter/links.h"
#include "newsletter/partners.h"
#include "newsletter/wordings.h"
#include "support/test_records.h"

namespace revier::newsletter {
namespace {

using web::Language;

std::vector<records::Migration> all_migrations() {
  std::vector<records::Migration> all;
  for (const auto part : {consent::migrations(), mail::migrations(), rows::migrations(),
                          rows::issue_migrations(), rows::partner_migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class NewsletterTest : public testing::TestWithParam<std::string> {
 protected:
  NewsletterTest() {
    open();
    for (const char* id : {"stadt", "termine"}) {
      Topic topic;
      topic.id = id;
      topic.name_de = topic.name_en = id;
      EXPECT_TRUE(newsletter_->put_topic(topic));
    }
  }

  // Closes and opens everything, as a restart does.
  void open() {
    newsletter_.reset();
    database_.reset();
    database_ = records_.open(migrations_);
    newsletter_ = Newsletter::open({.database = *database_,
                                    .civil_clock = clock_,
                                    .random = random_,
                                    .links = links_,
                                    .site_url = "https://x.test",
                                    .site_name = [](web::Language) { return "Fest"; },
                                    .owner = [](web::Language) { return "Stadt"; }})
                      .value();
  }

  void sign_up(std::string mail, std::vector<std::string> topics, std::string language = "de") {
    ASSERT_TRUE(run_task(newsletter_->sign_up(
        {.mail = std::move(mail), .language = std::move(language), .topics = std::move(topics)})));
  }
  std::vector<mail::StoredMessage> letters() {
    std::vector<mail::StoredMessage> list;
    EXPECT_TRUE(database_->read([&](records::Session& s) -> Result<> {
      RV_ASSIGN(list, mail::list(s, 0, 100));
      return {};
    }));
    return list;  // newest first
  }
  // The request whose link stands in the newest letter; "" where there is none.
  std::string request_in(const mail::StoredMessage& letter) {
    constexpr std::string_view kPath = "/newsletter/bestaetigen/";
    const std::string& text = letter.message.text;
    const std::size_t begin = text.find(kPath);
    if (begin == std::string::npos) return {};
    const std::size_t token = begin + kPath.size();
    return links_.open(kRequestLink, text.substr(token, text.find('\n', token) - token)).value();
  }
  std::string subscribe(const std::string& mail, std::vector<std::string> topics) {
    sign_up(mail, std::move(topics));
    return run_task(newsletter_->confirm(request_in(letters().front()), Language::kDe)).value();
  }
  std::vector<consent::Entry> ledger(const std::string& subscriber) {
    std::vector<consent::Entry> list;
    EXPECT_TRUE(database_->read([&](records::Session& s) -> Result<> {
      RV_ASSIGN(list, consent::entries(s, subject_of(subscriber)));
      return {};
    }));
    return list;
  }
  Result<Subscriber> find(const std::string& id) {
    Result<Subscriber> found = fail(Code::kResourceNotFound, "");
    EXPECT_TRUE(database_->read([&](records::Session& s) -> Result<> {
      found = rows::find_subscriber(s, id);
      return {};
    }));
    return found;
  }
  std::int64_t count_rows(const std::string& table) {
    std::int64_t count = 0;
    EXPECT_TRUE(database_->read([&](records::Session& s) -> Result<> {
      RV_ASSIGN(const auto row, s.one("SELECT COUNT(*) AS n FROM " + table));
      count = row.integer("n");
      return {};
    }));
    return count;
  }
  std::int64_t sweep() {
    return database_->writer()
        .run_blocking(
            [&](records::Session& s) { return newsletter_->erase_ended(s, clock_.now()); })
        .value();
  }

  tests::TestRecords records_{GetParam()};
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  SeededRandom random_{7};
  ticket::SecretLinks links_{ticket::SecretLinks::Key{1, 2, 3}};
  const std::vector<records::Migration> migrations_ = all_migrations();
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<Newsletter> newsletter_;
};
INSTANTIATE_TEST_SUITE_P(On, NewsletterTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& tested) { return tested.param; });

TEST_P(NewsletterTest, NobodySubscribesWithoutConfirming) {
  sign_up("Ada@Beispiel.test", {"stadt", "erfunden"});
  EXPECT_EQ(count_rows("newsletter_subscriber"), 0);
  EXPECT_EQ(count_rows("consent_entry"), 0);
  ASSERT_EQ(letters().size(), 1);
  const mail::StoredMessage letter = letters().front();
  EXPECT_EQ(letter.message.to, "Ada@Beispiel.test");
  EXPECT_NE(letter.message.text.find("- stadt\n"), std::string::npos);
  EXPECT_EQ(letter.message.text.find("termine"), std::string::npos);

  const std::string request = request_in(letter);
  const std::string id = run_task(newsletter_->confirm(request, Language::kDe)).value();
  EXPECT_EQ(run_task(newsletter_->confirm(request, Language::kDe)).value(), id)
      << "twice is no error";
  EXPECT_EQ(find(id)->topics, (std::vector<std::string>{"stadt"}));
  const auto entries = ledger(id);
  ASSERT_EQ(entries.size(), 1);
  EXPECT_TRUE(entries[0].given);
  EXPECT_EQ(entries[0].purpose, "newsletter/stadt");
  EXPECT_EQ(entries[0].wording_version, kWordingVersion);
  EXPECT_EQ(entries[0].at, clock_.now());
  EXPECT_NE(entries[0].proof.find(request), std::string::npos);
  EXPECT_EQ(entries[0].subject.find("beispiel"), std::string::npos) << "no address in the ledger";
  open();
  EXPECT_TRUE(find(id)) << "after a restart";
}

TEST_P(NewsletterTest, UnconfirmedRequestsGoAfterSevenDays) {
  sign_up("ada@beispiel.test", {"stadt"});
  const std::string request = request_in(letters().front());
  clock_.advance(kConfirmWithin);
  EXPECT_EQ(run_task(newsletter_->confirm(request, Language::kDe)).error().code, Code::kGone);
  EXPECT_EQ(sweep(), 1);
  EXPECT_EQ(count_rows("newsletter_request"), 0);
  EXPECT_EQ(run_task(newsletter_->confirm(request, Language::kDe)).error().code, Code::kGone);
}

TEST_P(NewsletterTest, AKnownAddressGetsItsLinksAndConfirmsWhatIsNew) {
  const std::string id = subscribe("ada@beispiel.test", {"stadt"});
  sign_up("ADA@beispiel.test", {"stadt"});
  EXPECT_EQ(request_in(letters().front()), "") << "nothing to confirm";
  EXPECT_NE(letters().front().message.text.find("/newsletter/einstellungen/" + id),
            std::string::npos);
  EXPECT_EQ(subscribe("ADA@beispiel.test", {"stadt", "termine"}), id);
  EXPECT_EQ(find(id)->topics, (std::vector<std::string>{"stadt", "termine"}));
  EXPECT_EQ(ledger(id).size(), 2);
  sign_up("ada@beispiel.test", {"stadt"});
  EXPECT_EQ(letters().size(), 3) << "not more than three letters an hour";
}

TEST_P(NewsletterTest, ChangingTopicsIsWrittenDown) {
  const std::string id = subscribe("ada@beispiel.test", {"stadt"});
  ASSERT_TRUE(run_task(newsletter_->change(id, {"termine"}, "en", Language::kDe)));
  EXPECT_EQ(find(id)->topics, (std::vector<std::string>{"termine"}));
  EXPECT_EQ(find(id)->language, "en");
  ASSERT_TRUE(run_task(newsletter_->change(id, {"termine"}, "en", Language::kDe)));
  const auto entries = ledger(id);
  ASSERT_EQ(entries.size(), 3) << "what does not change is no entry";
  EXPECT_EQ(std::ranges::count(entries, true, &consent::Entry::given), 2);
  ASSERT_TRUE(run_task(newsletter_->change(id, {}, "de", Language::kDe)));
  EXPECT_FALSE(find(id)) << "no topic is no subscription";
  EXPECT_EQ(run_task(newsletter_->change(id, {"stadt"}, "de", Language::kDe)).error().code,
            Code::kResourceNotFound);
}

TEST_P(NewsletterTest, EndingDeletesTheAddressAndKeepsTheProof) {
  const std::string id = subscribe("ada@beispiel.test", {"stadt", "termine"});
  sign_up("ada@beispiel.test", {"stadt"});
  EXPECT_TRUE(run_task(newsletter_->unsubscribe(id, "mail")).value());
  EXPECT_FALSE(run_task(newsletter_->unsubscribe(id, "mail")).value()) << "nothing is left to end";
  EXPECT_EQ(count_rows("newsletter_subscriber"), 0);
  EXPECT_EQ(count_rows("newsletter_subscription"), 0);
  EXPECT_EQ(count_rows("newsletter_request"), 0);
  EXPECT_EQ(letters().size(), 0) << "letters that wait are taken back";
  const auto entries = ledger(id);
  ASSERT_EQ(entries.size(), 4);
  EXPECT_FALSE(entries[2].given);
  EXPECT_EQ(entries[3].channel, "mail");
  EXPECT_EQ(entries[0].retain_until, clock_.now() + kProofKeep);
  EXPECT_EQ(subscribe("ada@beispiel.test", {"stadt"}), id) << "the same person again";
  EXPECT_EQ(ledger(id).size(), 5);
}

TEST_P(NewsletterTest, TheLinkOfTheFirstLetterEndsTheRequest) {
  sign_up("ada@beispiel.test", {"stadt"});
  const std::string request = request_in(letters().front());
  const std::string id = subscriber_id(links_, "ada@beispiel.test");
  EXPECT_NE(letters().front().message.text.find("/newsletter/abmelden/" + id), std::string::npos);
  EXPECT_EQ(split_letter_key(letters().front().message.key).subscriber, id);
  EXPECT_TRUE(run_task(newsletter_->unsubscribe(id, "mail")).value());
  EXPECT_EQ(run_task(newsletter_->confirm(request, Language::kDe)).error().code, Code::kGone);
}

TEST_P(NewsletterTest, AConfirmedLinkDoesNotSubscribeAgain) {
  sign_up("ada@beispiel.test", {"stadt"});
  const std::string request = request_in(letters().front());
  const std::string id = run_task(newsletter_->confirm(request, Language::kDe)).value();
  EXPECT_TRUE(run_task(newsletter_->unsubscribe(id, "web")).value());
  EXPECT_EQ(run_task(newsletter_->confirm(request, Language::kDe)).error().code, Code::kGone);
  EXPECT_FALSE(find(id));
}

TEST_P(NewsletterTest, ExportAndErasureHoldAllOfIt) {
  const std::string id = subscribe("ada@beispiel.test", {"stadt"});
  std::string text;
  json::Writer out(text);
  ASSERT_TRUE(database_->read([&](records::Session& s) {
    out.begin_object();
    auto done = newsletter_->write_export(s, "ada@beispiel.test", out);
    out.end_object();
    return done;
  }));
  for (const char* part : {"\"mail\":\"ada@beispiel.test\"", "\"topics\":[\"stadt\"]",
                           "\"purpose\":\"newsletter/stadt\"", "\"wording\":\"Ich"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  const auto erased = database_->writer().run_blocking(
      [&](records::Session& s) { return newsletter_->erase_mail(s, "ada@beispiel.test"); });
  EXPECT_EQ(erased.value(), 1);
  for (const char* table : {"newsletter_subscriber", "newsletter_subscription",
                            "newsletter_request", "consent_entry", "mail_outbox"}) {
    EXPECT_EQ(count_rows(table), 0) << table;
  }
  EXPECT_EQ(sweep(), 1) << "the files are to be cleaned";
  EXPECT_EQ(sweep(), 0);
}

TEST_P(NewsletterTest, APartnerGetsWhoConsentedToItAlone) {
  const auto partners = Partners::open(*newsletter_).value();
  Partner partner;
  partner.id = "linkedin";
  partner.name = "LinkedIn";
  partner.text_de = "Ja zu LinkedIn";
  EXPECT_EQ(partners->put(partner, {}).error().code, Code::kBadRequestData) << "no English wording";
  partner.text_en = "Yes to LinkedIn";
  ASSERT_TRUE(partners->put(partner, {}));
  partner.id = "meta";
  ASSERT_TRUE(partners->put(partner, {}));
  const std::string ada = subscribe("ada@beispiel.test", {"stadt"});
  const std::string bob = subscribe("bob@beispiel.test", {"stadt"});
  EXPECT_TRUE(partners->take_out("linkedin", {})->empty()) << "subscribing consents to no partner";

  ASSERT_TRUE(run_task(partners->choose(ada, {{"linkedin", 1}, {"erfunden", 1}}, Language::kEn)));
  ASSERT_TRUE(run_task(partners->choose(ada, {{"linkedin", 1}}, Language::kDe)));
  ASSERT_EQ(partners->take_out("linkedin", {})->size(), 1);
  EXPECT_EQ(partners->take_out("linkedin", {})->front().mail, "ada@beispiel.test");
  EXPECT_TRUE(partners->take_out("meta", {})->empty());
  EXPECT_EQ(partners->take_out("erfunden", {}).error().code, Code::kResourceNotFound);
  ASSERT_EQ(ledger(ada).size(), 2);
  EXPECT_EQ(ledger(ada)[1].purpose, "partner/linkedin");
  EXPECT_EQ(ledger(ada)[1].wording_kind, "partner-linkedin");
  EXPECT_EQ(ledger(ada)[1].wording_language, "en") << "the page's, not that of her letters";
  EXPECT_EQ(ledger(bob).size(), 1);

  // A changed wording is a new version; what was consented to stays the old one.
  partner = partners->list()->front();
  partner.text_de = "Ja zu mehr";
  ASSERT_TRUE(partners->put(partner, {}));
  EXPECT_EQ(partners->list()->front().version, 2);
  EXPECT_EQ(partners->take_out("linkedin", {})->front().version, 1);
  const auto refuse = [](records::Session&) { return Result<>(fail(Code::kReadOnly, "")); };
  EXPECT_FALSE(partners->take_out("linkedin", refuse)) << "without its line in the audit log";

  std::vector<std::thread> savers;
  for (const char* text : {"Ja zu allem", "Ja zu wenig"}) {
    savers.emplace_back([&partners, changed = partner, text]() mutable {
      changed.text_de = text;
      EXPECT_TRUE(partners->put(changed, {}));
    });
  }
  for (std::thread& saver : savers) saver.join();
  EXPECT_EQ(partners->list()->front().version, 4) << "one for each wording";

  ASSERT_TRUE(run_task(partners->choose(ada, {}, Language::kDe)));
  EXPECT_TRUE(partners->take_out("linkedin", {})->empty());
  EXPECT_FALSE(ledger(ada)[2].given);
  EXPECT_EQ(ledger(ada)[2].wording_version, 1);

  // The end of the subscription ends them too.
  ASSERT_TRUE(run_task(partners->choose(bob, {{"linkedin", 4}, {"meta", 1}}, Language::kDe)));
  EXPECT_TRUE(run_task(newsletter_->unsubscribe(bob, "mail")).value());
  EXPECT_EQ(count_rows("newsletter_partner_consent"), 0);
  const auto entries = ledger(bob);
  EXPECT_EQ(std::ranges::count(entries, false, &consent::Entry::given), 3);
  EXPECT_EQ(run_task(partners->choose(bob, {{"meta", 1}}, Language::kDe)).error().code,
            Code::kResourceNotFound);
}

TEST_P(NewsletterTest, AWordingThatChangedWhileSheReadItIsNotConsentedTo) {
  const auto partners = Partners::open(*newsletter_).value();
  Partner partner;
  partner.text_de = "Ja";
  partner.text_en = "Yes";
  for (const char* id : {"linkedin", "meta"}) {
    partner.id = partner.name = id;
    ASSERT_TRUE(partners->put(partner, {}));
  }
  const std::string ada = subscribe("ada@beispiel.test", {"stadt"});
  ASSERT_TRUE(run_task(partners->choose(ada, {{"linkedin", 1}}, Language::kDe)));
  partner.text_de = "Ja zu mehr";
  ASSERT_TRUE(partners->put(partner, {}));

  for (const std::int64_t shown : {0, 1, 3}) {
    EXPECT_EQ(run_task(partners->choose(ada, {{"meta", shown}}, Language::kDe)).error().code,
              Code::kConflict);
  }
  EXPECT_TRUE(partners->take_out("meta", {})->empty());
  EXPECT_EQ(partners->take_out("linkedin", {})->size(), 1) << "nothing else changed either";
  EXPECT_EQ(ledger(ada).size(), 2);
  ASSERT_TRUE(run_task(partners->choose(ada, {{"linkedin", 1}, {"meta", 2}}, Language::kDe)));
  EXPECT_EQ(ledger(ada).back().purpose, "partner/meta");
  EXPECT_EQ(ledger(ada).back().wording_version, 2);
}

TEST_P(NewsletterTest, TheProofNamesTheWordingOfThePageThatSheSaw) {
  sign_up("ada@beispiel.test", {"stadt"}, "de");
  const std::string id =
      run_task(newsletter_->confirm(request_in(letters().front()), Language::kEn)).value();
  EXPECT_EQ(find(id)->language, "de");
  EXPECT_EQ(ledger(id).back().wording_language, "en");
  ASSERT_TRUE(run_task(newsletter_->change(id, {"stadt", "termine"}, "en", Language::kDe)));
  EXPECT_EQ(find(id)->language, "en");
  EXPECT_EQ(ledger(id).back().purpose, "newsletter/termine");
  EXPECT_EQ(ledger(id).back().wording_language, "de");
}

TEST_P(NewsletterTest, ATopicHasAnIdAndTwoNames) {
  Topic topic;
  topic.id = "Groß";
  topic.name_de = topic.name_en = "x";
  EXPECT_EQ(newsletter_->put_topic(topic).error().code, Code::kBadRequestData);
  topic.id = "klein";
  topic.name_en.clear();
  EXPECT_EQ(newsletter_->put_topic(topic).error().code, Code::kBadRequestData);
  topic.name_en = "y";
  topic.offered = false;
  ASSERT_TRUE(newsletter_->put_topic(topic));
  EXPECT_EQ(newsletter_->topics()->size(), 3);
  sign_up("ada@beispiel.test", {"klein"});
  EXPECT_EQ(letters().size(), 0) << "not offered";
}

}  // namespace
}  // namespace revier::newsletter
