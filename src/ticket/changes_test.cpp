// SPDX-License-Identifier: EUPL-1.2
// What happens to a registration afterwards: offers, changing, passing on, confirming, erasing.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/run_task.h"
#include "consent/consent.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/choose_page.h"
#include "ticket/registrations.h"
#include "ticket/test_desk.h"

namespace revier::ticket {
namespace {

using records::Session;

class ChangesTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    desk_.put("workshop", 1, 1, 2);
    desk_.put("talk", 1, 3, 4);
    desk_.put("walk", 5, 1, 4);
  }
  TestDesk desk_{GetParam()};
};

TEST_P(ChangesTest, ASeatIsOfferedInOrderAndHeldOverARestart) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking second = desk_.book({"workshop"}, "second@example.org");
  const Booking third = desk_.book({"workshop"}, "third@example.org");
  EXPECT_EQ(desk_.registrations->position(third.claims[0]), 2);
  desk_.cancel(first);
  EXPECT_EQ(desk_.state(second, "workshop"), ClaimState::kOffered);
  EXPECT_EQ(desk_.letters("second@example.org"),
            (std::vector<std::string>{"registration--confirmed", "registration--offer-"}));
  desk_.reopen();
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
  EXPECT_EQ(desk_.registrations->position(third.claims[0]), 1);
  // An offered seat is nobody else's.
  EXPECT_EQ(run_task(desk_.registrations->hold({.wanted = {{.quota = "workshop"}}})).error().code,
            Code::kQuotaFull);
  const auto accepted = run_task(desk_.registrations->accept(second.id, "workshop"));
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_TRUE(run_task(desk_.registrations->accept(second.id, "workshop")));
  EXPECT_EQ(desk_.state(second, "workshop"), ClaimState::kTaken);
  EXPECT_FALSE(desk_.find(second.id).confirmed_at);  // the link of the ticket does this as well
  EXPECT_EQ(run_task(desk_.registrations->accept(third.id, "workshop")).error().code,
            Code::kHoldEnded);
}

TEST_P(ChangesTest, ADeclinedSeatGoesOnAndTheLastPartCancels) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking second = desk_.book({"workshop"}, "second@example.org");
  const Booking third = desk_.book({"workshop", "talk"}, "third@example.org");
  desk_.cancel(first);
  ASSERT_TRUE(run_task(desk_.registrations->decline(second.id, "workshop")));
  ASSERT_TRUE(run_task(desk_.registrations->decline(second.id, "workshop")));
  EXPECT_EQ(desk_.find(second.id).state, BookingState::kCancelled);
  EXPECT_EQ(desk_.state(third, "workshop"), ClaimState::kOffered);
  ASSERT_TRUE(run_task(desk_.registrations->decline(third.id, "workshop")));
  EXPECT_EQ(desk_.find(third.id).state, BookingState::kRegistered);
  EXPECT_EQ(desk_.find(third.id).claims.size(), 1U);
  EXPECT_EQ(desk_.figures("workshop").free(), 1);
}

TEST_P(ChangesTest, AnOfferThatRunsOutGoesOnOnceItsLetterHasLeft) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking second = desk_.book({"workshop"}, "second@example.org");
  const Booking third = desk_.book({"workshop"}, "third@example.org");
  desk_.cancel(first);
  // The mail server is away: the offer is made anew instead of running out unheard.
  desk_.clock.advance(Duration::hours(25));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.state(second, "workshop"), ClaimState::kOffered);
  EXPECT_EQ(desk_.find(second.id).claims[0].offered_until, desk_.clock.now() + Duration::hours(24));
  EXPECT_EQ(desk_.letters("second@example.org").size(), 2U);
  desk_.send_all();
  desk_.clock.advance(Duration::hours(24));
  desk_.reopen();
  EXPECT_EQ(run_task(desk_.registrations->accept(second.id, "workshop")).error().code,
            Code::kHoldEnded);
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.find(second.id).state, BookingState::kCancelled);
  EXPECT_EQ(desk_.state(third, "workshop"), ClaimState::kOffered);
  EXPECT_EQ(desk_.letters("second@example.org").back(), "registration--offer-ended-");
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
}

