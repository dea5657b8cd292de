// SPDX-License-Identifier: EUPL-1.2
#include "casework/cases.h"

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "casework/attachments.h"
#include "casework/case_store.h"
#include "casework/export.h"
#include "casework/person.h"
#include "casework/public_entity.h"
#include "casework/test_cases.h"
#include "mail/outbox.h"

namespace revier::casework {
namespace {

INSTANTIATE_TEST_SUITE_P(Records, CasesTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

TEST_P(CasesTest, FromDraftToDecision) {
  const Case draft = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  EXPECT_EQ(run_task(cases_.submit(draft.id)).error().code, Code::kUnprocessable);
  ASSERT_TRUE(run_task(cases_.set_mail(draft.id, "ada@beispiel.test", true)));
  const auto filled =
      run_task(cases_.change(draft.id, [](const Definition& form, Answers& answers) -> Result<> {
        RV_ASSIGN(const json::Document document, json::Document::parse(kDogAnswers));
        RV_ASSIGN(answers, read_answers(form, document.root()));
        return {};
      }));
  ASSERT_TRUE(filled) << filled.error().message;
  const auto sent = run_task(cases_.submit(draft.id));
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_TRUE(sent->number.starts_with("V-"));
  EXPECT_EQ(run_task(cases_.submit(draft.id)).value().number, sent->number) << "twice is once";
  EXPECT_EQ(
      run_task(cases_.change(draft.id, [](const Definition&, Answers&) { return Result<>{}; }))
          .error()
          .code,
      Code::kConflict);
  ASSERT_TRUE(act(*sent, {.deed = Deed::kTake}));
  ASSERT_TRUE(act(*sent, {.deed = Deed::kAsk, .text = "Welcher Chip, Ada?"}));
  EXPECT_EQ(now(draft.id).value().state, State::kAsked);
  ASSERT_TRUE(run_task(cases_.write(draft.id, "Nummer 276...")));
  EXPECT_TRUE(is_open(now(draft.id).value().state));
  EXPECT_EQ(act(*sent, {.deed = Deed::kDecide, .text = "x"}).error().field, "outcome");
  ASSERT_TRUE(act(*sent, {.deed = Deed::kDecide, .outcome = Outcome::kGranted, .text = "Gut."}));
  EXPECT_EQ(run_task(cases_.write(draft.id, "noch etwas")).error().code, Code::kConflict);
  const auto all = letters();
  ASSERT_EQ(all.size(), 4U);  // link, received, asked back, decided
  for (const auto& letter : all) {
    EXPECT_EQ(letter.message.text.find("Chip"), std::string::npos);
    EXPECT_EQ(letter.message.text.find("Gut."), std::string::npos);
    EXPECT_NE(letter.message.text.find("https://revier.test/vorgang/"), std::string::npos);
  }
}

TEST_P(CasesTest, OneDraftWritesFewLettersHoweverOftenItIsAsked) {
  const Case draft = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  const auto ask = [&](const char* mail) {
    return run_task(cases_.set_mail(draft.id, mail, true)).has_value();
  };
  const auto send_all = [&] {
    EXPECT_TRUE(database_->writer().run_blocking([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto waiting, mail::due(session, clock_.now(), 100));
      for (const mail::StoredMessage& letter : waiting) {
        RV_TRY(mail::settle(session, letter.id, mail::State::kSent, clock_.now(), ""));
      }
      return {};
    }));
  };
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(ask("ada@beispiel.test"));
  EXPECT_EQ(letters().size(), 1U) << "one waits, in place of those before";
  ASSERT_TRUE(ask("eva@beispiel.test"));
  EXPECT_TRUE(letters().empty()) << "the address was wrong";
  EXPECT_EQ(letters("eva@beispiel.test").size(), 1U);
  for (int n = 0; n < 10; ++n) {
    ASSERT_TRUE(ask("ada@beispiel.test")) << "the answer is the same";
    send_all();
  }
  EXPECT_EQ(letters().size(), 2U);
  EXPECT_EQ(now(draft.id)->mail, "ada@beispiel.test");
  clock_.advance(Duration::hours(2));
  ASSERT_TRUE(ask("ada@beispiel.test"));
  EXPECT_EQ(letters().size(), 3U);
}

TEST_P(CasesTest, CasesWithAnothersAddressWriteHerFewLettersAndLeaveRoomForABooking) {
  for (int n = 0; n < 12; ++n) {
    const auto one = hand_in("mangel-melden", kReport);
    ASSERT_TRUE(one) << "the case is taken, its page says the rest";
    EXPECT_EQ(one->mail, "ada@beispiel.test");
  }
  EXPECT_EQ(letters().size(), 2U);
  const auto enough = [&] {
    bool answer = true;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(answer, mail::has_had_enough(session, "ada@beispiel.test", clock_.now()));
      return {};
    }));
    return answer;
  };
  EXPECT_FALSE(enough()) << "who books asks for the whole limit";
  clock_.advance(Duration::minutes(61));
  ASSERT_TRUE(hand_in("mangel-melden", kReport));
  EXPECT_EQ(letters().size(), 3U);
}

