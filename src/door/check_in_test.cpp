// SPDX-License-Identifier: EUPL-1.2
#include "door/check_in.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "audit/audit.h"
#include "base/run_task.h"
#include "consent/consent.h"
#include "door/api.h"
#include "door/api_json.h"
#include "door/snapshot.h"
#include "door/store.h"
#include "json/json.h"
#include "mail/outbox.h"
#include "net/server.h"
#include "publication/publication.h"
#include "support/test_records.h"
#include "ticket/booking_store.h"
#include "ticket/standing_tickets.h"
#include "ticket/ticket_pdf.h"

namespace revier::door {
namespace {

constexpr std::string_view kDay = "2025-02-05";
const Instant kMorning = *parse_iso8601("2025-02-05T08:00:00Z");

std::vector<records::Migration> all_migrations() {
  std::vector<records::Migration> all;
  for (const auto part : {consent::migrations(), mail::migrations(), publication::migrations(),
                          ticket::rows::migrations(), rows::migrations(), identity::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class Door : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    database_ = *records::Database::open(records_.options(), all_migrations());
    identity_ = *identity::Identity::open(*database_, clock_, random_, {.no_auth = true});
    registrations_ = *ticket::Registrations::open(
        {.database = *database_,
         .civil_clock = clock_,
         .random = random_,
         .publisher = publisher_,
         .letter = [](const ticket::LetterOrder& order) {
           return mail::Message{.key = ticket::letter_key(order),
                                .purpose = "registration",
                                .to = order.booking.mail,
                                .subject = "Ticket",
                                .text = order.booking.code,
                                .delete_after = order.booking.delete_after};
         }});
    put_day("tag-2025-02-05", kMorning);
    put_day("tag-2025-02-06", kMorning + Duration::days(1));
    ada_ = book("tag-2025-02-05");
    clock_.set(kMorning);
  }

  void put_day(const char* id, Instant day) { put(id, ticket::QuotaKind::kDay, day); }
  void put(const char* id, ticket::QuotaKind kind, Instant day) {
    ASSERT_TRUE(run_task(registrations_->put_quotas({{.id = id,
                                                      .event = "scd",
                                                      .kind = kind,
                                                      .entity = std::string("urn:ngsi-ld:x:") + id,
                                                      .title_de = id,
                                                      .title_en = id,
                                                      .starts_at = day,
                                                      .ends_at = day + Duration::hours(8),
                                                      .opens_at = {0},
                                                      .closes_at = day + Duration::hours(8),
                                                      .capacity = 3,
                                                      .seats_a_person_max = 3}})));
  }

  ticket::Booking book(const char* quota) {
    const auto held = run_task(registrations_->hold({.wanted = {{.quota = quota}}}));
    EXPECT_TRUE(held) << held.error().message;
    return *run_task(
        registrations_->complete({.booking = held->id, .name = "Ada", .mail = "ada@example.org"}));
  }

  static identity::Caller account(const char* id) {
    auto subject = std::make_shared<identity::Caller::Subject>();
    subject->id = id;
    return {identity::Caller::Kind::kSession, std::move(subject)};
  }

  std::vector<audit::Line> audit_lines() {
    std::vector<audit::Line> lines;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(lines, audit::list(session, {}));
      return {};
    }));
    return lines;
  }

  Answer take(const std::string& ticket, const std::string& desk = "A",
              const std::string& id = {}) {
    return *run_task(check_in(domain(), {.ticket = ticket, .day = day_, .desk = desk, .id = id}));
  }
  // By a desk that was cut off, so many minutes ago, with a clock that is a day wrong.
  Answer took(const std::string& ticket, const std::string& desk, int minutes_ago,
              const std::string& id) {
    const Instant sent = clock_.now() + Duration::days(1);
    return *run_task(check_in(domain(), {.ticket = ticket,
                                         .day = day_,
                                         .desk = desk,
                                         .id = id,
                                         .taken_at = sent - Duration::minutes(minutes_ago),
                                         .sent_at = sent}));
  }
  ticket::Domain domain() {
    return {*database_, *registrations_, links_, keys_, *identity_, pool_, pool_, clock_};
  }
  std::int64_t count_in() {
    std::int64_t count = -1;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(count, rows::count_in(session, kDay));
      return {};
    }));
    return count;
  }
  std::vector<rows::Line> conflicts() {
    std::vector<rows::Line> lines;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(lines, rows::conflicts(session, kDay));
      return {};
    }));
    return lines;
  }

  tests::TestRecords records_{GetParam()};
  ManualClock clock_{kMorning - Duration::days(10)};
  SystemRandom random_;
  publication::Publisher publisher_{[](const publication::Item&) { return Result<>{}; }};
  net::Pool pool_{1, 16};
  ticket::SecretLinks links_{ticket::SecretLinks::Key{}};
  ticket::TicketKeys keys_ =
      *ticket::TicketKeys::parse(ticket::TicketKeys::with_new_key("", random_, clock_.now()));
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<ticket::Registrations> registrations_;
  ticket::DayQuota day_{std::string(kDay), "tag-2025-02-05", "scd", {"tag-2025-02-05"}};
  ticket::Booking ada_;
};