TEST_P(ChangesTest, WhoWaitsForSeveralGetsEachInItsTurn) {
  const Booking a = desk_.book({"workshop"}, "a@example.org");
  const Booking b = desk_.book({"talk"}, "b@example.org");
  const Booking both = desk_.book({"workshop", "talk"}, "both@example.org");
  desk_.cancel(b);
  EXPECT_EQ(desk_.state(both, "talk"), ClaimState::kOffered);
  EXPECT_EQ(desk_.state(both, "workshop"), ClaimState::kWaiting);
  desk_.cancel(a);
  EXPECT_EQ(desk_.state(both, "workshop"), ClaimState::kOffered);
  ASSERT_TRUE(run_task(desk_.registrations->accept(both.id, "talk")));
  ASSERT_TRUE(run_task(desk_.registrations->decline(both.id, "workshop")));
  EXPECT_EQ(desk_.find(both.id).claims.size(), 1U);
}

TEST_P(ChangesTest, NoOfferOutlivesWhatItIsFor) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking second = desk_.book({"workshop"}, "second@example.org");
  desk_.clock.set(*parse_iso8601("2025-02-05T08:30:00Z"));
  desk_.cancel(first);
  EXPECT_EQ(desk_.find(second.id).claims[0].offered_until, *parse_iso8601("2025-02-05T09:00:00Z"));
}

TEST_P(ChangesTest, AChangeTakesAllOrNothing) {
  const Booking other = desk_.book({"talk"}, "other@example.org");
  const Booking mine = desk_.book({"workshop"}, "mine@example.org");
  const auto full = desk_.change(mine, {{.quota = "talk"}});
  EXPECT_EQ(full.error().code, Code::kQuotaFull);
  EXPECT_EQ(desk_.find(mine.id).claims[0].quota, "workshop");
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
  EXPECT_EQ(desk_.change(mine, {{.quota = "workshop"}, {.quota = "walk"}}).error().code,
            Code::kOverlap);
  EXPECT_EQ(desk_.change(mine, {}).error().code, Code::kBadRequestData);
  EXPECT_EQ(desk_.change(mine, {{.quota = "workshop", .seats = 2}}).error().code,
            Code::kBadRequestData);
  const auto waits =
      desk_.change(mine, {{.quota = "workshop"}, {.quota = "talk", .may_wait = true}});
  ASSERT_TRUE(waits) << waits.error().message;
  EXPECT_EQ(desk_.state(mine, "talk"), ClaimState::kWaiting);
  // What goes is free for the next at once, and only the last change is told.
  const Booking next = desk_.book({"workshop"}, "next@example.org");
  ASSERT_TRUE(desk_.change(mine, {{.quota = "talk", .may_wait = true}}));
  ASSERT_TRUE(desk_.change(mine, {{.quota = "talk", .may_wait = true}}));
  EXPECT_EQ(desk_.state(next, "workshop"), ClaimState::kOffered);
  EXPECT_EQ(desk_.letters("mine@example.org"),
            (std::vector<std::string>{"registration--confirmed", "registration--changed-"}));
  EXPECT_EQ(desk_.change(other, {{.quota = "talk"}})->claims.size(), 1U);
}

TEST_P(ChangesTest, WhatIsDoneAlongIsDoneOnceAndStopsTheWholeWhereItFails) {
  const Booking booking = desk_.book({"workshop"}, "ada@example.org");
  int lines = 0;
  const Also line = [&](Session&) { return ++lines, Result<>{}; };
  const Also broken = [](Session&) -> Result<> { return fail(Code::kUnavailable, "no line"); };
  const auto move = [&](const Also& also) {
    return run_task(desk_.registrations->change(
        {.booking = booking.id, .wanted = {{.quota = "talk"}}, .also = also}));
  };
  EXPECT_EQ(move(broken).error().code, Code::kUnavailable);
  EXPECT_EQ(desk_.find(booking.id).claims.front().quota, "workshop");
  for (int n = 0; n < 2; ++n) EXPECT_TRUE(move(line));
  EXPECT_EQ(lines, 1) << "the second changed nothing";
  EXPECT_FALSE(run_task(desk_.registrations->cancel(booking.id, broken)));
  EXPECT_EQ(desk_.find(booking.id).state, BookingState::kRegistered);
  EXPECT_EQ(desk_.figures("talk").taken, 1);
  for (int n = 0; n < 2; ++n) EXPECT_TRUE(run_task(desk_.registrations->cancel(booking.id, line)));
  EXPECT_EQ(lines, 2);
}