TEST_P(CasesTest, LettersGoWithTheDraftOrTheAddressThatTheyWereWrittenFor) {
  const auto begin = [&](const char* mail) {
    const Case draft = run_task(cases_.begin("mangel-melden", web::Language::kDe)).value();
    EXPECT_TRUE(run_task(cases_.set_mail(draft.id, mail, true)));
    EXPECT_EQ(letters(mail).size(), 1U);
    return draft;
  };
  const Case discarded = begin("a@person.test");
  ASSERT_TRUE(run_task(cases_.withdraw(discarded.id)));
  EXPECT_TRUE(letters("a@person.test").empty());
  const Case changed = begin("b@person.test");
  EXPECT_EQ(letters("b@person.test")[0].message.delete_after, now(changed.id)->delete_after);
  ASSERT_TRUE(run_task(cases_.set_mail(changed.id, "", false)));
  EXPECT_TRUE(letters("b@person.test").empty());
  const Case over = begin("c@person.test");
  clock_.advance(Duration::days(31));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_FALSE(now(over.id));
  EXPECT_TRUE(letters("c@person.test").empty());
  const Case sent = hand_in("mangel-melden", kReport).value();
  ASSERT_TRUE(run_task(cases_.withdraw(sent.id)));
  EXPECT_EQ(letters().size(), 1U);
  clock_.advance(Duration::days(31));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_TRUE(letters().empty()) << "with the case";
}

TEST_P(CasesTest, ARepeatedRequestIsOneCase) {
  const auto one = hand_in("mangel-melden", kReport, "k1");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(hand_in("mangel-melden", kReport, "k1").value().id, one->id);
  EXPECT_EQ(
      hand_in("mangel-melden", changed(std::string(kReport), "Dunkel", "Hell"), "k1").error().code,
      Code::kConflict);
  EXPECT_EQ(letters().size(), 1U);
}

TEST_P(CasesTest, ARepeatedRequestHasTheSameFiles) {
  const Attachments files({.database = *database_, .civil_clock = clock_, .random = random_});
  const auto send = [&](std::string bytes) {
    const json::Document document = *json::Document::parse(kDogAnswers);
    return run_task(cases_.submit_whole(
        {.form = "hund-anmelden",
         .answers = *read_answers(*forms_.newest("hund-anmelden"), document.root()),
         .mail = "ada@beispiel.test",
         .request_key = "k1",
         .files = {files.prepare("schein", "a.pdf", {std::string(kPdf), std::move(bytes)})}}));
  };
  const auto one = send("%PDF-1");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(send("%PDF-1").value().id, one->id);
  const auto other = send("%PDF-2");
  ASSERT_FALSE(other) << "as many bytes, but other ones";
  EXPECT_EQ(other.error().code, Code::kConflict);
}

TEST_P(CasesTest, ThePublicSeesNoPersonAndNoText) {
  const auto one = hand_in("mangel-melden", kReport);
  ASSERT_TRUE(one);
  ASSERT_TRUE(cases_.sweep());
  ASSERT_EQ(public_.size(), 1U);
  const std::string entity = public_.begin()->second;
  EXPECT_NE(entity.find("\"received\""), std::string::npos);
  EXPECT_NE(entity.find("[7.2257,51.5388]"), std::string::npos);
  EXPECT_EQ(entity.find("Muster"), std::string::npos);
  EXPECT_EQ(entity.find("ada@"), std::string::npos);
  EXPECT_EQ(entity.find(one->id), std::string::npos);
  ASSERT_TRUE(act(*one, {.deed = Deed::kTake}));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_NE(public_.begin()->second.find("in progress"), std::string::npos);
  ASSERT_TRUE(act(*one, {.deed = Deed::kDecide, .outcome = Outcome::kSettled, .text = "Hell."}));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_NE(public_.begin()->second.find("closed"), std::string::npos);
  clock_.advance(Duration::days(181));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_EQ(public_.begin()->second, "") << "gone with the case";
  EXPECT_EQ(now(one->id).error().code, Code::kResourceNotFound);
}