INSTANTIATE_TEST_SUITE_P(On, Door, testing::ValuesIn(tests::record_systems()),
                         [](const auto& one) { return one.param; });

TEST_P(Door, ATicketIsTakenOnceADay) {
  const Answer first = take(ada_.code, "Eingang Villa");
  EXPECT_EQ(first.verdict, Verdict::kAccepted);
  EXPECT_EQ(first.check_in->at, kMorning);
  clock_.advance(Duration::minutes(5));
  const Answer again = take(ticket::qr_text(ada_, *registrations_, keys_), "Tor");
  EXPECT_EQ(again.verdict, Verdict::kUsed);
  EXPECT_EQ(again.check_in->at, kMorning);
  EXPECT_EQ(again.check_in->desk, "Eingang Villa");
  EXPECT_EQ(count_in(), 1);
}

TEST_P(Door, ASeatInASessionAdmitsOnItsDay) {
  put("workshop", ticket::QuotaKind::kSession, kMorning + Duration::hours(2));
  put("other", ticket::QuotaKind::kSession, kMorning + Duration::days(1));
  const ticket::Booking here = book("workshop");
  const ticket::Booking there = book("other");
  day_ = *ticket::day_quota(*registrations_, kDay, clock_.now());
  EXPECT_EQ(day_.admits, (std::vector<std::string>{"tag-2025-02-05", "workshop"}));
  EXPECT_EQ(take(here.code).verdict, Verdict::kAccepted);
  EXPECT_EQ(take(there.code).verdict, Verdict::kOtherDay);
  const auto signed_days = keys_.open(ticket::qr_text(here, *registrations_, keys_))->days;
  EXPECT_EQ(signed_days, (std::vector<ticket::TicketDay>{{std::string(kDay), 1}}));
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto tickets, ticket::rows::tickets_for(session, day_));
    std::map<std::string, ticket::rows::TicketState> states;
    for (const auto& ticket : tickets) states[ticket.booking] = ticket.state;
    EXPECT_EQ(states[here.id], ticket::rows::TicketState::kBooked);
    EXPECT_EQ(states[there.id], ticket::rows::TicketState::kOtherDay);
    EXPECT_EQ(states[ada_.id], ticket::rows::TicketState::kBooked);
    RV_ASSIGN(const std::int64_t expected, ticket::rows::count_registered(session, day_.admits));
    EXPECT_EQ(expected, 2);
    return {};
  }));
}

TEST_P(Door, RefusesWithAReason) {
  EXPECT_EQ(take("AAAA-AAAA-AAAA").verdict, Verdict::kUnknown);
  const ticket::TicketKeys foreign =
      *ticket::TicketKeys::parse(ticket::TicketKeys::with_new_key("", random_, clock_.now()));
  EXPECT_EQ(take(ticket::qr_text(ada_, *registrations_, foreign)).verdict, Verdict::kForged);
  EXPECT_EQ(take(book("tag-2025-02-06").code).verdict, Verdict::kOtherDay);
  ASSERT_TRUE(run_task(registrations_->cancel(ada_.id)));
  EXPECT_EQ(take(ada_.code).verdict, Verdict::kCancelled);
  EXPECT_EQ(count_in(), 0);
  EXPECT_TRUE(conflicts().empty()) << "a refused ticket leaves nothing";
}