TEST_P(ChangesTest, TheFormBooksForSeveralAsTheApiDoes) {
  const web::Form form = choose_form(*desk_.registrations, web::Language::kDe);
  ASSERT_NE(form.find("personen"), nullptr);
  EXPECT_EQ(form.find("personen")->options.size(), 2U) << "two seats a person at most";
  web::FormData data;
  EXPECT_EQ(party_of(data), 1);
  data.add("veranstaltungen", "walk");
  data.add("veranstaltungen", "workshop");
  data.set("personen", "2");
  data.set("voll", full_quotas(*desk_.registrations, party_of(data)));
  EXPECT_EQ(data.get("voll"), "workshop,talk") << "one seat is left of each";
  const auto wanted = chosen_claims(data);
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_TRUE(wanted[0].seats == 2 && !wanted[0].may_wait);
  EXPECT_TRUE(wanted[1].seats == 2 && wanted[1].may_wait);
  // What she has keeps its seats, whatever the new ticks are for.
  const Booking own = desk_.book({"walk"}, "ada@example.org");
  const auto changed = chosen_claims(data, &own);
  EXPECT_EQ(changed[0].seats, 1);
  EXPECT_EQ(changed[1].seats, 2);
  // Nor are there more of them; but some can be given back.
  EXPECT_EQ(choose_form(*desk_.registrations, web::Language::kDe, &own).find("plaetze"), nullptr);
  Booking pair = own;
  pair.claims[0].seats = 2;
  const web::Form change = choose_form(*desk_.registrations, web::Language::kDe, &pair);
  ASSERT_NE(change.find("plaetze"), nullptr);
  EXPECT_EQ(change.find("plaetze")->preset, "2");
  EXPECT_EQ(chosen_claims(data, &pair)[0].seats, 2);
  data.set("plaetze", "1");
  EXPECT_EQ(chosen_claims(data, &pair)[0].seats, 1);
  EXPECT_EQ(chosen_claims(data, &pair)[1].seats, 2) << "the new ticks are another matter";
  data.set("personen", "-3");
  EXPECT_EQ(party_of(data), 1);
}

TEST_P(ChangesTest, ANameIsFoundHoweverItIsWritten) {
  const Booking booking = desk_.book({"workshop"}, "a@example.org");
  const auto found = [&](const char* text) {
    return desk_.read<std::int64_t>(
        [&](Session& session) { return rows::count(session, {.text = text}); });
  };
  desk_.clock.advance(Duration::seconds(1));
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Ayşe Özdemir-Weiß", .mail = "a@example.org"})));
  for (const char* text : {"özdemir", "ÖZDEMIR", "Ozdemir", "ayse", "weiss", "-wei"}) {
    EXPECT_EQ(found(text), 1) << text;
  }
  EXPECT_EQ(found("erika"), 0);
  EXPECT_EQ(found("%"), 0);
  ASSERT_TRUE(run_task(desk_.registrations->transfer(
      {.booking = booking.id, .name = "Émile Ärmel", .mail = "b@example.org"})));
  EXPECT_EQ(found("ÄRMEL"), 1);
  // What an earlier version wrote is found after a start.
  ASSERT_TRUE(desk_.database->writer().run_blocking(
      [](Session& session) { return session.execute("UPDATE booking SET name_key = NULL"); }));
  EXPECT_EQ(found("ärmel"), 0);
  desk_.reopen();
  EXPECT_EQ(found("ärmel"), 1);
}