TEST_P(CasesTest, AnEntityThatCannotBeWrittenHoldsUpNothing) {
  std::vector<Case> stuck;
  for (int n = 0; n < 25; ++n) {
    stuck.push_back(hand_in("mangel-melden", kReport).value());
    refused_.insert(public_id(stuck.back()));
    clock_.advance(Duration::seconds(1));
  }
  const Case good = hand_in("mangel-melden", kReport).value();
  const Case over = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  clock_.advance(Duration::days(31));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_FALSE(now(over.id)) << "retention goes on";
  ASSERT_TRUE(cases_.sweep());
  ASSERT_TRUE(cases_.sweep());
  EXPECT_TRUE(public_.contains(public_id(good))) << "behind 25 that cannot be written";
  EXPECT_EQ(public_.size(), 1U);
  refused_.clear();
  for (int n = 0; n < 3; ++n) ASSERT_TRUE(cases_.sweep());
  EXPECT_EQ(public_.size(), 26U) << "tried again";
}

TEST_P(CasesTest, NoRoundIsLeftOutBehindTheLastEntityThatCannotBeWritten) {
  for (int n = 0; n < 10; ++n) {
    refused_.insert(public_id(hand_in("mangel-melden", kReport).value()));
    clock_.advance(Duration::seconds(1));
  }
  ASSERT_TRUE(cases_.sweep());
  EXPECT_TRUE(public_.empty());
  refused_.clear();
  ASSERT_TRUE(cases_.sweep());
  EXPECT_EQ(public_.size(), 10U) << "as many as are tried at once, and each in the next round";
}

TEST_P(CasesTest, WhatIsPersonalGoesBeforeAnEntityThatCannotBeRemoved) {
  const Case one = hand_in("mangel-melden", kReport).value();
  ASSERT_TRUE(run_task(cases_.write(one.id, "Bitte bald.")));
  ASSERT_TRUE(run_task(cases_.withdraw(one.id)));
  ASSERT_TRUE(cases_.sweep());
  refused_.insert(public_id(one));
  clock_.advance(Duration::days(31));
  ASSERT_TRUE(cases_.sweep());
  ASSERT_TRUE(now(one.id)) << "its entity is still there";
  EXPECT_EQ(now(one.id)->answers, "{}");
  EXPECT_EQ(now(one.id)->mail, "");
  refused_.clear();
  ASSERT_TRUE(cases_.sweep());
  EXPECT_EQ(public_.at(public_id(one)), "");
  EXPECT_FALSE(now(one.id));
}

TEST_P(CasesTest, OlderCasesStayPublicWhenTheirFormPublishesNoMore) {
  const Case old = hand_in("mangel-melden", kReport).value();
  ASSERT_TRUE(cases_.sweep());
  const auto newer =
      bring(changed(changed(demo_form("mangel-melden"), R"("version":3)", R"("version":4)"),
                    R"("publish":{"category":"art","position":"punkt","photo":"foto"},)", ""));
  ASSERT_TRUE(newer) << newer.error().message;
  ASSERT_FALSE((*newer)->published);
  ASSERT_TRUE(act(old, {.deed = Deed::kTake}));
  const Case fresh = hand_in("mangel-melden", kReport).value();
  ASSERT_TRUE(cases_.sweep());
  EXPECT_NE(public_.at(public_id(old)).find("in progress"), std::string::npos);
  EXPECT_FALSE(public_.contains(public_id(fresh)));
}