TEST_P(Door, ARepeatAnswersTheSame) {
  const Answer first = take(ada_.code, "A", "phone-1");
  clock_.advance(Duration::minutes(5));
  const Answer again = take(ada_.code, "A", "phone-1");
  EXPECT_EQ(again.verdict, Verdict::kAccepted);
  EXPECT_EQ(again.check_in->at, first.check_in->at);
  EXPECT_TRUE(again.others.empty());
  const Answer off_line = took(ada_.code, "A", 3, "phone-1");
  EXPECT_EQ(off_line.verdict, Verdict::kAccepted) << "its first sending was lost to the desk only";
  EXPECT_TRUE(off_line.others.empty());
  const auto other = run_task(
      check_in(domain(), {.ticket = book("tag-2025-02-06").code, .day = day_, .id = "phone-1"}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().field, "id");
}

TEST_P(Door, ATicketTakenAtTwoSeparatedDesksIsReportedWithBothTimesAndDesks) {
  clock_.advance(Duration::hours(1));
  const Answer late = took(ada_.code, "Tor", 10, "tor-1");
  EXPECT_EQ(late.verdict, Verdict::kAccepted);
  EXPECT_TRUE(late.others.empty());
  const Answer early = took(ada_.code, "Villa", 30, "villa-1");
  EXPECT_EQ(early.verdict, Verdict::kAccepted);
  ASSERT_EQ(early.others.size(), 1);
  EXPECT_EQ(early.others.front().desk, "Tor");
  EXPECT_EQ(early.check_in->at, clock_.now() - Duration::minutes(30)) << "skew does not matter";
  EXPECT_EQ(early.check_in->device_at, clock_.now() + Duration::days(1) - Duration::minutes(30))
      << "and is kept";
  const auto lines = conflicts();
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0].check_in.desk, "Villa") << "the first by civil time";
  EXPECT_EQ(lines[1].check_in.desk, "Tor");
  EXPECT_EQ(lines[1].name, "Ada");
  EXPECT_EQ(count_in(), 1);
  EXPECT_EQ(take(ada_.code).check_in->desk, "Villa");
  EXPECT_EQ(take(ada_.code).others.size(), 1);
}

TEST_P(Door, WhatACutOffDeskTookIsKeptWhateverItWas) {
  ASSERT_TRUE(run_task(registrations_->cancel(ada_.id)));
  const Answer cancelled = took(ada_.code, "Tor", 1, "a");
  EXPECT_EQ(cancelled.verdict, Verdict::kCancelled);
  ASSERT_TRUE(cancelled.check_in);
  EXPECT_EQ(cancelled.check_in->problem, Problem::kCancelled);
  EXPECT_EQ(took("AAAA-AAAA-AAAA", "Tor", 1, "b").check_in->problem, Problem::kUnknown);
  EXPECT_EQ(took(book("tag-2025-02-06").code, "Tor", 1, "c").check_in->problem,
            Problem::kNotBooked);
  const ticket::TicketKeys lost =
      *ticket::TicketKeys::parse(ticket::TicketKeys::with_new_key("", random_, clock_.now()));
  EXPECT_EQ(took(ticket::qr_text(ada_, *registrations_, lost), "Tor", 1, "d").check_in->problem,
            Problem::kUnknown);
  EXPECT_EQ(conflicts().size(), 4);
  EXPECT_EQ(count_in(), 0);
  EXPECT_EQ(took("AAAA-AAAA-AAAA", "Tor", 1, "b").verdict, Verdict::kUnknown) << "repeat";
  EXPECT_EQ(conflicts().size(), 4);
  // What belongs to no registration ends by its own time, also when nobody comes any more.
  const auto erased = [&](Instant now) {
    return *database_->writer().run_blocking(
        [&](records::Session& session) { return rows::erase_ended(session, now); });
  };
  EXPECT_EQ(erased(clock_.now()), 0);
  EXPECT_EQ(erased(clock_.now() + Duration::days(400)), 2);
  EXPECT_EQ(conflicts().size(), 2);
}

TEST_P(Door, AMistakeIsTakenBack) {
  const Answer first = take(ada_.code);
  ASSERT_TRUE(run_task(undo(domain(), first.check_in->id, account("staff-1"))));
  ASSERT_TRUE(run_task(undo(domain(), first.check_in->id, account("staff-2"))));
  EXPECT_EQ(count_in(), 0);
  EXPECT_EQ(take(ada_.code).verdict, Verdict::kAccepted);
  EXPECT_EQ(count_in(), 1);
  EXPECT_TRUE(conflicts().empty());
  EXPECT_EQ(run_task(undo(domain(), "none", account("x"))).error().code, Code::kResourceNotFound);
  std::vector<CheckIn> all;
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(all, rows::since(session, kDay, 0, 10));
    return {};
  }));
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].undone_by, "staff-1") << "the first who did it";
  const std::vector<audit::Line> lines = audit_lines();
  ASSERT_EQ(lines.size(), 1U) << "once, by the one who did it";
  EXPECT_EQ(lines[0].action, "check-in.undo");
  EXPECT_EQ(lines[0].object, first.check_in->id);
  EXPECT_EQ(lines[0].actor_id, "staff-1");
  EXPECT_GT(all[1].revision, all[0].revision);
}

