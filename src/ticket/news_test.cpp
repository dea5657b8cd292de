// SPDX-License-Identifier: EUPL-1.2
// What the programme changes under those who have booked: cancelled, removed, moved, back again.
#include <gtest/gtest.h>

#include "base/run_task.h"
#include "support/test_records.h"
#include "ticket/api.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/days.h"
#include "ticket/letters.h"
#include "ticket/registrations.h"
#include "ticket/standing_tickets.h"
#include "ticket/test_migrations.h"

namespace revier::ticket {
namespace {

using records::Session;

Quota session_at(const std::string& id, int hour) {
  const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
  return {.id = id,
          .event = "scd",
          .kind = QuotaKind::kSession,
          .entity = "urn:ngsi-ld:x:" + id,
          .title_de = "Thema " + id,
          .title_en = "Topic " + id,
          .starts_at = day + Duration::hours(hour),
          .ends_at = day + Duration::hours(hour + 1),
          .opens_at = {0},
          .closes_at = day,
          .capacity = 1,
          .seats_a_person_max = 2};
}

// Registrations with the letters that people get.
class NewsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    reopen();
    put({workshop_, talk_});
  }

  void reopen() {
    registrations_.reset();
    publisher_.reset();
    database_.reset();
    database_ = place_.open(steps_);
    publisher_ = std::make_unique<publication::Publisher>([this](const publication::Item& item) {
      const std::scoped_lock lock(mutex_);
      shown_[item.entity] = item.value;
      return Result<>{};
    });
    auto opened = Registrations::open(
        {.database = *database_,
         .civil_clock = clock_,
         .random = random_,
         .publisher = *publisher_,
         .letter = [this](const LetterOrder& order) {
           return write_letter({.occasion = [](web::Language) { return Occasion{"SCD", "Herne"}; },
                                .links = links_,
                                .site_url = "https://scd.example"},
                               order, *registrations_);
         }});
    ASSERT_TRUE(opened) << opened.error().message;
    registrations_ = std::move(*opened);
  }

  void put(std::vector<Quota> quotas) {
    const auto done = run_task(registrations_->put_quotas(std::move(quotas)));
    ASSERT_TRUE(done) << done.error().message;
  }
  void put(Quota quota, Standing standing) {
    quota.standing = standing;
    put({std::move(quota)});
  }

  Result<Booking> hold(const std::vector<std::string>& quotas) {
    HoldRequest request;
    for (const auto& quota : quotas) request.wanted.push_back({.quota = quota, .may_wait = true});
    return run_task(registrations_->hold(std::move(request)));
  }
  Result<Booking> complete(const std::string& hold, const std::string& mail) {
    return run_task(registrations_->complete({.booking = hold,
                                              .name = "Erika Beispiel",
                                              .mail = mail,
                                              .consents = {},
                                              .idempotency_key = {}}));
  }
  Booking book(const std::vector<std::string>& quotas, const std::string& mail) {
    const auto held = hold(quotas);
    EXPECT_TRUE(held) << held.error().message;
    auto done = complete(held->id, mail);
    EXPECT_TRUE(done) << done.error().message;
    return *done;
  }
  Booking find(const std::string& id) {
    Booking booking;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(booking, rows::find(session, id));
      return {};
    }));
    return booking;
  }
  std::string first_letter(const std::string& to) {
    std::string text;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const auto letters, mail::list_to(session, to));
      text = letters.front().message.text;
      return {};
    }));
    return text;
  }
  ClaimState state(const Booking& booking) { return find(booking.id).claims.front().state; }
  // Letters to an address after the first, which confirms.
  std::vector<mail::Message> news(const std::string& to) {
    std::vector<mail::Message> letters;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const auto list, mail::list_to(session, to));
      for (const auto& letter : list) letters.push_back(letter.message);
      return {};
    }));
    if (!letters.empty()) letters.erase(letters.begin());
    return letters;
  }
  void sweep() {
    clock_.advance(Duration::seconds(1));
    ASSERT_TRUE(run_task(registrations_->sweep()));
  }
  std::int64_t free_shown(const Quota& quota) {
    publisher_->drain();
    const std::scoped_lock lock(mutex_);
    return shown_[quota.entity];
  }

  const Quota workshop_ = session_at("workshop", 2);
  const Quota talk_ = session_at("talk", 4);
  const std::vector<records::Migration> steps_ = all_migrations();
  tests::TestRecords place_{GetParam()};
  SystemRandom random_;
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  const SecretLinks links_{SecretLinks::Key{7}};
  std::mutex mutex_;
  std::map<std::string, std::int64_t> shown_;
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<publication::Publisher> publisher_;
  std::unique_ptr<Registrations> registrations_;
};