TEST_P(ChangesTest, APassedOnTicketIsAnotherOne) {
  const Booking first = desk_.book({"talk"}, "first@example.org");
  const Booking mine = desk_.book({"workshop", "talk"}, "mine@example.org");
  const TransferRequest to{.booking = mine.id, .name = "Ada", .mail = "ada@example.org"};
  desk_.used = true;
  EXPECT_EQ(run_task(desk_.registrations->transfer(to)).error().code, Code::kConflict);
  desk_.used = false;
  const auto given = run_task(desk_.registrations->transfer(to));
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_TRUE(run_task(desk_.registrations->transfer(to)));
  EXPECT_EQ(given->state, BookingState::kPassedOn);
  EXPECT_TRUE(given->claims.empty());
  const auto hers = desk_.read<std::vector<Booking>>(
      [](Session& session) { return rows::bookings_of_mail(session, "ada@example.org"); });
  ASSERT_EQ(hers.size(), 1U);
  EXPECT_NE(hers[0].id, mine.id);
  EXPECT_NE(hers[0].code, mine.code);
  ASSERT_EQ(hers[0].claims.size(), 1U);
  EXPECT_EQ(hers[0].claims[0].quota, "workshop");
  // A place on a list is not passed on: nobody waits for the talk any more.
  EXPECT_EQ(desk_.figures("talk").waiting, 0);
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
  EXPECT_EQ(desk_.letters("mine@example.org").back(), "registration--passed-on");
  EXPECT_EQ(desk_.letters("ada@example.org"), std::vector<std::string>{"registration--confirmed"});
  EXPECT_EQ(run_task(desk_.registrations->cancel(mine.id)).error().code, Code::kGone);
  EXPECT_EQ(desk_.change(mine, {{.quota = "walk"}}).error().code, Code::kGone);
  desk_.reopen();
  EXPECT_EQ(desk_.figures("workshop").taken, 1);
}

TEST_P(ChangesTest, SeatsOfUnconfirmedAddressesGoBackOnceTheyWereAsked) {
  desk_.options.confirm_within = Duration::hours(48);
  desk_.reopen();
  const Booking silent = desk_.book({"workshop"}, "silent@example.org");
  const Booking prompt = desk_.book({"talk"}, "prompt@example.org");
  ASSERT_TRUE(silent.confirm_by);
  ASSERT_TRUE(run_task(desk_.registrations->confirm(prompt.id)));
  ASSERT_TRUE(run_task(desk_.registrations->confirm(prompt.id)));
  desk_.clock.advance(Duration::hours(49));
  EXPECT_EQ(desk_.sweep(), 1);  // the letter has not left: her time begins anew
  EXPECT_EQ(desk_.find(silent.id).state, BookingState::kRegistered);
  desk_.send_all();
  desk_.clock.advance(Duration::hours(47));
  EXPECT_EQ(desk_.sweep(), 0);
  desk_.clock.advance(Duration::hours(2));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.find(silent.id).state, BookingState::kCancelled);
  EXPECT_EQ(desk_.find(prompt.id).state, BookingState::kRegistered);
  EXPECT_EQ(desk_.figures("workshop").free(), 1);
  EXPECT_EQ(run_task(desk_.registrations->confirm(silent.id)).error().code, Code::kGone);
}

TEST_P(ChangesTest, ACorrectedAddressIsAskedBeforeItsSeatsGoBack) {
  desk_.options.confirm_within = Duration::hours(48);
  desk_.reopen();
  const Booking booking = desk_.book({"workshop"}, "typo@example.org");
  desk_.send_all();
  desk_.clock.advance(Duration::hours(1));
  ASSERT_TRUE(run_task(desk_.registrations->correct(
      {.booking = booking.id, .name = "Erika Beispiel", .mail = "Right@example.org"})));
  desk_.clock.advance(Duration::hours(49));
  EXPECT_EQ(desk_.sweep(), 1) << "the letter to the new address waits: her time begins anew";
  EXPECT_EQ(desk_.find(booking.id).state, BookingState::kRegistered);
  desk_.send_all();
  desk_.clock.advance(Duration::hours(47));
  EXPECT_EQ(desk_.sweep(), 0);
  desk_.clock.advance(Duration::hours(2));
  EXPECT_EQ(desk_.sweep(), 1);
  EXPECT_EQ(desk_.find(booking.id).state, BookingState::kCancelled);
}

