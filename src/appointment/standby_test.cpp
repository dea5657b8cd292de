// SPDX-License-Identifier: EUPL-1.2
// Times that come free and those who wait for them, on both record systems; and that the lot is
// fair.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "appointment/availability.h"
#include "appointment/standby.h"
#include "appointment/standby_letters.h"
#include "appointment/test_world.h"
#include "base/run_task.h"

namespace revier::appointment {
namespace {

using ticket::Booking;

std::vector<records::Migration> standby_test_migrations() {
  std::vector<records::Migration> all = ticket::all_migrations();
  const auto own = rows::standby_migrations();
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// One desk, every day, for ten minutes and two other lengths.
class StandbyWorld : public CounterWorld {
 public:
  explicit StandbyWorld(const std::string& system)
      : CounterWorld(system,
                     one_counter({.weekdays = {1, 2, 3, 4, 5, 6, 7},
                                  .date = {},
                                  .from = "10:00",
                                  .to = "12:00",
                                  .staff = 1},
                                 0, {{"kurz", 10}, {"lang", 60}, {"mittel", 30}}),
                     standby_test_migrations()) {
    reopen();
  }

  void reopen() {
    standby_.reset();
    open({.appointments_a_person_max = 1'000, .mails_an_hour_max = 1'000'000},
         [this](records::Session& session, const Booking& freed) {
           return standby_->keep(session, freed);
         });
    standby_ = std::make_unique<Standby>(Standby::Needs{
        .database = *database_,
        .registrations = *registrations_,
        .calendar = *calendar_,
        .civil_clock = clock_,
        .random = random_,
        .letter = [this](StandbyNews news, const StandbyEntry& entry, const StandbyDraw* draw) {
          return write_standby(letters(), standby_->options(), news, entry, draw);
        }});
  }

  Slot slot(const std::string& day, std::string_view time, int minutes = 10) {
    const Instant from = web::from_local(day, time).value();
    return {from, from + Duration::minutes(minutes)};
  }
  Choice choice(std::string_view offer = "kurz") { return CounterWorld::choice(offer); }
  Booking book(const std::string& day, std::string_view time) {
    const auto hold = run_task(calendar_->hold(choice(), slot(day, time)));
    if (!hold) std::abort();
    return run_task(registrations_->complete({.booking = hold->id,
                                              .name = "Ada",
                                              .mail = "ada@x.test",
                                              .consents = {},
                                              .idempotency_key = {},
                                              .at_desk = false}))
        .value();
  }
  void cancel(const Booking& booking) { EXPECT_TRUE(run_task(registrations_->cancel(booking.id))); }
  // Its id; not confirmed.
  std::string enter(const std::string& mail, const std::string& offer = "kurz",
                    const std::string& first = "2025-02-06",
                    const std::string& last = "2025-02-08") {
    EXPECT_TRUE(run_task(standby_->enter({.id = {},
                                          .counter = "eid",
                                          .offer = offer,
                                          .first_day = first,
                                          .last_day = last,
                                          .mail = mail,
                                          .asked_at = {},
                                          .confirmed_at = {},
                                          .delete_after = {}})));
    std::string id;
    read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto all, rows::standby_of_mail(session, ticket::mail_key(mail)));
      for (const StandbyEntry& entry : all) {
        if (!entry.confirmed_at) id = entry.id;
      }
      return {};
    });
    return id;
  }
  std::string wait(const std::string& mail, const std::string& offer = "kurz",
                   const std::string& first = "2025-02-06",
                   const std::string& last = "2025-02-08") {
    const std::string id = enter(mail, offer, first, last);
    EXPECT_TRUE(run_task(standby_->confirm(id)));
    return id;
  }
  void read(const std::function<Result<>(records::Session&)>& step) {
    EXPECT_TRUE(database_->read(step));
  }
  Result<StandbyView> view(const std::string& id) {
    Result<StandbyView> known = fail(Code::kGone, "");
    read([&](records::Session& session) -> Result<> {
      known = rows::view_standby(session, id);
      return {};
    });
    return known;
  }
  bool is_offered(const std::string& id) {
    const auto known = view(id);
    return known && known->draw;
  }
  // Every letter leaves at once.
  void send_all() {
    EXPECT_TRUE(database_->writer().run_blocking([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto due, mail::due(session, clock_.now(), 100'000));
      for (const auto& letter : due) {
        RV_TRY(mail::settle(session, letter.id, mail::State::kSent, clock_.now(), ""));
      }
      return {};
    }));
  }
  std::vector<std::string> subjects_to(const std::string& mail) {
    std::vector<std::string> list;
    read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto letters, mail::list_to(session, mail));
      for (const auto& letter : letters) list.push_back(letter.message.subject);
      return {};
    });
    return list;
  }
  std::size_t free_on(const std::string& day) { return calendar_->free(choice(), day).size(); }
  void sweep() {
    ASSERT_TRUE(run_task(registrations_->sweep()));
    ASSERT_TRUE(standby_->sweep());
  }
  void collect() {
    clock_.advance(Duration::minutes(11));
    sweep();
    send_all();
  }

  std::unique_ptr<Standby> standby_;
};