TEST_P(NewsTest, HoldersOfACancelledSessionGetOneLetterAndKeepTheRest) {
  const Booking both = book({"workshop", "talk"}, "both@example.org");
  const Booking one = book({"workshop"}, "one@example.org");  // waits
  EXPECT_NE(first_letter("both@example.org").find("Sie sind angemeldet für:"), std::string::npos);
  const std::string waiting = first_letter("one@example.org");
  EXPECT_NE(waiting.find("Sie stehen auf der Warteliste:"), std::string::npos) << waiting;
  EXPECT_EQ(waiting.find("Ticket mit QR-Code"), std::string::npos) << waiting;
  put(workshop_, Standing::kCancelled);
  sweep();
  put(workshop_, Standing::kCancelled);  // the same release once more
  sweep();
  reopen();
  put(workshop_, Standing::kRemoved);  // cancelled and gone is no other news
  sweep();
  const auto letters = news("both@example.org");
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].subject, "Änderung im Programm: SCD");
  const std::string& text = letters[0].text;
  EXPECT_NE(text.find("„Thema workshop“ (5. Februar 2025"), std::string::npos) << text;
  EXPECT_NE(text.find(") fällt aus."), std::string::npos) << text;
  EXPECT_NE(text.find("Ihre Buchung jetzt:\n- Thema talk ("), std::string::npos) << text;
  EXPECT_NE(text.find("https://scd.example/ticket/" + links_.token(kRegistrationLink, both.id)),
            std::string::npos)
      << text;
  ASSERT_EQ(news("one@example.org").size(), 1U) << "who waits is told, too";
  EXPECT_NE(news("one@example.org")[0].text.find("kein Einlass"), std::string::npos);
  EXPECT_EQ(find(both.id).claims.size(), 2U) << "kept for when it comes back";
}

TEST_P(NewsTest, NothingNewIsGivenOfWhatDoesNotTakePlace) {
  const auto open = hold({"workshop"});
  ASSERT_TRUE(open);
  const Booking waits = book({"workshop"}, "waits@example.org");
  put(workshop_, Standing::kCancelled);
  EXPECT_EQ(hold({"workshop"}).error().code, Code::kRegistrationClosed);
  const auto refused = complete(open->id, "late@example.org");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kRegistrationClosed);
  EXPECT_EQ(refused.error().field, "workshop");
  const Booking other = book({"talk"}, "other@example.org");
  EXPECT_EQ(run_task(registrations_->change({.booking = other.id,
                                             .wanted = {{.quota = "talk"}, {.quota = "workshop"}}}))
                .error()
                .code,
            Code::kRegistrationClosed);
  ASSERT_TRUE(run_task(registrations_->give_back(open->id)));
  EXPECT_EQ(state(waits), ClaimState::kWaiting) << "no offer of a cancelled session";
  EXPECT_EQ(free_shown(workshop_), 0);
  // Also after a restart.
  reopen();
  EXPECT_EQ(hold({"workshop"}).error().code, Code::kRegistrationClosed);
}

