// SPDX-License-Identifier: EUPL-1.2
// Who is told of changes, once and only with consent.
#include <gtest/gtest.h>

#include "base/run_task.h"
#include "consent/consent.h"
#include "fibre/contacts.h"
#include "fibre/lists.h"
#include "mail/outbox.h"
#include "support/test_records.h"
#include "ticket/registrations.h"

namespace revier::fibre {
namespace {

std::vector<records::Migration> contact_migrations() {
  std::vector<records::Migration> all;
  for (const auto part :
       {consent::migrations(), mail::migrations(), Lists::migrations(), Contacts::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class ContactsTest : public testing::TestWithParam<std::string> {
 protected:
  ContactsTest() : records_(GetParam()) { reopen(); }

  void reopen() {
    lists_.reset();
    contacts_.reset();
    database_.reset();
    database_ = records_.open(migrations_);
    contacts_ = Contacts::open({.database = *database_,
                                .civil_clock = clock_,
                                .random = random_,
                                .links = links_,
                                .site_url = "https://x.test",
                                .owner = [](web::Language) { return std::string("Stadt"); }})
                    .value();
    lists_ =
        Lists::open({.database = *database_,
                     .civil_clock = clock_,
                     .also = [this](records::Session& session, const Directory& before,
                                    const Directory& after) -> Result<> {
                       RV_TRY(contacts_->tell(session, before, after));
                       return crash_ ? Result<>(fail(Code::kUnavailable, "crash")) : Result<>{};
                     }})
            .value();
  }

  Result<DirectoryPtr> replace(std::string_view rows, std::string as_of) {
    auto list = read_list(std::string("strasse;hausnummer;bezirk;status;seit\n").append(rows), "");
    return run_task(
        lists_->replace(std::move(*list), {.source = "Netz GmbH", .as_of = std::move(as_of)}));
  }

  Contact wish(std::string mail, std::string number, bool changes = true, bool interested = true) {
    return {.mail = std::move(mail),
            .language = "de",
            .street = "Ahornstraße",
            .street_key = "ahornstrasse",
            .district = "Wanne",
            .number = std::move(number),
            .wants_changes = changes,
            .interested = interested};
  }

  std::vector<mail::Message> letters(const std::string& mail) {
    std::vector<mail::Message> all;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto rows, mail::list_to(session, mail));
      for (const mail::StoredMessage& row : rows) all.push_back(row.message);
      return {};
    });
    if (!done) std::abort();
    return all;
  }
  Result<Contact> find(const std::string& id) {
    Result<Contact> found = fail(Code::kInternalError, "");
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      found = Contacts::find(session, id);
      return {};
    });
    return done ? found : fail(done.error());
  }
  bool stands(const std::string& id, std::string_view purpose) {
    bool given = false;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(given, consent::stands(session, "fibre:" + id, purpose));
      return {};
    });
    return done && given;
  }
  bool knows(const std::string& mail) {
    bool known = false;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(known, contacts_->knows_person(session, ticket::mail_key(mail)));
      return {};
    });
    return done && known;
  }
  std::string export_of(const std::string& mail) {
    std::string text;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      json::Writer out(text);
      out.begin_object();
      RV_TRY(contacts_->write_person(session, ticket::mail_key(mail), out));
      out.end_object();
      return {};
    });
    return done ? text : done.error().message;
  }
  std::int64_t erase_all(const std::string& mail) {
    return database_->writer()
        .run_blocking([&](records::Session& session) {
          return contacts_->erase_person(session, ticket::mail_key(mail));
        })
        .value_or(-1);
  }
  std::vector<Interest> interest() {
    std::vector<Interest> list;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, Contacts::interest(session));
      return {};
    });
    if (!done) std::abort();
    return list;
  }
  std::string ask(const Contact& wanted) {
    if (!run_task(contacts_->ask(wanted))) std::abort();
    return std::string(contact_of_letter(letters(wanted.mail).back().key));
  }
  std::string confirmed(const Contact& wanted) {
    const std::string id = ask(wanted);
    if (!run_task(contacts_->confirm(id))) std::abort();
    return id;
  }

  std::vector<consent::Entry> ledger(const std::string& id) {
    std::vector<consent::Entry> list;
    const auto read = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, consent::entries(session, "fibre:" + id));
      return {};
    });
    EXPECT_TRUE(read);
    return list;
  }

  const std::vector<records::Migration> migrations_ = contact_migrations();
  tests::TestRecords records_;
  ManualClock clock_{parse_iso8601("2025-02-05T10:00:00Z").value()};
  SystemRandom random_;
  const ticket::SecretLinks links_{ticket::SecretLinks::Key{}};
  bool crash_ = false;
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<Contacts> contacts_;
  std::unique_ptr<Lists> lists_;
};

