// SPDX-License-Identifier: EUPL-1.2
// Writing to those who registered: who gets it, in which language, once, over restarts.
#include "ticket/announcements.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ticket/announcements_store.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

using records::Session;

class AnnouncementsTest : public testing::TestWithParam<std::string> {
 protected:
  AnnouncementsTest() {
    desk_.put("workshop", 3, 1, 2);
    desk_.put("vortrag", 3, 3, 4);
  }

  Announcements make() { return make(unlimited_); }
  Announcements make(mail::Pace& pace) {
    return Announcements({.database = *desk_.database,
                          .registrations = *desk_.registrations,
                          .letters = letters_,
                          .civil_clock = desk_.clock,
                          .random = desk_.random,
                          .pace = pace});
  }
  Announcement written() {
    return {.id = make().new_id(),
            .event = "scd",
            .subject_de = "Anderer Eingang",
            .subject_en = "Another entrance",
            .text_de = "Bitte nehmen Sie den Eingang im Hof.\n\nPlan: https://stadt.example/plan.",
            .text_en = "Please take the entrance in the yard."};
  }
  void send(const Announcement& announcement) {
    const Result<> sent = make().send(announcement);
    ASSERT_TRUE(sent) << sent.error().message;
  }
  void tick() { tick(unlimited_); }
  void tick(mail::Pace& pace) {
    const Result<> done = make(pace).tick();
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::string> got(const std::string& to) {
    std::vector<std::string> subjects = desk_.letters(to);
    std::erase_if(subjects, [](const std::string& subject) {
      return subject != "Anderer Eingang" && subject != "Another entrance";
    });
    return subjects;
  }
  mail::Message letter_to(const std::string& to) {
    const auto list = desk_.read<std::vector<mail::StoredMessage>>(
        [&](Session& session) { return mail::list_to(session, to); });
    return list.back().message;
  }

  TestDesk desk_{GetParam()};
  mail::Pace unlimited_{desk_.clock, 0};
  SecretLinks links_{SecretLinks::Key{1}};
  LetterNeeds letters_{
      .occasion =
          [](web::Language language) {
            return Occasion{language == web::Language::kEn ? "City Days" : "Stadttage", "Herne"};
          },
      .links = links_,
      .site_url = "https://event.example"};
};

using Subjects = std::vector<std::string>;
const Subjects kOnce{"Anderer Eingang"};

TEST_P(AnnouncementsTest, GoesOnceToAllWhoAreRegistered) {
  const Booking ada = desk_.book({"workshop", "vortrag"}, "ada@example.org");
  desk_.book({"vortrag"}, "bob@example.org");
  const Booking gone = desk_.book({"vortrag"}, "cem@example.org");
  desk_.cancel(gone);
  const Announcement announcement = written();
  EXPECT_EQ(*make().count(announcement), 2);
  send(announcement);
  tick();
  tick();
  EXPECT_EQ(got("ada@example.org"), kOnce);
  EXPECT_EQ(got("bob@example.org"), kOnce);
  EXPECT_EQ(got("cem@example.org"), Subjects{});

  const mail::Message letter = letter_to("ada@example.org");
  EXPECT_NE(letter.text.find("Guten Tag Erika Beispiel,\n\nBitte nehmen Sie"), std::string::npos);
  EXPECT_NE(letter.text.find("\nhttps://event.example" + ticket_path(links_, ada) + "\n"),
            std::string::npos);
  EXPECT_NE(letter.text.find("Stadttage\nHerne"), std::string::npos);
  EXPECT_EQ(letter.delete_after, ada.delete_after);
  ASSERT_TRUE(Announcements::is_announcement(letter));
  const mail::Parts parts = make().parts(letter);
  EXPECT_NE(
      parts.html.find("<a href=\"https://stadt.example/plan\">https://stadt.example/plan</a>."),
      std::string::npos);
  EXPECT_EQ(parts.unsubscribe, "");

  const auto list = *make().list();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].announcement.written, 2);
  EXPECT_TRUE(list[0].announcement.all_written);
  EXPECT_EQ(list[0].counts.waiting, 2);
}

