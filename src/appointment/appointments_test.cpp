// SPDX-License-Identifier: EUPL-1.2
// Appointments on the quotas of the ticket domain, on both record systems.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "appointment/reminders.h"
#include "appointment/test_world.h"
#include "appointment/visit.h"
#include "base/run_task.h"
#include "ticket/changes_store.h"
#include "ticket/letters.h"

namespace revier::appointment {
namespace {

using ticket::Booking;

// Two desks on 6 February 2025, for 10 and 25 minutes.
class World : public CounterWorld {
 public:
  explicit World(const std::string& system)
      : CounterWorld(
            system,
            one_counter(
                {.weekdays = {}, .date = "2025-02-06", .from = "10:00", .to = "12:00", .staff = 2},
                30, {{"kurz", 10}, {"lang", 25}}),
            ticket::all_migrations()) {
    clock_.set(*parse_iso8601("2025-02-04T08:00:00Z"));
    reopen();
  }
  void reopen() { open({}, {}); }

  Slot slot(std::string_view offer, std::string_view time) {
    const Instant from = web::from_local("2025-02-06", time).value();
    return {from, from + choice(offer).length};
  }
  Result<Booking> hold(std::string_view offer, std::string_view time, std::string device = {}) {
    return run_task(calendar_->hold(choice(offer), slot(offer, time), std::move(device)));
  }
  Result<Booking> complete(const Booking& hold, std::string mail, bool must_confirm = false) {
    return run_task(registrations_->complete({.booking = hold.id,
                                              .name = "Ada",
                                              .mail = std::move(mail),
                                              .consents = {},
                                              .idempotency_key = {},
                                              .must_confirm = must_confirm,
                                              .at_desk = false}));
  }
  std::vector<std::string> subjects() {
    std::vector<std::string> list;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto letters, mail::list(session, 0, 100));
      for (const auto& letter : letters) list.push_back(letter.message.subject);
      return {};
    }));
    return list;
  }
  std::string last_letter() {
    std::string text;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto letters, mail::list(session, 0, 1));
      text = letters.front().message.text;
      return {};
    }));
    return text;
  }
  // The most that any cell has beyond its desks; cells and claims agree.
  std::int64_t overbooked() {
    std::int64_t most = 0;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto rows,
                session.query("SELECT q.id AS id, q.capacity AS capacity, COUNT(c.booking) AS n"
                              " FROM quota q LEFT JOIN booking_claim c ON c.quota = q.id"
                              " GROUP BY q.id, q.capacity"));
      for (const auto& row : rows) {
        most = std::max(most, row.integer("n") - row.integer("capacity"));
        const auto status = registrations_->quota(row.text("id"));
        EXPECT_TRUE(status && status->figures.taken == row.integer("n")) << row.text("id");
      }
      return {};
    }));
    return most;
  }
  std::int64_t remind() {
    return write_reminders({*database_, *registrations_, letters()}, clock_.now()).value();
  }
};

class Appointments : public testing::TestWithParam<std::string> {
 protected:
  World world_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Records, Appointments, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

TEST_P(Appointments, OffersOfDifferentLengthShareTheDesks) {
  ASSERT_TRUE(world_.hold("lang", "10:00"));
  ASSERT_TRUE(world_.hold("kurz", "10:20"));
  const auto full = world_.hold("lang", "10:00");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kQuotaFull);
  const auto free = world_.calendar_->free(world_.choice("lang"), "2025-02-06");
  EXPECT_EQ(free.size(), 3U) << "from 10:25 on one desk at least is free";
  EXPECT_EQ(world_.overbooked(), 0);
}

TEST_P(Appointments, AreKeptOverARestartAndEndByThemselves) {
  const auto hold = world_.hold("kurz", "10:00");
  ASSERT_TRUE(hold);
  world_.reopen();
  EXPECT_EQ(world_.registrations_->quota(hold->claims[0].quota)->figures.taken, 1);
  EXPECT_TRUE(world_.registrations_->quotas().empty()) << "no list of days or sessions shows them";
  world_.clock_.advance(Duration::minutes(16));
  EXPECT_EQ(run_task(world_.registrations_->sweep()).value(), 1);
  EXPECT_EQ(world_.registrations_->quota(hold->claims[0].quota)->figures.taken, 0);
}

TEST_P(Appointments, NobodyElseBooksTheirCells) {
  ASSERT_TRUE(world_.hold("kurz", "10:00"));
  const std::string cell = cell_id("eid", world_.slot("kurz", "10:00").from);
  const auto alone = run_task(world_.registrations_->hold(
      {.wanted = {{.quota = cell}}, .device = {}, .idempotency_key = {}}));
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code, Code::kResourceNotFound);
}