TEST_P(Door, AnExportTellsWhatWasTakenBackAndWhatWasWrong) {
  const Answer mistake = take(ada_.code, "Tor");
  clock_.advance(Duration::minutes(5));
  ASSERT_TRUE(run_task(undo(domain(), mistake.check_in->id, account("staff-1"))));
  ASSERT_TRUE(run_task(registrations_->cancel(ada_.id)));
  (void)took(ada_.code, "Villa", 0, "villa-1");
  std::vector<CheckIn> uses;
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(uses, rows::of_booking(session, ada_.id));
    return {};
  }));
  std::string text;
  json::Writer out(text);
  write_uses(out, uses);
  EXPECT_EQ(text, R"([{"day":"2025-02-05","desk":"Tor","at":"2025-02-05T08:00:00Z",)"
                  R"("undone_at":"2025-02-05T08:05:00Z"},)"
                  R"({"day":"2025-02-05","desk":"Villa","at":"2025-02-05T08:05:00Z",)"
                  R"("problem":"cancelled"}])");
}

TEST_P(Door, ErasingARegistrationErasesItsCheckIns) {
  (void)take(ada_.code);
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](records::Session& session) { return ticket::rows::erase(session, ada_.id); }));
  EXPECT_EQ(count_in(), 0);
}

TEST_P(Door, ADeskHearsOfWhatComesAfterAnErasure) {
  const ticket::Booking bob = book("tag-2025-02-05");
  const std::int64_t heard = take(ada_.code).check_in->revision;
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](records::Session& session) { return ticket::rows::erase(session, ada_.id); }));
  const Answer next = take(bob.code);
  ASSERT_TRUE(next.check_in);
  EXPECT_GT(next.check_in->revision, heard);
  std::vector<CheckIn> news;
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(news, rows::since(session, kDay, heard, 10));
    return {};
  }));
  ASSERT_EQ(news.size(), 1);
  EXPECT_EQ(news[0].id, next.check_in->id);
}

TEST_P(Door, RevisionsGoOnBehindThoseOfAnOlderVersion) {
  const tests::TestRecords place{GetParam()};
  std::vector<records::Migration> older = all_migrations();
  std::erase_if(older,
                [](const records::Migration& step) { return step.name == "door-0002-revision"; });
  ASSERT_TRUE(place.open(older)->writer().run_blocking([](records::Session& session) {
    return session.execute(
        "INSERT INTO door_check_in (id, code, day, desk, at, received_at, problem, account,"
        " undone_by, revision, delete_after) VALUES ('a', 'AAAA-AAAA-AAAA', '2025-02-05', '', 0, 0,"
        " '', '', '', 41, 0)");
  }));
  CheckIn next{.id = "b", .code = "BBBB-BBBB-BBBB", .day = std::string(kDay)};
  ASSERT_TRUE(place.open(all_migrations())->writer().run_blocking([&](records::Session& session) {
    return rows::insert(session, next);
  }));
  EXPECT_GT(next.revision, 41);
}

TEST_P(Door, ASnapshotKnowsEveryTicketAndNoName) {
  const ticket::Booking tomorrow = book("tag-2025-02-06");
  Snapshots snapshots(domain());
  const auto before = snapshots.of(day_);
  ASSERT_TRUE(before) << before.error().message;
  const std::string& json = (*before)->json;
  const std::string salt = salt_of(domain(), kDay);
  EXPECT_NE(json.find("\"" + ticket_hash(salt, ada_.code) + "\":\"ok 1\""), std::string::npos);
  EXPECT_NE(json.find("\"" + ticket_hash(salt, tomorrow.code) + "\":\"other-day\""),
            std::string::npos);
  EXPECT_EQ(json.find("Ada"), std::string::npos);
  EXPECT_EQ(json.find(ada_.code.substr(0, 4)), std::string::npos);
  ASSERT_TRUE(run_task(registrations_->cancel(ada_.id)));
  const auto after = Snapshots(domain()).of(day_);
  EXPECT_NE((*after)->tag, (*before)->tag);
  EXPECT_NE((*after)->json.find("cancelled"), std::string::npos);
}

// Whatever desks took in whatever order it arrives, repeats included: nothing is lost or counted
// twice, and the earliest counts.
TEST_P(Door, OrderOfArrivalDoesNotMatter) {
  clock_.advance(Duration::hours(10));
  const std::array<int, 6> minutes{300, 20, 450, 7, 451, 3};
  std::uint64_t seed = 11;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const std::size_t n = (seed >> 33) % minutes.size();
    (void)took(ada_.code, "Tor", minutes[n], fmt::format("{}", n));
  }
  const auto lines = conflicts();
  ASSERT_EQ(lines.size(), minutes.size());
  EXPECT_EQ(lines.front().check_in.at, clock_.now() - Duration::minutes(451));
  EXPECT_EQ(count_in(), 1);
}

}  // namespace
}  // namespace revier::door