TEST_P(ContactsTest, NothingCountsBeforeItIsConfirmed) {
  ASSERT_TRUE(replace("Ahornstraße;12;Wanne;planned;\n", "2024-06-30"));
  const std::string id = ask(wish("a@x.test", "12"));
  const std::vector<mail::Message> question = letters("a@x.test");
  ASSERT_EQ(question.size(), 1U);
  EXPECT_NE(question[0].text.find("https://x.test/glasfaser/bestaetigen/"), std::string::npos);
  EXPECT_NE(question[0].text.find("Ahornstraße 12 (Wanne)"), std::string::npos);
  ASSERT_TRUE(replace("Ahornstraße;12;Wanne;available;2025-01\n", "2025-01-31"));
  EXPECT_EQ(letters("a@x.test").size(), 1U);
  EXPECT_TRUE(interest().empty());
  EXPECT_FALSE(stands(id, kChangesPurpose));
  ASSERT_TRUE(run_task(contacts_->confirm(id)));
  ASSERT_TRUE(run_task(contacts_->confirm(id))) << "twice is no error";
  EXPECT_TRUE(stands(id, kChangesPurpose));
  EXPECT_TRUE(stands(id, kInterestPurpose));
  ASSERT_EQ(interest().size(), 1U);
  EXPECT_EQ(interest()[0].contacts, 1);
}