TEST_P(NewsTest, AnOfferEndsAndIsMadeAgainWhenTheSessionIsBack) {
  const Booking first = book({"workshop"}, "first@example.org");
  const Booking second = book({"workshop"}, "second@example.org");
  const Booking third = book({"workshop"}, "third@example.org");
  ASSERT_TRUE(run_task(registrations_->cancel(first.id)));
  ASSERT_EQ(state(second), ClaimState::kOffered);
  put(workshop_, Standing::kCancelled);
  EXPECT_EQ(state(second), ClaimState::kWaiting);
  EXPECT_EQ(run_task(registrations_->accept(second.id, "workshop")).error().code, Code::kHoldEnded);
  EXPECT_EQ(registrations_->position(find(second.id).claims[0]), 1);
  EXPECT_EQ(registrations_->position(find(third.id).claims[0]), 2);
  EXPECT_EQ(registrations_->quota("workshop")->figures.taken, 0);
  sweep();
  const auto letters = news("second@example.org");
  ASSERT_EQ(letters.size(), 1U) << "the offer's letter, which had not left, is taken back";
  reopen();
  put(workshop_, Standing::kOpen);
  EXPECT_EQ(state(second), ClaimState::kOffered);
  EXPECT_EQ(state(third), ClaimState::kWaiting);
  EXPECT_TRUE(run_task(registrations_->accept(second.id, "workshop")));
  sweep();
  EXPECT_NE(news("third@example.org").back().text.find("„Thema workshop“ findet doch statt"),
            std::string::npos);
}

TEST_P(NewsTest, WhatIsUndoneBeforeAnybodyIsToldIsNotTold) {
  book({"workshop"}, "a@example.org");
  put(workshop_, Standing::kCancelled);
  put(workshop_, Standing::kOpen);
  sweep();
  EXPECT_TRUE(news("a@example.org").empty());
}

TEST_P(NewsTest, AnotherTimeIsTold) {
  const Booking booking = book({"workshop"}, "a@example.org");
  Quota moved = session_at("workshop", 6);
  put({moved});
  const Booking later = book({"talk"}, "b@example.org");
  sweep();
  ASSERT_EQ(news("a@example.org").size(), 1U);
  const std::string text = news("a@example.org")[0].text;
  EXPECT_NE(text.find("neue Zeit: 5. Februar 2025, 15:00–16:00 Uhr "
                      "(bisher: 5. Februar 2025, 11:00–12:00 Uhr)"),
            std::string::npos)
      << text;
  EXPECT_TRUE(news("b@example.org").empty());
  moved.ends_at = moved.ends_at + Duration::days(30);
  put({moved});
  sweep();
  EXPECT_EQ(news("a@example.org").size(), 2U);
  EXPECT_GT(find(booking.id).delete_after, booking.delete_after) << "kept until it is over";
}

TEST_P(NewsTest, WhatIsOverIsNoNews) {
  book({"workshop"}, "a@example.org");
  clock_.set(workshop_.ends_at + Duration::minutes(1));
  put(workshop_, Standing::kRemoved);
  sweep();
  EXPECT_TRUE(news("a@example.org").empty());
}

TEST_P(NewsTest, TheDoorKnowsWhoHasNothingElse) {
  put({{.id = "tag-2025-02-05",
        .event = "scd",
        .kind = QuotaKind::kDay,
        .entity = {},
        .title_de = "Tag",
        .title_en = "Day",
        .starts_at = *parse_iso8601("2025-02-05T08:00:00Z"),
        .ends_at = *parse_iso8601("2025-02-05T17:00:00Z"),
        .opens_at = {0},
        .closes_at = workshop_.closes_at,
        .capacity = 100}});
  const Booking only = book({"workshop"}, "only@example.org");
  const Booking day = book({"tag-2025-02-05"}, "day@example.org");
  const auto worth = [&](const Booking& booking) {
    return admission_of(booking, *day_quota(*registrations_, "2025-02-05", clock_.now())).state;
  };
  EXPECT_EQ(worth(only), Admission::State::kBooked);
  put(workshop_, Standing::kCancelled);
  EXPECT_EQ(worth(only), Admission::State::kSessionCancelled);
  EXPECT_EQ(worth(day), Admission::State::kBooked);
  std::map<std::string, rows::TicketState> listed;
  ASSERT_TRUE(database_->read([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto tickets,
              rows::tickets_for(session, *day_quota(*registrations_, "2025-02-05", clock_.now())));
    for (const auto& ticket : tickets) listed[ticket.booking] = ticket.state;
    return {};
  }));
  EXPECT_EQ(listed[only.id], rows::TicketState::kSessionCancelled);
  EXPECT_EQ(listed[day.id], rows::TicketState::kBooked);
}