TEST_P(ChangesTest, AnOwnLinkSaysNothingOfUnknownAddresses) {
  desk_.book({"workshop"}, "mine@example.org");
  EXPECT_TRUE(run_task(desk_.registrations->send_own_link("nobody@example.org", "de")));
  EXPECT_TRUE(desk_.letters("nobody@example.org").empty());
  for (int i = 0; i < 5; ++i) {
    desk_.clock.advance(Duration::seconds(1));
    EXPECT_TRUE(run_task(desk_.registrations->send_own_link("Mine@example.org", "en")));
  }
  EXPECT_EQ(desk_.letters("mine@example.org").size(), 4U) << "three an hour, and the confirmation";
}

TEST_P(ChangesTest, NobodyKeepsAPersonFromHerOwnLinkByWritingToHerAddress) {
  const Booking booking = desk_.book({"workshop"}, "mine@example.org");
  ASSERT_TRUE(desk_.database->writer().run_blocking([&](Session& session) -> Result<> {
    for (int i = 0; i < 20; ++i) {
      RV_TRY(mail::enqueue(session,
                           {.key = "stranger-" + std::to_string(i),
                            .purpose = "case",
                            .to = "mine@example.org",
                            .subject = "s",
                            .text = "t",
                            .delete_after = booking.delete_after},
                           desk_.clock.now()));
    }
    return {};
  }));
  ASSERT_TRUE(run_task(desk_.registrations->send_own_link("mine@example.org", "de")));
  const auto due = desk_.read<std::vector<mail::StoredMessage>>(
      [&](Session& session) { return mail::due(session, desk_.clock.now(), 1); });
  ASSERT_EQ(due.size(), 1U);
  EXPECT_TRUE(due[0].message.key.starts_with("person-")) << "and it leaves before all of them";
}

bool holds_marker(const std::filesystem::path& folder, const std::string& marker) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(file)), {});
    if (content.find(marker) != std::string::npos) return true;
  }
  return false;
}

TEST_P(ChangesTest, WhatIsErasedIsInNoFileAnyMore) {
  const std::string marker = "zqxmarker";
  const Booking other = desk_.book({"workshop"}, "other@example.org");
  HoldRequest wanted{.wanted = {{.quota = "walk"}}, .device = marker, .idempotency_key = marker};
  const auto held = run_task(desk_.registrations->hold(std::move(wanted)));
  const auto mine = run_task(desk_.registrations->complete({.booking = held->id,
                                                            .name = marker + " Name",
                                                            .mail = marker + "@example.org",
                                                            .consents = {{.kind = "photo"}},
                                                            .idempotency_key = marker + "2"}));
  ASSERT_TRUE(mine) << mine.error().message;
  ASSERT_TRUE(run_task(desk_.registrations->send_own_link(marker + "@example.org", "de")));
  const std::string key = marker + "@example.org";
  const auto person = [&] {
    return *desk_.database->writer().run_blocking([&](Session& session) {
      return rows::person_id(session, key, "new", desk_.clock.now(),
                             desk_.clock.now() + Duration::days(1));
    });
  }();
  const std::filesystem::path folder = desk_.place.dir().file("");
  if (desk_.place.sqlite()) {
    EXPECT_TRUE(holds_marker(folder, marker));
  }
  const auto report = run_task(desk_.registrations->erase_person(person));
  ASSERT_TRUE(report) << report.error().message;
  const auto find = [&] {
    return desk_.read<rows::Erasure>(
        [&](Session& session) { return rows::find_erasure(session, *report); });
  };
  EXPECT_FALSE(find().done_at);
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_TRUE(find().done_at);
  EXPECT_EQ(find().bookings, 1);
  EXPECT_EQ(find().consents, 1);
  EXPECT_EQ(find().mails, 2);
  EXPECT_FALSE(holds_marker(folder, marker));
  EXPECT_EQ(desk_.figures("walk").taken, 0);
  EXPECT_EQ(desk_.find(other.id).state, BookingState::kRegistered);
  EXPECT_EQ(run_task(desk_.registrations->erase_person(person)).error().code,
            Code::kResourceNotFound);
}