TEST_P(Appointments, OnePersonHasTwoAndOneDeviceThree) {
  for (const char* time : {"10:00", "10:10"}) {
    ASSERT_TRUE(world_.complete(world_.hold("kurz", time, "a").value(), "Ada@x.test"));
  }
  const auto third = world_.hold("kurz", "10:20", "a");
  ASSERT_TRUE(third);
  const auto refused = world_.complete(*third, "ada@X.test");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kSeatLimit);
  EXPECT_EQ(world_.hold("kurz", "10:30", "a").error().code, Code::kSeatLimit);
  EXPECT_TRUE(world_.complete(world_.hold("kurz", "10:30", "b").value(), "bea@x.test"));
  // What is over counts no more.
  world_.clock_.set(*parse_iso8601("2025-02-06T09:20:00Z"));
  EXPECT_TRUE(world_.complete(world_.hold("kurz", "11:00", "a").value(), "ada@x.test"));
}

TEST_P(Appointments, WithoutProofTheAddressIsConfirmedInTime) {
  const auto one = world_.complete(world_.hold("kurz", "10:00").value(), "a@x.test", true);
  const auto two = world_.complete(world_.hold("kurz", "10:10").value(), "b@x.test", true);
  ASSERT_TRUE(one && two);
  ASSERT_TRUE(run_task(world_.registrations_->confirm(one->id)));
  // The letters left at once.
  ASSERT_TRUE(world_.database_->writer().run_blocking([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto letters, mail::list(session, 0, 100));
    for (const auto& letter : letters) {
      RV_TRY(mail::settle(session, letter.id, mail::State::kSent, world_.clock_.now(), ""));
    }
    return {};
  }));
  world_.clock_.advance(Duration::minutes(31));
  EXPECT_EQ(run_task(world_.registrations_->sweep()).value(), 1);
  EXPECT_EQ(world_.registrations_->quota(one->claims[0].quota)->figures.taken, 1);
  EXPECT_EQ(world_.registrations_->quota(two->claims[0].quota)->figures.taken, 0);
  EXPECT_EQ(world_.subjects().front(), "Abgesagt: kurz");
}

TEST_P(Appointments, MoveIsAllOrNothing) {
  const auto booked = world_.complete(world_.hold("lang", "10:00").value(), "a@x.test");
  ASSERT_TRUE(booked);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(world_.hold("kurz", "11:20"));
  const auto move = [&](std::string_view time) {
    return run_task(
        world_.calendar_->move(world_.choice("lang"), world_.slot("lang", time), booked->id));
  };
  EXPECT_EQ(move("11:15").error().code, Code::kQuotaFull);
  EXPECT_EQ(ticket::visit_of(*booked, *world_.registrations_)->starts_at,
            world_.slot("lang", "10:00").from);
  // Onto a part of itself.
  const auto moved = move("10:10");
  ASSERT_TRUE(moved) << moved.error().message;
  const auto visit = ticket::visit_of(*moved, *world_.registrations_);
  EXPECT_EQ(visit->starts_at, world_.slot("lang", "10:10").from);
  EXPECT_EQ(visit->ends_at, world_.slot("lang", "10:10").to);
  EXPECT_EQ(moved->claims.size(), 5U);
  EXPECT_EQ(world_.overbooked(), 0);
  EXPECT_EQ(world_.subjects().front(), "Verlegt: lang");
}

TEST_P(Appointments, TheLetterAboutAnotherTimeTellsIt) {
  const auto booked = world_.complete(world_.hold("lang", "10:00").value(), "a@x.test");
  ASSERT_TRUE(booked);
  // Nobody has asked for these minutes before: the same job makes their quotas and the letter.
  ASSERT_TRUE(run_task(
      world_.calendar_->move(world_.choice("lang"), world_.slot("lang", "11:30"), booked->id)));
  const std::string told = world_.last_letter();
  EXPECT_NE(told.find("- Donnerstag, 6. Februar 2025, 11:30–11:55 Uhr\n"), std::string::npos)
      << told;
  EXPECT_EQ(told.find("- \n"), std::string::npos) << told;
  // Cancelled before that has left: only this is told.
  ASSERT_TRUE(run_task(world_.registrations_->cancel(booked->id)));
  EXPECT_EQ(world_.subjects(), (std::vector<std::string>{"Abgesagt: lang", "Ihr Termin: lang"}));
  EXPECT_NE(world_.last_letter().find("11:30–11:55 Uhr"), std::string::npos);
}

TEST_P(Appointments, AtTheDeskWithoutAddress) {
  for (const char* time : {"10:00", "10:10", "10:20"}) {
    const auto done =
        run_task(world_.registrations_->complete({.booking = world_.hold("kurz", time)->id,
                                                  .name = {},
                                                  .mail = {},
                                                  .consents = {},
                                                  .idempotency_key = {},
                                                  .at_desk = true}));
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(call_number(*done).size(), 4U);
    ASSERT_TRUE(run_task(world_.registrations_->cancel(done->id)));
  }
  EXPECT_TRUE(world_.subjects().empty());
}