TEST_P(CasesTest, ACaseTakesSoManyMessagesOfThePersonAndNoMore) {
  const Case one = hand_in("mangel-melden", kReport).value();
  const auto write = [&] { return run_task(cases_.write(one.id, "Noch etwas.")); };
  for (std::int64_t n = 0; n < kMessagesMax; ++n) {
    if (n % kMessagesAnHourMax == 0 && n > 0) {
      EXPECT_EQ(write().error().code, Code::kTooManyRequests);
      clock_.advance(Duration::minutes(61));
    }
    ASSERT_TRUE(write()) << n;
  }
  clock_.advance(Duration::days(1));
  EXPECT_EQ(write().error().field, "messages");
  ASSERT_TRUE(act(one, {.deed = Deed::kWrite, .text = "Genug."})) << "the office goes on";
  EXPECT_EQ(write().error().field, "messages");
  const Case other = hand_in("mangel-melden", kReport).value();
  EXPECT_TRUE(run_task(cases_.write(other.id, "Guten Tag.")));
}

TEST_P(CasesTest, DraftsAndWithdrawnCasesGo) {
  const Case draft = run_task(cases_.begin("mangel-melden", web::Language::kEn)).value();
  const Case other = run_task(cases_.begin("mangel-melden", web::Language::kEn)).value();
  ASSERT_TRUE(run_task(cases_.withdraw(other.id)));
  EXPECT_FALSE(now(other.id)) << "a discarded draft goes at once";
  const auto sent = hand_in("mangel-melden", kReport);
  ASSERT_TRUE(run_task(cases_.withdraw(sent->id)));
  EXPECT_EQ(now(sent->id).value().state, State::kWithdrawn);
  EXPECT_EQ(act(*sent, {.deed = Deed::kTake}).error().code, Code::kConflict);
  clock_.advance(Duration::days(29));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_TRUE(now(draft.id));
  clock_.advance(Duration::days(2));
  ASSERT_TRUE(cases_.sweep());
  EXPECT_FALSE(now(draft.id));
  EXPECT_FALSE(now(sent->id));
}

TEST_P(CasesTest, AnOfficeSeesItsOwnCases) {
  ASSERT_TRUE(hand_in("mangel-melden", kReport));
  ASSERT_TRUE(hand_in("hund-anmelden", kDogAnswers));
  const auto shown = [&](std::optional<std::vector<std::string>> offices) {
    std::int64_t count = -1;
    const auto read = database_->read([&](records::Session& session) -> Result<> {
      const rows::CaseFilter filter{.state = "open", .offices = offices};
      RV_ASSIGN(count, rows::count(session, filter));
      RV_ASSIGN(const auto list, rows::list(session, filter));
      EXPECT_EQ(std::ssize(list), count);
      RV_ASSIGN(const auto lines, rows::figures(session, {}, offices));
      EXPECT_EQ(std::ssize(lines), count);
      return {};
    });
    EXPECT_TRUE(read);
    return count;
  };
  EXPECT_EQ(shown(std::nullopt), 2);
  EXPECT_EQ(shown(std::vector<std::string>{"steuern"}), 1);
  EXPECT_EQ(shown(std::vector<std::string>{}), 0);
  const identity::Caller nobody;
  const auto one = hand_in("mangel-melden", kReport);
  EXPECT_FALSE(run_task(cases_.act(one->id, {.deed = Deed::kTake}, nobody)));
}

TEST_P(CasesTest, VersionsAreKeptApart) {
  const auto old = hand_in("hund-anmelden", kDogAnswers);
  const std::string text = demo_form("hund-anmelden");
  EXPECT_TRUE(bring(text)) << "the same again changes nothing";
  EXPECT_EQ(bring(changed(text, "Hund anmelden", "Hund melden")).error().code, Code::kConflict);
  const std::string newer =
      changed(changed(text, R"("version":1)", R"("version":2)"), "Hund anmelden", "Hund melden");
  ASSERT_TRUE(bring(newer));
  EXPECT_EQ(bring(changed(text, "Hund anmelden", "Hund")).error().code, Code::kConflict);
  EXPECT_EQ(forms_.newest("hund-anmelden")->title.de, "Hund melden");
  EXPECT_EQ(cases_.form_of(*old).value()->title.de, "Hund anmelden");
  Forms again(*database_, clock_);
  ASSERT_TRUE(again.load());
  EXPECT_EQ(again.newest("hund-anmelden")->version, 2);
  EXPECT_EQ(again.all().size(), 2U);
}