TEST_P(ChangesTest, ErasingSeveralOfAPersonLosesNoSeat) {
  const Booking older = desk_.book({"talk"}, "mine@example.org");
  desk_.clock.advance(Duration::hours(2));
  const Booking newer = desk_.book({"workshop"}, "mine@example.org");
  // The older one waits behind the newer: it is promoted and erased by the same job.
  ASSERT_TRUE(desk_.change(older, {{.quota = "talk"}, {.quota = "workshop", .may_wait = true}}));
  ASSERT_EQ(desk_.state(older, "workshop"), ClaimState::kWaiting);
  const auto person = *desk_.database->writer().run_blocking([&](Session& session) {
    return rows::person_id(session, "mine@example.org", "p", desk_.clock.now(),
                           desk_.clock.now() + Duration::days(1));
  });
  ASSERT_TRUE(run_task(desk_.registrations->erase_person(person)));
  EXPECT_EQ(desk_.figures("workshop").taken, 0);
  EXPECT_TRUE(run_task(desk_.registrations->hold({.wanted = {{.quota = "workshop"}}})));
}

TEST_P(ChangesTest, NobodyMovesUpToWhatIsOver) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking second = desk_.book({"workshop"}, "second@example.org");
  desk_.clock.set(*parse_iso8601("2025-02-05T10:00:00Z"));  // its end
  desk_.cancel(first);
  EXPECT_EQ(desk_.state(second, "workshop"), ClaimState::kWaiting);
  EXPECT_EQ(desk_.letters("second@example.org").size(), 1U);
  EXPECT_EQ(desk_.figures("workshop").free(), 1);
}

TEST_P(ChangesTest, EachOfferThatRunsOutIsTold) {
  const Booking first = desk_.book({"workshop"}, "first@example.org");
  const Booking waits = desk_.book({"workshop", "talk"}, "waits@example.org");
  for (int i = 0; i < 2; ++i) {
    if (i == 0) {
      desk_.cancel(first);
    } else {
      // Asks for it once more, and lets it run out once more.
      const Booking other = desk_.book({"workshop"}, "other@example.org");
      ASSERT_TRUE(
          desk_.change(waits, {{.quota = "talk"}, {.quota = "workshop", .may_wait = true}}));
      desk_.cancel(other);
    }
    ASSERT_EQ(desk_.state(waits, "workshop"), ClaimState::kOffered);
    desk_.send_all();
    desk_.clock.advance(Duration::hours(24));
    EXPECT_EQ(desk_.sweep(), 1);
  }
  const auto told = desk_.letters("waits@example.org");
  EXPECT_EQ(std::ranges::count(told, "registration--offer-ended-"), 2);
}

TEST_P(ChangesTest, RefusalsTellNoTitlesAndOnlySoOften) {
  desk_.book({"workshop"}, "ziel@example.org");
  const auto held = run_task(desk_.registrations->hold({.wanted = {{.quota = "walk"}}}));
  const auto attempt = [&](const std::string& mail) {
    return run_task(desk_.registrations->complete(
                        {.booking = held->id, .name = "Eve", .mail = mail, .idempotency_key = {}}))
        .error();
  };
  EXPECT_EQ(attempt("ziel@example.org").code, Code::kOverlap);
  EXPECT_EQ(attempt("ziel@example.org").message.find("workshop"), std::string::npos);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempt("ziel@example.org").code, Code::kOverlap);
  EXPECT_EQ(attempt("ziel@example.org").code, Code::kTooManyRequests);
  const Error refused = attempt("nobody@example.org");
  EXPECT_EQ(refused.field, kRefusals);
  web::FormData told;
  explain(refused, *desk_.registrations, told);
  ASSERT_EQ(told.errors.size(), 1U);
  EXPECT_NE(told.errors[0].message_de.find("in einer Stunde"), std::string::npos);
}

TEST_P(ChangesTest, WhatAReaderKeptInTheLogGoesTheNextTime) {
  if (!desk_.place.sqlite()) GTEST_SKIP() << "PostgreSQL keeps no such log";
  const Booking mine = desk_.book({"walk"}, "zqxkept@example.org");
  ASSERT_TRUE(desk_.registrations->keep_retention());
  desk_.clock.set(mine.delete_after);
  ASSERT_TRUE(desk_.database->read([&](Session& session) -> Result<> {
    RV_TRY(session.query("SELECT COUNT(*) AS n FROM booking"));  // a state is kept from here on
    EXPECT_EQ(desk_.registrations->keep_retention().error().code, Code::kUnavailable);
    return {};
  }));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_FALSE(holds_marker(desk_.place.dir().file(""), "zqxkept"));
}