TEST_P(Appointments, LeadTimeBindsVisitorsOnly) {
  world_.clock_.set(*parse_iso8601("2025-02-06T09:00:00Z"));
  const Choice choice = world_.choice("kurz");
  EXPECT_EQ(world_.calendar_->next_free(choice)->from, world_.slot("kurz", "10:40").from);
  EXPECT_EQ(world_.calendar_->free(choice, "2025-02-06", true).front().from,
            world_.slot("kurz", "10:10").from);
  EXPECT_FALSE(world_.calendar_->chosen(choice, "2025-02-06T09:10:00Z"));
  EXPECT_TRUE(world_.calendar_->chosen(choice, "2025-02-06T09:10:00Z", true));
  EXPECT_FALSE(world_.calendar_->chosen(choice, "2025-02-06T09:11:00Z", true));
  EXPECT_FALSE(world_.calendar_->chosen(choice, "tomorrow", true));
}

TEST_P(Appointments, RemindOnceTheDayBefore) {
  const auto booked = world_.complete(world_.hold("kurz", "10:00").value(), "a@x.test");
  ASSERT_TRUE(booked);
  EXPECT_EQ(world_.remind(), 0);
  world_.clock_.set(*parse_iso8601("2025-02-05T10:00:00Z"));
  ASSERT_TRUE(world_.complete(world_.hold("kurz", "10:30").value(), "late@x.test"));
  EXPECT_EQ(world_.remind(), 1);
  EXPECT_EQ(world_.remind(), 0);
  EXPECT_EQ(world_.subjects().front(), "Erinnerung: kurz");
}

TEST_P(Appointments, AreErasedAfterFourteenDays) {
  ASSERT_TRUE(world_.complete(world_.hold("kurz", "10:00").value(), "a@x.test"));
  world_.clock_.set(*parse_iso8601("2025-02-20T10:00:00Z"));
  ASSERT_TRUE(world_.registrations_->keep_retention());
  EXPECT_EQ(world_.registrations_->appointments("termin:eid:").size(), 2U);
  world_.clock_.advance(Duration::days(1));
  ASSERT_TRUE(world_.registrations_->keep_retention());
  ASSERT_TRUE(world_.registrations_->keep_retention());
  (void)world_.hold("kurz", "10:00");  // the next job reads the records again
  EXPECT_TRUE(world_.registrations_->appointments("termin:eid:").empty());
}

TEST_P(Appointments, TheLetterSaysWhatIsNeeded) {
  const auto booked = world_.complete(world_.hold("lang", "10:00").value(), "a@x.test", true);
  ASSERT_TRUE(booked);
  const auto letter =
      write_letter(world_.letters(), {.kind = ticket::LetterKind::kConfirmed, .booking = *booked},
                   *world_.registrations_);
  const std::string page = "https://x.test" + ticket::ticket_path(world_.links_, *booked);
  for (const std::string& part :
       {std::string("Donnerstag, 6. Februar 2025, 10:00–10:25 Uhr"), std::string("Personalausweis"),
        call_number(*booked), page, page + "/termin.ics", std::string("/bestaetigen/")}) {
    EXPECT_NE(letter.text.find(part), std::string::npos) << part << "\n" << letter.text;
  }
  const Visit visit =
      describe(*booked, *world_.programme_, *world_.registrations_, web::Language::kDe);
  const std::string file = calendar_file(*booked, visit, page, world_.clock_.now());
  EXPECT_NE(file.find("DTSTART:20250206T090000Z"), std::string::npos) << file;
  EXPECT_NE(file.find("DTEND:20250206T092500Z"), std::string::npos) << file;
}

// Whatever is held, booked, moved, given up, over restarts: nobody is double-booked, and memory and
// records agree.
RC_GTEST_PROP(AppointmentsProperty, AreNeverDoubleBooked, ()) {
  World world("sqlite");
  std::vector<Booking> held;
  std::vector<Booking> booked;
  const std::vector<Slot> brief =
      slots(*world.choice("kurz").counter, Duration::minutes(10), "2025-02-06");
  const std::vector<Slot> lengthy =
      slots(*world.choice("lang").counter, Duration::minutes(25), "2025-02-06");
  const int steps = *rc::gen::inRange(5, 16);
  for (int step = 0; step < steps; ++step) {
    const bool is_long = *rc::gen::inRange(0, 2) == 1;
    const Choice choice = world.choice(is_long ? "lang" : "kurz");
    const Slot slot = *rc::gen::elementOf(is_long ? lengthy : brief);
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        if (!held.empty()) {
          if (auto done = world.complete(held.back(), "p" + std::to_string(step) + "@x.test")) {
            booked.push_back(*done);
          }
          held.pop_back();
        }
        break;
      case 1:
        if (!booked.empty()) {
          const Choice same = world.choice(booked.back().subject);
          const auto& own = booked.back().subject == "lang" ? lengthy : brief;
          (void)run_task(world.calendar_->move(same, *rc::gen::elementOf(own), booked.back().id));
        }
        break;
      case 2:
        if (!booked.empty()) {
          RC_ASSERT(run_task(world.registrations_->cancel(booked.back().id)).has_value());
          booked.pop_back();
        }
        break;
      case 3:
        if (*rc::gen::inRange(0, 4) == 0) world.reopen();
        break;
      default:
        if (auto hold = run_task(world.calendar_->hold(choice, slot))) held.push_back(*hold);
    }
  }
  RC_ASSERT(world.overbooked() <= 0);
}

}  // namespace
}  // namespace revier::appointment