TEST_P(NewsTest, AWholeDayIsToldOnceAndComesBack) {
  Quota whole = session_at("tag-2025-02-05", 0);
  whole.kind = QuotaKind::kDay;
  whole.title_de = "Tag 1";
  whole.ends_at = whole.starts_at + Duration::hours(9);
  put({whole});
  const Booking both = book({whole.id, "workshop"}, "both@example.org");
  const Booking waits = book({whole.id}, "waits@example.org");
  const auto worth = [&](const Booking& booking) {
    return admission_of(booking, *day_quota(*registrations_, "2025-02-05", clock_.now())).state;
  };
  whole.starts_at = whole.starts_at - Duration::hours(1);
  put({whole});
  sweep();
  EXPECT_TRUE(news("both@example.org").empty()) << "another hour of a day is no letter";
  Quota ended = whole;
  Quota session = workshop_;
  ended.standing = session.standing = Standing::kCancelled;
  put({ended, session});
  sweep();
  put({ended, session});
  sweep();
  const auto letters = news("both@example.org");
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_NE(letters[0].text.find("„Tag 1“ (5. Februar 2025"), std::string::npos) << letters[0].text;
  EXPECT_NE(letters[0].text.find("„Thema workshop“"), std::string::npos);
  EXPECT_NE(letters[0].text.find("kein Einlass"), std::string::npos);
  EXPECT_EQ(news("waits@example.org").size(), 1U);
  EXPECT_EQ(worth(both), Admission::State::kSessionCancelled);
  EXPECT_EQ(hold({whole.id}).error().code, Code::kRegistrationClosed);
  ASSERT_TRUE(database_->read([&](Session& s) -> Result<> {
    const auto day = *day_quota(*registrations_, "2025-02-05", clock_.now());
    RV_ASSIGN(const std::int64_t expected, rows::count_registered(s, day.admits));
    EXPECT_EQ(expected, 0) << "nobody is expected at the door";
    return {};
  }));
  put({whole});
  sweep();
  EXPECT_EQ(worth(both), Admission::State::kBooked);
  EXPECT_NE(news("both@example.org").back().text.find("„Tag 1“ findet doch statt"),
            std::string::npos);
}