TEST_P(AnnouncementsTest, SendingTheSameFormTwiceIsOnce) {
  desk_.book({"vortrag"}, "ada@example.org");
  Announcement announcement = written();
  int notes = 0;
  const Also note = [&](Session&) -> Result<> {
    ++notes;
    return {};
  };
  ASSERT_TRUE(make().send(announcement, note));
  ASSERT_TRUE(make().send(announcement, note));
  EXPECT_EQ(notes, 1);
  tick();
  ASSERT_TRUE(make().send(announcement, note));
  tick();
  EXPECT_EQ(got("ada@example.org"), kOnce);
  announcement.text_de += " Danke.";
  EXPECT_EQ(make().send(announcement).error().code, Code::kConflict);
  announcement.id = "registration-1-x";
  EXPECT_EQ(make().send(announcement).error().code, Code::kBadRequestData);
}

TEST_P(AnnouncementsTest, WhatIsNotedFailsWithTheWhole) {
  desk_.book({"vortrag"}, "ada@example.org");
  const Announcement announcement = written();
  EXPECT_FALSE(make().send(
      announcement, [](Session&) -> Result<> { return fail(Code::kInternalError, "no audit"); }));
  EXPECT_TRUE(make().list()->empty());
}

TEST_P(AnnouncementsTest, GoesOnBetweenPortionsAfterARestart) {
  for (int i = 0; i < 3; ++i) desk_.book({"vortrag"}, "gast" + std::to_string(i) + "@example.org");
  const Announcement announcement = written();
  send(announcement);
  mail::Pace pace(desk_.clock, 60);  // one letter a second
  for (int portion = 0; portion < 3; ++portion) {
    tick(pace);
    EXPECT_EQ((*make().list())[0].announcement.written, portion) << "not yet";
    desk_.clock.advance(Duration::seconds(1));
    tick(pace);
    EXPECT_EQ((*make().list())[0].announcement.written, portion + 1);
    EXPECT_FALSE((*make().list())[0].announcement.all_written);
    desk_.reopen();
  }
  desk_.clock.advance(Duration::seconds(1));
  tick(pace);
  EXPECT_TRUE((*make().list())[0].announcement.all_written);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(got("gast" + std::to_string(i) + "@example.org"), kOnce) << i;
  }
}

TEST_P(AnnouncementsTest, APortionThatIsNotCommittedWritesNothing) {
  desk_.book({"vortrag"}, "ada@example.org");
  desk_.book({"vortrag"}, "bob@example.org");
  send(written());
  // As tick() does it, and cut off before the end.
  Announcement announcement = make().list()->at(0).announcement;
  const Result<> stopped = desk_.database->writer().run_blocking([&](Session& s) -> Result<> {
    RV_ASSIGN(const auto next, rows::recipients(s, announcement, 1));
    RV_ASSIGN(const Booking booking, rows::find(s, next.at(0)));
    RV_TRY(mail::enqueue(s, make().letter(announcement, booking), desk_.clock.now()));
    announcement.reached = next.at(0);
    RV_TRY(rows::set_reached(s, announcement));
    return fail(Code::kInternalError, "cut off");
  });
  EXPECT_FALSE(stopped);
  EXPECT_EQ(got("ada@example.org").size() + got("bob@example.org").size(), 0U);
  tick();
  EXPECT_EQ(got("ada@example.org"), kOnce);
  EXPECT_EQ(got("bob@example.org"), kOnce);
}

TEST_P(AnnouncementsTest, ToOneSessionWithoutOrWithThoseWhoWait) {
  desk_.put("klein", 1, 5, 6);
  desk_.book({"klein"}, "ada@example.org");
  desk_.book({"klein"}, "bob@example.org");  // waits
  desk_.book({"vortrag"}, "cem@example.org");
  Announcement announcement = written();
  EXPECT_EQ(*make().count(announcement), 2);
  announcement.quota = "klein";
  EXPECT_EQ(*make().count(announcement), 1);
  announcement.to_waiting = true;
  EXPECT_EQ(*make().count(announcement), 2);
  send(announcement);
  tick();
  EXPECT_EQ(got("bob@example.org"), kOnce);
  EXPECT_EQ(got("cem@example.org"), Subjects{});
  announcement.event = "another";
  EXPECT_EQ(*make().count(announcement), 0);
}