TEST_P(CasesTest, APhotoIsPublicAfterTheOfficeReleasedItAlone) {
  Attachments files({.database = *database_, .civil_clock = clock_, .random = random_});
  const Case draft = run_task(cases_.begin("mangel-melden", web::Language::kDe)).value();
  const Field& field = *forms_.newest("mangel-melden")->field("foto");
  ASSERT_TRUE(run_task(
      files.add(draft.id, field, files.prepare("foto", "a.png", {std::string(kPng), "picture"}))));
  const auto fill = [](const Definition& form, Answers& answers) -> Result<> {
    RV_ASSIGN(const json::Document document, json::Document::parse(kReport));
    RV_ASSIGN(answers, read_answers(form, document.root()));
    return {};
  };
  ASSERT_TRUE(run_task(cases_.change(draft.id, fill)));
  const Case sent = run_task(cases_.submit(draft.id)).value();
  const Case other = hand_in("mangel-melden", kReport).value();
  std::string id;
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto list, rows::attachments(session, sent.id));
    id = list.at(0).id;
    return {};
  }));
  const auto seen = [&](const std::string& number) {
    bool found = false;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      found = rows::released_file(session, number, id).has_value();
      return {};
    }));
    return found;
  };
  const auto told = [&] {
    EXPECT_TRUE(cases_.sweep());
    return public_.at(public_id(sent)).find("https://revier.test" + Cases::photo_path(sent, id)) !=
           std::string::npos;
  };
  EXPECT_FALSE(told());
  EXPECT_FALSE(seen(sent.number));
  EXPECT_EQ(act(other, {.deed = Deed::kRelease, .file = id}).error().code, Code::kResourceNotFound);
  ASSERT_TRUE(act(sent, {.deed = Deed::kRelease, .file = id}));
  EXPECT_TRUE(told());
  EXPECT_TRUE(seen(sent.number));
  EXPECT_FALSE(seen(other.number)) << "by the number of its own case only";
  ASSERT_TRUE(act(sent, {.deed = Deed::kConceal, .file = id}));
  EXPECT_FALSE(told());
  EXPECT_FALSE(seen(sent.number));
  ASSERT_TRUE(act(sent, {.deed = Deed::kRelease, .file = id}));
  ASSERT_TRUE(run_task(cases_.withdraw(sent.id)));
  EXPECT_FALSE(told()) << "who withdraws takes her photo back";
  EXPECT_FALSE(seen(sent.number));
  EXPECT_EQ(act(sent, {.deed = Deed::kRelease, .file = id}).error().code, Code::kConflict);
}

TEST_P(CasesTest, NoOtherFileCanBeReleased) {
  Attachments files({.database = *database_, .civil_clock = clock_, .random = random_});
  const Case draft = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  const Field field{.name = "schein", .kind = Kind::kFiles};
  ASSERT_TRUE(run_task(
      files.add(draft.id, field, files.prepare("schein", "a.pdf", {std::string(kPdf), "%PDF-"}))));
  ASSERT_TRUE(
      run_task(cases_.change(draft.id, [](const Definition& form, Answers& answers) -> Result<> {
        RV_ASSIGN(const json::Document document, json::Document::parse(kDogAnswers));
        RV_ASSIGN(answers, read_answers(form, document.root()));
        return {};
      })));
  const Case sent = run_task(cases_.submit(draft.id)).value();
  std::string id;
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto list, rows::attachments(session, sent.id));
    id = list.at(0).id;
    return {};
  }));
  EXPECT_EQ(act(sent, {.deed = Deed::kRelease, .file = id}).error().field, "file");
}