// Name and address, corrected by an organiser.
TEST_P(NewsTest, ACorrectionSendsTheTicketAndTellsTheOldAddress) {
  const Booking booking = book({"workshop"}, "tipo@example.org");
  ASSERT_TRUE(run_task(registrations_->confirm(booking.id)));
  int noted = 0;
  const auto correct = [&](const char* name, const char* mail) {
    clock_.advance(Duration::seconds(1));
    return run_task(registrations_->correct(
        {.booking = booking.id, .name = name, .mail = mail, .also = [&](Session&) -> Result<> {
           ++noted;
           return {};
         }}));
  };
  const auto done = correct("Erika Muster", "typo@example.org");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_NE(done->code, booking.code) << "the old address has the old one";
  const Booking now = find(booking.id);
  EXPECT_EQ(now.code, done->code);
  EXPECT_EQ(now.name, "Erika Muster");
  EXPECT_EQ(now.mail, "typo@example.org");
  EXPECT_FALSE(now.confirmed_at) << "nobody has shown that she reads this address";
  const auto all = [this](const char* to) {
    std::vector<mail::Message> letters;
    EXPECT_TRUE(database_->read([&](Session& session) -> Result<> {
      RV_ASSIGN(const auto list, mail::list_to(session, to));
      for (const auto& letter : list) letters.push_back(letter.message);
      return {};
    }));
    return letters;
  };
  const auto fresh = all("typo@example.org");
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_NE(fresh[0].text.find(now.code), std::string::npos);
  EXPECT_NE(fresh[0].text.find("Guten Tag Erika Muster"), std::string::npos);
  const auto old = all("tipo@example.org");
  ASSERT_EQ(old.size(), 1U) << "the first letter had not left";
  EXPECT_NE(old[0].text.find("eine andere E-Mail-Adresse"), std::string::npos);
  EXPECT_EQ(old[0].text.find("typo@"), std::string::npos);
  EXPECT_EQ(old[0].text.find("http"), std::string::npos);
  // The same once more sends the ticket again; the address is asked of only once an hour thrice.
  EXPECT_TRUE(correct("Erika Muster", "Typo@example.org"));
  EXPECT_TRUE(correct("Erika Muster", "typo@example.org"));
  EXPECT_EQ(find(booking.id).code, now.code) << "the same address, the same ticket";
  EXPECT_EQ(all("tipo@example.org").size(), 1U);
  EXPECT_EQ(correct("Erika Muster", "typo@example.org").error().code, Code::kTooManyRequests);
  EXPECT_EQ(noted, 3);
  ASSERT_TRUE(run_task(registrations_->cancel(booking.id)));
  EXPECT_EQ(correct("E", "e@example.org").error().code, Code::kGone);
}

TEST_P(NewsTest, ACorrectedAddressEndsTheLinksOfTheOldOne) {
  const Booking booking = book({"workshop"}, "tipo@example.org");
  const auto correct = [&](const char* mail) {
    clock_.advance(Duration::seconds(1));
    return *run_task(
        registrations_->correct({.booking = booking.id, .name = "Erika", .mail = mail}));
  };
  const auto leads = [this](const Booking& one) {
    return registrations_->linked(link_id(one)).value_or("nowhere");
  };
  EXPECT_EQ(leads(booking), booking.id);
  const Booking second = correct("typo@example.org");
  EXPECT_EQ(leads(second), booking.id);
  EXPECT_EQ(leads(booking), "nowhere");
  const Booking third = correct("type@example.org");
  EXPECT_EQ(leads(second), "nowhere");
  EXPECT_EQ(link_id(correct("type@example.org")), link_id(third));
  EXPECT_FALSE(registrations_->linked(booking.id + "~"));
  const auto letters = news("type@example.org");
  ASSERT_EQ(letters.size(), 1U) << "the second is the same once more";
  for (const std::string& token : {links_.token(kRegistrationLink, link_id(third)),
                                   links_.token(kConfirmLink, link_id(third))}) {
    EXPECT_NE(letters[0].text.find(token), std::string::npos) << letters[0].text;
  }
  reopen();
  EXPECT_EQ(leads(third), booking.id) << "over a restart";
  EXPECT_EQ(leads(second), "nowhere");
}

TEST_P(NewsTest, AHoldGetsMoreTimeOnce) {
  const auto held = hold({"workshop"});
  clock_.advance(Duration::minutes(10));
  const auto more = run_task(registrations_->extend(held->id));
  ASSERT_TRUE(more) << more.error().message;
  EXPECT_EQ(more->expires_at, held->expires_at + Duration::minutes(10));
  clock_.advance(Duration::minutes(10));
  const auto again = run_task(registrations_->extend(held->id));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->expires_at, more->expires_at);
  sweep();
  EXPECT_TRUE(find(held->id).extended) << "still held";
  clock_.advance(Duration::minutes(6));
  sweep();
  EXPECT_EQ(run_task(registrations_->extend(held->id)).error().code, Code::kHoldEnded);
  EXPECT_EQ(registrations_->quota("workshop")->figures.taken, 0);
}

INSTANTIATE_TEST_SUITE_P(Systems, NewsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

}  // namespace
}  // namespace revier::ticket