TEST_P(ContactsTest, OneLetterAChangeAlsoAfterACrash) {
  ASSERT_TRUE(
      replace("Ahornstraße;12;Wanne;planned;\nAhornstraße;14;Wanne;planned;\n", "2024-06-30"));
  confirmed(wish("one@x.test", "12"));
  confirmed(wish("street@x.test", ""));
  confirmed(wish("other@x.test", "14"));
  confirmed(wish("only-interested@x.test", "12", false));
  constexpr std::string_view kNext =
      "Ahornstraße;12;Wanne;available;2025-01\nAhornstraße;14;Wanne;planned;\n";
  crash_ = true;
  EXPECT_FALSE(replace(kNext, "2025-01-31"));
  EXPECT_EQ(letters("one@x.test").size(), 1U) << "no letter of a list that is not in force";
  crash_ = false;
  reopen();
  ASSERT_TRUE(replace(kNext, "2025-01-31"));
  ASSERT_EQ(letters("one@x.test").size(), 2U);
  const std::string text = letters("one@x.test")[1].text;
  EXPECT_NE(text.find("bisher geplant; jetzt verfügbar, seit Januar 2025"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Netz GmbH"), std::string::npos);
  EXPECT_NE(text.find("/glasfaser/abmelden/"), std::string::npos);
  EXPECT_EQ(letters("street@x.test").size(), 2U);
  EXPECT_EQ(letters("other@x.test").size(), 1U);
  EXPECT_EQ(letters("only-interested@x.test").size(), 1U);
  ASSERT_TRUE(replace(kNext, "2025-02-01"));
  EXPECT_EQ(letters("one@x.test").size(), 2U) << "nothing changed";
}

TEST_P(ContactsTest, AnAddressGetsFewQuestionsHoweverManyAsk) {
  for (int n = 0; n < 10; ++n) {
    ASSERT_TRUE(run_task(contacts_->ask(wish("a@x.test", std::to_string(n + 1)))));
  }
  EXPECT_EQ(letters("a@x.test").size(), 3U);
}

TEST_P(ContactsTest, AskingAgainReplacesTheWishOfBefore) {
  ASSERT_TRUE(replace("Ahornstraße;12;Wanne;planned;\n", "2024-06-30"));
  const std::string first = confirmed(wish("a@x.test", "12", true, false));
  const std::string second = confirmed(wish("a@x.test", "12", false, true));
  EXPECT_EQ(find(first).error().code, Code::kGone);
  ASSERT_TRUE(find(second));
  EXPECT_TRUE(find(second)->wants_changes) << "what she had stays";
  EXPECT_TRUE(find(second)->interested);
}

TEST_P(ContactsTest, EachWishEndsByItselfAndTheLastLeavesTheProofAlone) {
  const std::string id = confirmed(wish("a@x.test", "12"));
  EXPECT_TRUE(run_task(contacts_->end(id, std::string(kChangesPurpose), "mail")).value());
  EXPECT_FALSE(run_task(contacts_->end(id, std::string(kChangesPurpose), "mail")).value());
  EXPECT_FALSE(stands(id, kChangesPurpose));
  EXPECT_TRUE(stands(id, kInterestPurpose));
  EXPECT_TRUE(run_task(contacts_->end(id, std::string(kInterestPurpose), "web")).value());
  EXPECT_EQ(find(id).error().code, Code::kGone);
  EXPECT_TRUE(letters("a@x.test").empty());
  EXPECT_FALSE(run_task(contacts_->end(id, std::string(kInterestPurpose), "web")).value());
  const std::vector<consent::Entry> proof = ledger(id);
  ASSERT_EQ(proof.size(), 4U) << "given twice, withdrawn twice";
  EXPECT_FALSE(stands(id, kInterestPurpose));
  for (const consent::Entry& entry : proof) {
    EXPECT_EQ(entry.proof.find("a@x.test"), std::string::npos);
    EXPECT_EQ(entry.retain_until, clock_.now() + kProofKeep);
  }
  EXPECT_EQ(proof.front().proof, proof.back().proof) << "the same mailbox";
  ASSERT_TRUE(run_task(contacts_->erase(id)));
  EXPECT_TRUE(ledger(id).empty()) << "who asks has the proof erased too";
}

TEST_P(ContactsTest, KeepsNothingBeyondItsTime) {
  const std::string late = ask(wish("late@x.test", "12"));
  const std::string kept = confirmed(wish("kept@x.test", "12"));
  const auto erase = [&] {
    return database_->writer()
        .run_blocking([&](records::Session& session) {
          return contacts_->erase_ended(session, clock_.now());
        })
        .value();
  };
  clock_.advance(Duration::days(8));
  EXPECT_EQ(run_task(contacts_->confirm(late)).error().code, Code::kGone) << "too late";
  EXPECT_GE(erase(), 1);
  EXPECT_EQ(find(late).error().code, Code::kGone);
  EXPECT_TRUE(find(kept));
  clock_.advance(Duration::days(2 * 365));
  EXPECT_GE(erase(), 1);
  EXPECT_EQ(find(kept).error().code, Code::kGone);
  EXPECT_FALSE(stands(kept, kInterestPurpose));
  EXPECT_EQ(ledger(kept).size(), 4U);
  EXPECT_TRUE(ledger(late).empty()) << "what nobody confirmed needs no proof";
  EXPECT_TRUE(knows("kept@x.test"));
  clock_.advance(kProofKeep);
  EXPECT_GE(erase(), 0);
  EXPECT_FALSE(knows("kept@x.test")) << "nothing leads to a proof that has gone";
}

TEST_P(ContactsTest, APersonTakesAlongAndErasesAllOfHers) {
  const std::string id = confirmed(wish("A@x.test", "12"));
  EXPECT_TRUE(knows("a@X.test"));
  const std::string text = export_of("a@X.test");
  EXPECT_NE(text.find("Ahornstraße"), std::string::npos);
  EXPECT_NE(text.find("fibre-interest"), std::string::npos);
  EXPECT_EQ(erase_all("a@X.test"), 1);
  EXPECT_EQ(find(id).error().code, Code::kGone);
  EXPECT_TRUE(ledger(id).empty());
  EXPECT_FALSE(knows("a@X.test"));
}

TEST_P(ContactsTest, TheProofOfAnEndedWishIsFoundByTheAddress) {
  const std::string ended = confirmed(wish("a@x.test", "12", false, true));
  confirmed(wish("b@x.test", "12"));
  ASSERT_TRUE(run_task(contacts_->end(ended, std::string(kInterestPurpose), "web")).value());
  EXPECT_TRUE(knows("a@x.test"));
  const std::string text = export_of("A@x.test");
  EXPECT_NE(text.find("\"ended\":true"), std::string::npos) << text;
  EXPECT_NE(text.find("fibre-interest"), std::string::npos);
  EXPECT_EQ(text.find("Ahornstraße"), std::string::npos) << "the wish itself is gone";
  EXPECT_FALSE(knows("c@x.test"));
  EXPECT_EQ(export_of("c@x.test"), "{\"fibre\":[]}");
  EXPECT_EQ(erase_all("a@x.test"), 1);
  EXPECT_TRUE(ledger(ended).empty());
  EXPECT_FALSE(knows("a@x.test"));
  EXPECT_TRUE(knows("b@x.test")) << "another's stays";
}

INSTANTIATE_TEST_SUITE_P(Records, ContactsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace revier::fibre