TEST_P(AnnouncementsTest, InTheLanguageOfTheRegistration) {
  const auto held = run_task(desk_.registrations->hold({.wanted = {{.quota = "vortrag"}}}));
  ASSERT_TRUE(held);
  ASSERT_TRUE(run_task(desk_.registrations->complete({.booking = held->id,
                                                      .name = "Ada",
                                                      .mail = "ada@example.org",
                                                      .language = "en",
                                                      .consents = {},
                                                      .idempotency_key = {}})));
  send(written());
  tick();
  EXPECT_EQ(got("ada@example.org"), Subjects{"Another entrance"});
  EXPECT_NE(letter_to("ada@example.org").text.find("Hello Ada,\n\nPlease take"), std::string::npos);
  Announcement german = written();
  german.subject_en.clear();
  german.text_en.clear();
  send(german);
  tick();
  EXPECT_EQ(got("ada@example.org").size(), 2U);
  const mail::Message letter = letter_to("ada@example.org");
  EXPECT_EQ(letter.language, "de");
  EXPECT_NE(letter.text.find("Guten Tag Ada,\n\nBitte nehmen"), std::string::npos);
}

TEST_P(AnnouncementsTest, ToNobodyWhoCancelsBeforeOrRegistersAfter) {
  const Booking early = desk_.book({"vortrag"}, "ada@example.org");
  const Booking late = desk_.book({"vortrag"}, "bob@example.org");
  send(written());
  desk_.cancel(early);  // before her letter is written
  tick();
  desk_.clock.advance(Duration::seconds(1));
  desk_.book({"workshop"}, "cem@example.org");
  tick();
  EXPECT_EQ(got("ada@example.org"), Subjects{});
  EXPECT_EQ(got("bob@example.org"), kOnce);
  EXPECT_EQ(got("cem@example.org"), Subjects{});
  desk_.cancel(late);  // before it has left
  EXPECT_EQ(got("bob@example.org"), Subjects{});
}

TEST_P(AnnouncementsTest, ACorrectedAddressGetsWhatHadNotLeft) {
  const Booking booking = desk_.book({"vortrag"}, "adda@example.org");
  desk_.write_again = [this](Session& s, const Booking& b) { return make().write_again(s, b); };
  send(written());
  tick();
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Ada", .mail = "ada@example.org"})));
  EXPECT_EQ(got("adda@example.org"), Subjects{});
  EXPECT_EQ(got("ada@example.org"), kOnce);
  desk_.send_all();
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Ada", .mail = "ada@beispiel.example"})));
  EXPECT_EQ(got("ada@beispiel.example"), Subjects{}) << "it has left already";
}

TEST_P(AnnouncementsTest, ACorrectedAddressGetsWhatTheOldOneRefused) {
  const Booking booking = desk_.book({"vortrag"}, "adda@example.org");
  desk_.write_again = [this](Session& s, const Booking& b) { return make().write_again(s, b); };
  send(written());
  tick();
  Announcement of_others = written();
  of_others.quota = "workshop";
  send(of_others);
  tick();
  desk_.send_all(mail::State::kFailed);
  ASSERT_TRUE(desk_.change(booking, {{.quota = "workshop"}, {.quota = "vortrag"}}));
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Ada", .mail = "ada@example.org"})));
  EXPECT_EQ(got("ada@example.org"), kOnce) << "what went to the workshop before is not for her";
  EXPECT_EQ(got("adda@example.org"), Subjects{});
}

TEST_P(AnnouncementsTest, WhoPassesHerTicketOnBeforeItHasLeftGetsNone) {
  const Booking booking = desk_.book({"vortrag"}, "ada@example.org");
  send(written());
  tick();
  ASSERT_TRUE(run_task(desk_.registrations->transfer(
      {.booking = booking.id, .name = "Bob", .mail = "bob@example.org"})));
  EXPECT_EQ(got("ada@example.org"), Subjects{});
}

TEST_P(AnnouncementsTest, GoesWithTheRegistrationsOfItsEvent) {
  const Booking booking = desk_.book({"vortrag"}, "ada@example.org");
  send(written());
  tick();
  desk_.erase_ended = &Announcements::erase_ended;
  desk_.clock.set(booking.delete_after - Duration::days(1));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_EQ(make().list()->size(), 1U);
  desk_.clock.set(booking.delete_after + Duration::days(1));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_TRUE(make().list()->empty());
  EXPECT_EQ(got("ada@example.org"), Subjects{});
}

INSTANTIATE_TEST_SUITE_P(On, AnnouncementsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace revier::ticket