class StandbyLists : public testing::TestWithParam<std::string> {
 protected:
  StandbyWorld world_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Records, StandbyLists, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

TEST_P(StandbyLists, ACancelledTimeGoesToWhoWaitsAndIsNeverOnThePage) {
  const Booking booked = world_.book("2025-02-06", "10:00");
  const std::string waiting = world_.wait("bea@x.test");
  world_.cancel(booked);
  EXPECT_EQ(world_.free_on("2025-02-06"), 11U) << "kept in the transaction that freed it";
  world_.sweep();
  EXPECT_FALSE(world_.is_offered(waiting)) << "collecting";
  world_.reopen();
  world_.collect();
  ASSERT_TRUE(world_.is_offered(waiting));
  EXPECT_EQ(world_.subjects_to("bea@x.test").back(), "Ein Termin ist frei: kurz");
  world_.reopen();
  const auto known = world_.view(waiting);
  const auto done = run_task(world_.standby_->accept(*known, "Bea"));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(ticket::visit_of(*done, *world_.registrations_)->starts_at,
            world_.slot("2025-02-06", "10:00").from);
  EXPECT_FALSE(done->confirm_by) << "she came by her letter";
  EXPECT_EQ(world_.view(waiting).error().code, Code::kGone) << "waits no more";
  // Again, as by a second click: the same appointment.
  EXPECT_EQ(run_task(world_.standby_->accept(*known, "Bea"))->id, done->id);
  world_.clock_.advance(Duration::days(1));
  world_.sweep();
  EXPECT_EQ(world_.free_on("2025-02-06"), 11U) << "hers for good";
}

TEST_P(StandbyLists, DeclinedOrUnansweredGoesOnAndAtLastToThePage) {
  const Booking booked = world_.book("2025-02-06", "10:00");
  std::set<std::string> waiting;
  for (const char* mail : {"a@x.test", "b@x.test"}) waiting.insert(world_.wait(mail));
  world_.cancel(booked);
  world_.collect();
  const auto offered = [&] {
    std::string who;
    for (const std::string& id : waiting) {
      if (!world_.is_offered(id)) continue;
      EXPECT_TRUE(who.empty()) << "one at a time";
      who = id;
    }
    return who;
  };
  const std::string first = offered();
  ASSERT_FALSE(first.empty());
  ASSERT_TRUE(run_task(world_.standby_->decline(first)));
  ASSERT_TRUE(run_task(world_.standby_->decline(first))) << "twice is no error";
  const std::string second = offered();
  ASSERT_FALSE(second.empty());
  EXPECT_NE(second, first);
  world_.send_all();
  world_.clock_.advance(Duration::hours(3));
  world_.sweep();
  EXPECT_EQ(offered(), "");
  EXPECT_EQ(world_.free_on("2025-02-06"), 12U) << "everybody's";
  EXPECT_EQ(world_.view(second)->entry.unanswered, 1) << "and waits on";
  EXPECT_EQ(world_.standby_->look_for_new().value(), 2) << "others of the same day";
  world_.collect();
  for (const std::string& id : waiting) {
    ASSERT_TRUE(world_.is_offered(id));
    EXPECT_NE(world_.view(id)->draw->slot, world_.slot("2025-02-06", "10:00")) << "asked once";
  }
}

TEST_P(StandbyLists, TwoUnansweredOffersEndWaiting) {
  const std::string id = world_.wait("a@x.test");
  for (const char* time : {"10:00", "10:10"}) {
    const Booking booked = world_.book("2025-02-06", time);
    world_.cancel(booked);
    world_.collect();
    ASSERT_TRUE(world_.is_offered(id));
    world_.clock_.advance(Duration::hours(3));
    world_.sweep();
  }
  EXPECT_EQ(world_.view(id).error().code, Code::kGone);
  EXPECT_EQ(world_.subjects_to("a@x.test").back(), "Frist abgelaufen: kurz");
}

TEST_P(StandbyLists, AnOfferWhoseLetterHasNotLeftDoesNotRunOut) {
  const std::string id = world_.wait("a@x.test");
  world_.cancel(world_.book("2025-02-06", "10:00"));
  world_.clock_.advance(Duration::minutes(11));
  world_.sweep();
  const auto before = world_.view(id);
  ASSERT_TRUE(before && before->draw);
  world_.clock_.advance(Duration::hours(3));
  world_.sweep();
  const auto after = world_.view(id);
  ASSERT_TRUE(after && after->draw);
  EXPECT_GT(after->draw->offered_until, before->draw->offered_until);
  const auto subjects = world_.subjects_to("a@x.test");
  EXPECT_EQ(std::ranges::count(subjects, "Ein Termin ist frei: kurz"), 1) << "made anew";
}

TEST_P(StandbyLists, NobodyElseTakesWhatIsOffered) {
  const Booking booked = world_.book("2025-02-06", "10:00");
  const std::string one = world_.wait("a@x.test");
  const std::string two = world_.wait("b@x.test");
  world_.cancel(booked);
  world_.collect();
  const bool is_one = world_.is_offered(one);
  const auto hers = world_.view(is_one ? one : two);
  auto other = world_.view(is_one ? two : one);
  EXPECT_EQ(run_task(world_.standby_->accept(*other, "B")).error().code, Code::kHoldEnded);
  other->draw = hers->draw;  // whatever she sends
  EXPECT_EQ(run_task(world_.standby_->accept(*other, "B")).error().code, Code::kHoldEnded);
  EXPECT_FALSE(
      run_task(world_.calendar_->hold(world_.choice(), world_.slot("2025-02-06", "10:00"))));
  // Too late, though the sweep has not come by yet.
  world_.clock_.advance(Duration::hours(30));
  EXPECT_EQ(run_task(world_.standby_->accept(*hers, "A")).error().code, Code::kHoldEnded);
}

TEST_P(StandbyLists, OnlyWhoConfirmedAndFitsIsAsked) {
  const Booking booked = world_.book("2025-02-06", "10:00");
  const std::string unconfirmed = world_.enter("u@x.test");
  const std::string later = world_.wait("l@x.test", "kurz", "2025-02-07", "2025-02-09");
  const std::string other = world_.wait("o@x.test", "lang", "2025-02-06", "2025-02-06");
  world_.cancel(booked);
  EXPECT_EQ(world_.free_on("2025-02-06"), 12U) << "nobody waits for it";
  world_.collect();
  for (const std::string& id : {unconfirmed, later, other}) EXPECT_FALSE(world_.is_offered(id));
}

TEST_P(StandbyLists, ShortTimesAndClosedCountersAreNotDrawn) {
  (void)world_.wait("a@x.test");
  const Booking soon = world_.book("2025-02-06", "10:00");
  const Booking closed = world_.book("2025-02-07", "10:00");
  world_.clock_.set(*parse_iso8601("2025-02-06T07:00:00Z"));
  world_.cancel(soon);
  EXPECT_EQ(world_.free_on("2025-02-06"), 12U) << "begins in two hours";
  auto changed = std::make_shared<event::Programme>(*world_.programme_);
  changed->counters.front().hours.push_back(
      {.weekdays = {}, .date = "2025-02-07", .from = {}, .to = {}, .closed = true});
  world_.programme_ = changed;
  world_.cancel(closed);
  world_.clock_.advance(Duration::minutes(30));
  world_.sweep();
  const auto subjects = world_.subjects_to("a@x.test");
  EXPECT_EQ(std::ranges::count(subjects, "Ein Termin ist frei: kurz"), 0);
}

TEST_P(StandbyLists, WhatIsOfferedInHoursThatAreClosedByNowIsTakenBack) {
  const event::ProgrammePtr open = world_.programme_;
  auto closed = std::make_shared<event::Programme>(*open);
  closed->counters.front().hours.push_back(
      {.weekdays = {}, .date = "2025-02-06", .from = {}, .to = {}, .closed = true});
  const std::string id = world_.wait("a@x.test", "kurz", "2025-02-06", "2025-02-06");
  world_.cancel(world_.book("2025-02-06", "10:00"));
  world_.collect();
  const auto known = world_.view(id);
  ASSERT_TRUE(known && known->draw);
  world_.programme_ = closed;
  EXPECT_EQ(run_task(world_.standby_->accept(*known, "A")).error().code, Code::kHoldEnded)
      << "before the sweep has come by";
  world_.sweep();
  EXPECT_FALSE(world_.is_offered(id)) << "before it runs out";
  EXPECT_EQ(world_.view(id)->entry.unanswered, 0) << "and waits on";
  world_.programme_ = open;
  EXPECT_EQ(world_.free_on("2025-02-06"), 12U) << "nothing is kept any more";
}

TEST_P(StandbyLists, AnOfferThatHasNotLeftIsNotMadeWhenTheCounterCloses) {
  const event::ProgrammePtr open = world_.programme_;
  auto closed = std::make_shared<event::Programme>(*open);
  closed->counters.front().hours.push_back(
      {.weekdays = {}, .date = "2025-02-06", .from = {}, .to = {}, .closed = true});
  (void)world_.wait("a@x.test", "kurz", "2025-02-06", "2025-02-06");
  world_.cancel(world_.book("2025-02-06", "10:00"));
  world_.clock_.advance(Duration::minutes(11));
  world_.sweep();
  const auto offers = [&] {
    const auto subjects = world_.subjects_to("a@x.test");
    return std::ranges::count(subjects, "Ein Termin ist frei: kurz");
  };
  EXPECT_EQ(offers(), 1);
  world_.programme_ = closed;
  world_.sweep();
  EXPECT_EQ(offers(), 0);
}

TEST_P(StandbyLists, NewHoursAreForThoseWhoWaitFirstButNoMoreThanTheyAre) {
  auto closed = std::make_shared<event::Programme>(*world_.programme_);
  closed->counters.front().hours.push_back(
      {.weekdays = {}, .date = "2025-02-06", .from = {}, .to = {}, .closed = true});
  const event::ProgrammePtr open = world_.programme_;
  world_.programme_ = closed;
  for (const char* mail : {"a@x.test", "b@x.test"}) {
    (void)world_.wait(mail, "kurz", "2025-02-06", "2025-02-06");
  }
  EXPECT_EQ(world_.standby_->look_for_new().value(), 0);
  world_.programme_ = open;
  EXPECT_EQ(world_.standby_->look_for_new().value(), 2);
  EXPECT_EQ(world_.standby_->look_for_new().value(), 0);
  EXPECT_EQ(world_.free_on("2025-02-06"), 10U);
}

TEST_P(StandbyLists, OneAddressWaitsInTwoPlacesAndIsErasedAsAPerson) {
  (void)world_.wait("a@x.test", "kurz");
  const std::string again = world_.wait("A@x.test", "kurz", "2025-02-07", "2025-02-07");
  (void)world_.wait("a@x.test", "lang");
  world_.clock_.advance(Duration::hours(2));  // so that a letter may go
  const std::string third = world_.enter("a@x.test", "mittel");
  EXPECT_EQ(run_task(world_.standby_->confirm(third)).error().code, Code::kSeatLimit);
  std::string text;
  world_.read([&](records::Session& session) -> Result<> {
    json::Writer out(text);
    out.begin_object();
    RV_TRY(Standby::write_person(session, "a@x.test", out));
    out.end_object();
    return {};
  });
  EXPECT_NE(text.find("appointment-standby"), std::string::npos) << text;
  EXPECT_NE(text.find("delete_after"), std::string::npos) << text;
  world_.cancel(world_.book("2025-02-07", "10:00"));
  world_.collect();
  ASSERT_TRUE(world_.is_offered(again));
  EXPECT_EQ(world_.database_->writer()
                .run_blocking([&](records::Session& session) {
                  return world_.standby_->erase_person(session, "a@x.test");
                })
                .value(),
            3);
  EXPECT_TRUE(world_.subjects_to("a@x.test").empty());
  world_.sweep();
  EXPECT_EQ(world_.free_on("2025-02-07"), 12U) << "what she was offered is everybody's";
}

TEST_P(StandbyLists, GoAtTheirRetention) {
  const std::string unconfirmed = world_.enter("u@x.test");
  const std::string waiting = world_.wait("a@x.test");
  const auto erase = [&] {
    return world_.database_->writer().run_blocking([&](records::Session& session) {
      return world_.standby_->erase_ended(session, world_.clock_.now());
    });
  };
  world_.clock_.advance(Duration::hours(25));
  EXPECT_EQ(run_task(world_.standby_->confirm(unconfirmed)).error().code, Code::kGone);
  ASSERT_TRUE(erase());
  EXPECT_EQ(world_.view(unconfirmed).error().code, Code::kGone);
  EXPECT_TRUE(world_.view(waiting));
  world_.clock_.set(*parse_iso8601("2025-02-08T23:00:00Z"));
  ASSERT_TRUE(erase());
  EXPECT_EQ(world_.view(waiting).error().code, Code::kGone);
  EXPECT_TRUE(world_.subjects_to("a@x.test").empty());
}

TEST_P(StandbyLists, NoOfferEndsAtNight) {
  const std::string id = world_.wait("a@x.test");
  world_.clock_.set(*parse_iso8601("2025-02-04T19:00:00Z"));
  world_.cancel(world_.book("2025-02-07", "10:00"));
  world_.collect();
  ASSERT_TRUE(world_.is_offered(id));
  EXPECT_EQ(world_.view(id)->draw->offered_until, web::from_local("2025-02-05", "10:00").value());
}

TEST_P(StandbyLists, WhatIsFreeIsPublicAndWrittenWhereItChanged) {
  std::map<std::string, std::string> entities = {
      {availability_id("eid", "gone"), R"({"id": ")" + availability_id("eid", "gone") + R"("})"}};
  const auto free = [&] {
    const auto document = json::Document::parse(entities.at(availability_id("eid", "kurz")));
    return document->root().find("urn:revier:ns:freeAppointments")->find("value")->as_integer();
  };
  Availability availability(
      {.calendar = *world_.calendar_,
       .civil_clock = world_.clock_,
       .put =
           [&](const std::string& id, std::string entity) {
             entities[id] = std::move(entity);
             if (entities[id].empty()) entities.erase(id);
             return Result<>{};
           },
       .entities =
           [&](std::string_view) { return std::vector<std::string>{entities.begin()->second}; }});
  EXPECT_EQ(availability.publish().value(), 4) << "three offers, and one that is gone";
  EXPECT_EQ(entities.size(), 3U);
  const auto before = free();
  EXPECT_EQ(availability.publish().value(), 0);
  const Booking booked = world_.book("2025-02-06", "10:00");
  EXPECT_EQ(availability.publish().value(), 3) << "they share the desk";
  EXPECT_EQ(free(), *before - 1);
  (void)world_.wait("a@x.test");
  world_.cancel(booked);
  EXPECT_EQ(availability.publish().value(), 0) << "kept for who waits";
}

// Pearson's statistic of counts against all alike.
double chi_square(const std::vector<std::int64_t>& counts, double expected) {
  double sum = 0;
  for (const std::int64_t count : counts) {
    const double off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  return sum;
}

// Each of eight at each of eight places, 20,000 times: 49 degrees of freedom. 94.5 is passed once
// in ten thousand fair runs; an order by sign-up, or a shuffle that swaps with any place, by
// thousands.
TEST(StandbyLot, EveryPlaceIsAsLikelyForEverybody) {
  constexpr std::size_t kPeople = 8;
  constexpr int kDraws = 20'000;
  SeededRandom random(11);
  std::vector<std::string> people;
  for (std::size_t i = 0; i < kPeople; ++i) people.push_back(std::to_string(i));
  std::vector<std::int64_t> at(kPeople * kPeople);
  double product = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::vector<std::string> order = drawn_by_lot(people, random);
    ASSERT_EQ(std::set(order.begin(), order.end()).size(), kPeople);
    for (std::size_t place = 0; place < kPeople; ++place) {
      const std::size_t who = std::stoul(order[place]);
      ++at[who * kPeople + place];
      product += (static_cast<double>(who) - 3.5) * (static_cast<double>(place) - 3.5);
    }
  }
  EXPECT_LT(chi_square(at, kDraws / static_cast<double>(kPeople)), 94.5);
  // Rank correlation of signing up and place: mean 0, deviation 1 / sqrt(7 * draws) = 0.0027.
  EXPECT_LT(std::abs(product / kDraws / 42.0), 0.011);
}

// The same through records, letters and declining: who signs up first is first no more often than
// who signs up last. Five degrees of freedom, 25.7 once in ten thousand.
TEST(StandbyLot, TheFirstOfferGoesToAnybody) {
  StandbyWorld world("sqlite");
  constexpr std::size_t kPeople = 6;
  constexpr int kDays = 15;
  std::vector<std::string> people;
  for (std::size_t i = 0; i < kPeople; ++i) {
    people.push_back(
        world.wait("p" + std::to_string(i) + "@x.test", "kurz", "2025-02-05", "2025-04-01"));
    world.clock_.advance(Duration::minutes(1));
  }
  std::vector<std::int64_t> first(kPeople);
  std::int64_t draws = 0;
  std::string day = "2025-02-06";
  for (int n = 0; n < kDays; ++n, day = day_after(day, 1).value()) {
    std::vector<std::string> made;
    for (const Slot slot : world.calendar_->free(world.choice(), day)) {
      const auto hold = run_task(world.calendar_->hold(world.choice(), slot));
      ASSERT_TRUE(hold);
      const auto done = run_task(world.registrations_->complete({.booking = hold->id,
                                                                 .name = {},
                                                                 .mail = {},
                                                                 .consents = {},
                                                                 .idempotency_key = {},
                                                                 .at_desk = true}));
      ASSERT_TRUE(done);
      ASSERT_TRUE(run_task(world.registrations_->cancel(done->id)));
      const std::string draw = [&] {
        std::string id;
        world.read([&](records::Session& session) -> Result<> {
          RV_ASSIGN(const auto row, session.one("SELECT id FROM standby_draw WHERE drawn = 0"));
          id = row.text("id");
          return {};
        });
        return id;
      }();
      world.clock_.advance(Duration::minutes(11));
      ASSERT_TRUE(world.standby_->sweep());
      world.read([&](records::Session& session) -> Result<> {
        RV_ASSIGN(const auto order, rows::turns(session, draw));
        EXPECT_EQ(order.size(), kPeople);
        RV_ASSIGN(const auto drawn, rows::find_draw(session, draw));
        EXPECT_EQ(drawn->entry, order.front()) << "the order of the draw is that of the offers";
        ++first[static_cast<std::size_t>(std::ranges::find(people, drawn->entry) - people.begin())];
        return {};
      });
      ++draws;
      // Nobody is left with an offer when the next time comes free.
      ASSERT_TRUE(world.database_->writer().run_blocking(
          [&](records::Session& session) { return rows::erase_draw(session, draw); }));
      world.clock_.set(*parse_iso8601("2025-02-04T09:00:00Z"));
    }
  }
  EXPECT_EQ(draws, kDays * 12);
  EXPECT_LT(chi_square(first, static_cast<double>(draws) / kPeople), 25.7);
}

}  // namespace
}  // namespace revier::appointment