TEST_P(CasesTest, ACaseIsHandedOnAndFoundByWorkerAndAge) {
  const Case one = hand_in("mangel-melden", kReport).value();
  clock_.advance(Duration::days(8));
  ASSERT_TRUE(hand_in("mangel-melden", changed(std::string(kReport), "Dunkel", "Hell")));
  EXPECT_EQ(act(one, {.deed = Deed::kHandOn}).error().field, "worker");
  ASSERT_TRUE(act(one, {.deed = Deed::kHandOn, .worker = "7", .worker_name = "bea"}));
  EXPECT_EQ(now(one.id)->state, State::kWorking);
  const auto count = [&](rows::CaseFilter filter) {
    std::int64_t found = -1;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(found, rows::count(session, filter));
      RV_ASSIGN(const auto list, rows::list(session, filter));
      EXPECT_EQ(std::ssize(list), found);
      RV_ASSIGN(const auto workers, rows::workers(session, std::nullopt));
      EXPECT_EQ(workers.size(), 1U);
      EXPECT_EQ(workers.at(0).name, "bea");
      return {};
    }));
    return found;
  };
  EXPECT_EQ(count({}), 2);
  EXPECT_EQ(count({.worker = "7"}), 1);
  EXPECT_EQ(count({.worker = "8"}), 0);
  EXPECT_EQ(count({.unassigned = true}), 1);
  EXPECT_EQ(count({.submitted_before = clock_.now() - Duration::days(7)}), 1);
  ASSERT_TRUE(act(one, {.deed = Deed::kGive}));
  EXPECT_EQ(now(one.id)->state, State::kReceived);
}

TEST_P(CasesTest, APersonFindsHerCasesAndErasesWhatNoOfficeHasToKeep) {
  const Case draft = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  ASSERT_TRUE(run_task(cases_.set_mail(draft.id, "Ada@Beispiel.test", false)));
  const Case open = hand_in("mangel-melden", kReport).value();
  const Case gone =
      hand_in("mangel-melden", changed(std::string(kReport), "Dunkel", "Hell")).value();
  ASSERT_TRUE(run_task(cases_.write(gone.id, "Bitte nicht mehr.")));
  ASSERT_TRUE(run_task(cases_.withdraw(gone.id)));
  const Case hers = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  ASSERT_TRUE(run_task(cases_.set_mail(hers.id, "bea@beispiel.test", false)));
  ASSERT_TRUE(cases_.sweep());
  const auto things = [&](const std::string& key) {
    std::vector<ticket::PersonThing> list;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, person_things(cases_, session, key, web::Language::kDe));
      RV_ASSIGN(const bool any, has_cases(session, key));
      EXPECT_EQ(any, !list.empty());
      std::string text;
      json::Writer out(text);
      out.begin_object();
      RV_TRY(write_person(cases_, session, key, out));
      out.end_object();
      const auto document = json::Document::parse(text);
      EXPECT_EQ(document->root().find("cases")->size(), list.size());
      return {};
    }));
    return list;
  };
  EXPECT_EQ(things("ada@beispiel.test").size(), 3U);
  EXPECT_TRUE(things("").empty());
  ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& session) -> Result<> {
    return erase_person(session, "ada@beispiel.test", clock_.now());
  }));
  const auto left = things("ada@beispiel.test");
  ASSERT_EQ(left.size(), 1U) << "what the office has in its hands";
  EXPECT_NE(left[0].stays.find(open.number), std::string::npos);
  EXPECT_EQ(now(gone.id)->answers, "{}") << "at once, before the row goes";
  ASSERT_TRUE(cases_.sweep());
  EXPECT_FALSE(now(draft.id));
  EXPECT_FALSE(now(gone.id));
  EXPECT_EQ(public_.at(public_id(gone)), "");
  EXPECT_TRUE(now(open.id));
  EXPECT_EQ(things("bea@beispiel.test").size(), 1U);
}

TEST_P(CasesTest, ExportsSayTheSame) {
  const auto one = hand_in("hund-anmelden", changed(std::string(kDogAnswers), "Ada", "<&>"));
  ASSERT_TRUE(one);
  const DefinitionPtr form = cases_.form_of(*one).value();
  const auto document = json::Document::parse(one->answers);
  const Answers answers = read_answers(*form, document->root()).value();
  const std::vector<CaseMessage> messages = {{.number = 1, .text = "]]>", .at = clock_.now()}};
  const std::string json_text = export_json(*form, *one, answers, messages, {});
  EXPECT_TRUE(json::Document::parse(json_text));
  EXPECT_NE(json_text.find("\"vorname\":\"<&>\""), std::string::npos);
  const std::string xml = export_xml(*form, *one, answers, messages, {});
  EXPECT_NE(xml.find("<answer name=\"vorname\">&lt;&amp;&gt;</answer>"), std::string::npos) << xml;
  EXPECT_NE(xml.find("<group name=\"hunde\">"), std::string::npos);
}

}  // namespace
}  // namespace revier::casework