TEST_P(ChangesTest, ConsentsAreKeptAsLongAsTheRegistration) {
  const Booking booked = desk_.book({"workshop"}, "mine@example.org");
  const auto changed = desk_.change(booked, {{.quota = "talk"}});  // which ends later
  ASSERT_TRUE(changed) << changed.error().message;
  ASSERT_GT(changed->delete_after, booked.delete_after);
  const auto entries = desk_.read<std::vector<consent::Entry>>(
      [&](Session& session) { return consent::entries(session, "registration:" + booked.id); });
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].retain_until, changed->delete_after);
}

TEST_P(ChangesTest, RetentionEndsByItself) {
  const Booking mine = desk_.book({"walk"}, "mine@example.org");
  desk_.clock.set(mine.delete_after - Duration::seconds(1));
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_EQ(desk_.find(mine.id).name, "Erika Beispiel");
  desk_.clock.set(mine.delete_after);
  ASSERT_TRUE(desk_.registrations->keep_retention());
  EXPECT_TRUE(desk_.letters("mine@example.org").empty());
  EXPECT_EQ(run_task(desk_.registrations->confirm(mine.id)).error().code, Code::kResourceNotFound);
}

INSTANTIATE_TEST_SUITE_P(On, ChangesTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

// Any order of booking, cancelling, answering, running out and restarting: never more seats given
// than there are, and what comes free is offered to who came first.
class History {
 public:
  explicit History(std::uint64_t seed) : chance_(seed) { desk_.put("q", 2, 1, 2); }

  void step(int number) {
    const std::uint64_t what = random_u64(chance_) % 6;
    if (what <= 1 || known_.empty()) {
      const Booking booking = desk_.book({"q"}, std::to_string(number) + "@example.org");
      known_[booking.id] = booking.claims[0].state;
      if (booking.claims[0].state == ClaimState::kWaiting) queue_.push_back(booking.id);
    } else if (what == 5) {
      desk_.reopen();
    } else if (what == 4) {
      desk_.send_all();
      desk_.clock.advance(Duration::hours(24));
      desk_.sweep();
    } else {
      const auto index = static_cast<std::ptrdiff_t>(random_u64(chance_) % known_.size());
      const std::string who = std::next(known_.begin(), index)->first;
      if (what == 2) (void)run_task(desk_.registrations->accept(who, "q"));
      if (what == 3) (void)run_task(desk_.registrations->cancel(who));
    }
    look();
  }

 private:
  void look() {
    std::int64_t given = 0;
    std::set<std::string> came_up;
    std::set<std::string> gone;
    for (auto& [id, state] : known_) {
      const Booking booking = desk_.find(id);
      if (booking.state != BookingState::kRegistered) {
        gone.insert(id);
        continue;
      }
      const ClaimState now = booking.claims[0].state;
      if (now != ClaimState::kWaiting) ++given;
      if (state == ClaimState::kWaiting && now == ClaimState::kOffered) came_up.insert(id);
      state = now;
    }
    std::erase_if(queue_, [&](const std::string& id) { return gone.contains(id); });
    for (std::size_t i = 0; i < came_up.size(); ++i) {
      ASSERT_TRUE(came_up.contains(queue_.at(i))) << "somebody was overtaken";
    }
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(came_up.size()));
    EXPECT_LE(given, 2) << "oversold";
    EXPECT_TRUE(queue_.empty() || given == 2) << "a seat is free and somebody waits";
  }

  SeededRandom chance_;
  TestDesk desk_{"sqlite"};
  std::vector<std::string> queue_;  // who waits, in order
  std::map<std::string, ClaimState> known_;
};

TEST(Offers, NobodyOvertakesAndNothingIsOversold) {
  SystemRandom system;
  for (int run = 0; run < 12; ++run) {
    const std::uint64_t seed = random_u64(system);
    SCOPED_TRACE(seed);
    History history(seed);
    for (int i = 0; i < 25 && !testing::Test::HasFailure(); ++i) history.step(i);
  }
}

}  // namespace
}  // namespace revier::ticket
