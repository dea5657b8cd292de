// SPDX-License-Identifier: EUPL-1.2
#include "ticket/registrations.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/run_task.h"
#include "consent/consent.h"
#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"
#include "ticket/choose_page.h"
#include "ticket/test_migrations.h"

namespace revier::ticket {
namespace {

class RegistrationsTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "revier-ticket-" + random_id(random_);
    std::filesystem::create_directories(directory_);
    reopen();
    put("tag-2025-02-05", QuotaKind::kDay, 2, 0, 8);
    put("workshop", QuotaKind::kSession, 1, 1, 2);
    put("talk", QuotaKind::kSession, 5, 1, 3);
    ASSERT_TRUE(database_->writer().run_blocking([](records::Session& session) {
      return consent::put_wording(session, {.kind = "photo",
                                            .version = 1,
                                            .language = "de",
                                            .text = "Fotos von mir dürfen erscheinen."});
    }));
  }
  void TearDown() override {
    registrations_.reset();
    publisher_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Closes and opens everything, as a restart does.
  void reopen() {
    registrations_.reset();
    publisher_.reset();
    database_.reset();
    const auto migrations = all_migrations();
    auto database =
        records::Database::open({.url = "sqlite:" + directory_ + "/records.db"}, migrations);
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    publisher_ = std::make_unique<publication::Publisher>([this](const publication::Item& item) {
      published_[item.entity] = item.value;
      return Result<>{};
    });
    auto opened =
        Registrations::open({.database = *database_,
                             .civil_clock = clock_,
                             .random = random_,
                             .publisher = *publisher_,
                             .letter = [](const LetterOrder& order) {
                               return mail::Message{.key = letter_key(order),
                                                    .purpose = "registration",
                                                    .to = order.booking.mail,
                                                    .subject = letter_key(order.kind, ""),
                                                    .text = order.booking.code,
                                                    .delete_after = order.booking.delete_after};
                             }});
    ASSERT_TRUE(opened) << opened.error().message;
    registrations_ = std::move(*opened);
  }

  void put(const char* id, QuotaKind kind, std::int64_t capacity, int from_hour, int to_hour) {
    const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
    ASSERT_TRUE(run_task(registrations_->put_quotas({{.id = id,
                                                      .event = "scd",
                                                      .kind = kind,
                                                      .entity = std::string("urn:ngsi-ld:x:") + id,
                                                      .title_de = id,
                                                      .title_en = id,
                                                      .starts_at = day + Duration::hours(from_hour),
                                                      .ends_at = day + Duration::hours(to_hour),
                                                      .opens_at = {0},
                                                      .closes_at = day,
                                                      .capacity = capacity,
                                                      .seats_a_person_max = 2}})));
  }

  Result<Booking> hold(std::vector<const char*> quotas, bool may_wait = false,
                       std::string key = {}) {
    HoldRequest request{.idempotency_key = std::move(key)};
    for (const char* quota : quotas) {
      request.wanted.push_back({.quota = quota, .may_wait = may_wait});
    }
    return run_task(registrations_->hold(std::move(request)));
  }

  Result<Booking> complete(const Booking& held, std::string mail, std::string key = {}) {
    return run_task(registrations_->complete({.booking = held.id,
                                              .name = "Erika Beispiel",
                                              .mail = std::move(mail),
                                              .consents = {{.kind = "photo"}},
                                              .idempotency_key = std::move(key)}));
  }

  QuotaFigures figures(const char* quota) { return registrations_->quota(quota)->figures; }

  std::string directory_;
  SystemRandom random_;
  ManualClock clock_{*parse_iso8601("2025-01-20T08:00:00Z")};
  std::map<std::string, std::int64_t> published_;
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<publication::Publisher> publisher_;
  std::unique_ptr<Registrations> registrations_;
};

TEST_F(RegistrationsTest, AHoldTakesAllItsSeatsOrNone) {
  const auto first = hold({"tag-2025-02-05", "workshop"});
  ASSERT_TRUE(first);
  const auto second = hold({"tag-2025-02-05", "workshop"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kQuotaFull);
  EXPECT_EQ(second.error().field, "workshop");
  EXPECT_EQ(figures("tag-2025-02-05").taken, 1);
  publisher_->drain();
  EXPECT_EQ(published_["urn:ngsi-ld:x:workshop"], 0);
}

TEST_F(RegistrationsTest, RegistrationGetsACodeAMailAndAConsentAtOnce) {
  const auto held = hold({"tag-2025-02-05"});
  const auto done = complete(*held, "Erika@Example.org");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->state, BookingState::kRegistered);
  EXPECT_EQ(done->code.size(), 14U);
  ASSERT_TRUE(database_->read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto mails, mail::list(session, 0, 10));
    EXPECT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].message.text, done->code);
    RV_ASSIGN(const bool photo, consent::stands(session, "registration:" + done->id, "photo"));
    EXPECT_TRUE(photo);
    RV_ASSIGN(const auto found, rows::search(session, {.text = "erika@"}));
    EXPECT_EQ(found.size(), 1U);
    return {};
  }));
  EXPECT_EQ(complete(*held, "erika@example.org").error().code, Code::kHoldEnded);
}

TEST_F(RegistrationsTest, ARepeatAnswersTheSame) {
  const auto held = hold({"workshop"}, false, "key-1");
  EXPECT_EQ(hold({"workshop"}, false, "key-1")->id, held->id);
  const auto done = complete(*held, "a@example.org", "key-2");
  EXPECT_EQ(complete(*held, "a@example.org", "key-2")->code, done->code);
  EXPECT_EQ(complete(*held, "b@example.org", "key-2").error().code, Code::kUnprocessable);
  EXPECT_EQ(figures("workshop").taken, 1);
}

TEST_F(RegistrationsTest, AKeyAloneHandsNobodysBookingOut) {
  const auto held = hold({"workshop"}, false, "key-1");
  EXPECT_EQ(hold({"talk"}, false, "key-1").error().code, Code::kUnprocessable);
  ASSERT_TRUE(complete(*held, "a@example.org"));
  EXPECT_EQ(hold({"workshop"}, false, "key-1").error().code, Code::kHoldEnded);
  ASSERT_TRUE(hold({"talk"}, false, "key-3"));
  clock_.advance(Duration::minutes(15));
  EXPECT_EQ(hold({"talk"}, false, "key-3").error().code, Code::kHoldEnded);
  EXPECT_EQ(*run_task(registrations_->sweep()), 1);
  EXPECT_TRUE(hold({"talk"}, false, "key-3"));
}

TEST_F(RegistrationsTest, AnEndedHoldReturnsItsSeatsAlsoAfterARestart) {
  const auto held = hold({"workshop"});
  clock_.advance(Duration::minutes(10));
  reopen();
  EXPECT_EQ(*run_task(registrations_->sweep()), 0);
  EXPECT_EQ(figures("workshop").taken, 1);
  clock_.advance(Duration::minutes(6));
  EXPECT_EQ(complete(*held, "late@example.org").error().code, Code::kHoldEnded);
  EXPECT_EQ(*run_task(registrations_->sweep()), 1);
  EXPECT_EQ(figures("workshop").taken, 0);
}

TEST_F(RegistrationsTest, OverlapIsRefusedWithTheReason) {
  const auto together = hold({"workshop", "talk"});
  ASSERT_FALSE(together);
  EXPECT_EQ(together.error().code, Code::kOverlap);
  ASSERT_TRUE(complete(*hold({"workshop"}), "a@example.org"));
  const auto other = hold({"talk"});
  const auto refused = complete(*other, " A@Example.org");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kOverlap);
}

TEST_F(RegistrationsTest, OnePersonTakesOnlySoManySeats) {
  ASSERT_TRUE(complete(*hold({"talk"}), "a@example.org"));
  ASSERT_TRUE(complete(*hold({"talk"}), "a@example.org"));
  EXPECT_EQ(complete(*hold({"talk"}), "a@example.org").error().code, Code::kSeatLimit);
}

TEST_F(RegistrationsTest, TooManyPartsAreToldApartFromNone) {
  web::FormData none;
  explain(hold({}).error(), *registrations_, none);
  EXPECT_NE(none.errors.at(0).message_de.find("mindestens"), std::string::npos);
  web::FormData many;
  for (int i = 0; i < 21; ++i) many.add("veranstaltungen", "part-" + std::to_string(i));
  const auto refused = run_task(registrations_->hold({.wanted = chosen_claims(many)}));
  explain(refused.error(), *registrations_, many);
  EXPECT_NE(many.errors.at(0).message_de.find("höchstens 20"), std::string::npos);
  EXPECT_NE(many.errors.at(0).message_en.find("at most 20"), std::string::npos);
  web::FormData twice;
  twice.add("veranstaltungen", "talk");
  twice.add("veranstaltungen", "talk");
  EXPECT_EQ(chosen_claims(twice).size(), 1U);
}

// One that is larger than the whole would be the head of its waiting list for ever.
TEST_F(RegistrationsTest, APartyIsNoLargerThanTheQuota) {
  put("corner", QuotaKind::kSession, 1, 12, 13);
  const auto ask = [&](std::int64_t seats) {
    return run_task(
        registrations_->hold({.wanted = {{.quota = "corner", .seats = seats, .may_wait = true}}}));
  };
  const auto refused = ask(2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kSeatLimit);
  EXPECT_EQ(refused.error().field, "corner");
  web::FormData told;
  explain(refused.error(), *registrations_, told);
  ASSERT_EQ(told.errors.size(), 1U);
  EXPECT_NE(told.errors[0].message_de.find("höchstens 1 Platz "), std::string::npos);
  EXPECT_NE(told.errors[0].message_en.find("at most 1 seat "), std::string::npos);
  EXPECT_EQ(ask(1)->claims[0].state, ClaimState::kTaken);
  EXPECT_EQ(ask(1)->claims[0].state, ClaimState::kWaiting);
  put("corner", QuotaKind::kSession, 0, 12, 13);
  EXPECT_EQ(ask(1)->claims[0].state, ClaimState::kWaiting);
  EXPECT_EQ(ask(2).error().code, Code::kSeatLimit);
}

TEST_F(RegistrationsTest, HoldsHaveTheLimitOfAPersonAndOfANetwork) {
  const auto hold_from = [&](const std::string& network, std::int64_t seats = 1) {
    HoldRequest request{.network = network};
    request.wanted.push_back({.quota = "talk", .seats = seats, .may_wait = true});
    return run_task(registrations_->hold(std::move(request)));
  };
  EXPECT_EQ(hold_from("", 3).error().code, Code::kSeatLimit);
  std::vector<Booking> held;
  for (int i = 0; i < 60; ++i) held.push_back(*hold_from("192.0.2.7"));
  EXPECT_EQ(hold_from("192.0.2.7").error().code, Code::kTooManyRequests);
  EXPECT_TRUE(hold_from("192.0.2.8"));
  ASSERT_TRUE(complete(held[0], "a@example.org"));
  ASSERT_TRUE(run_task(registrations_->give_back(held[1].id)));
  EXPECT_TRUE(hold_from("192.0.2.7"));
  EXPECT_TRUE(hold_from("192.0.2.7"));
  EXPECT_EQ(hold_from("192.0.2.7").error().code, Code::kTooManyRequests);
  clock_.advance(Duration::minutes(15));
  EXPECT_TRUE(hold_from("192.0.2.7"));
}

TEST_F(RegistrationsTest, AFailedReloadSellsNothingTwice) {
  const auto rename = [&](const std::string& from, const std::string& to) {
    ASSERT_TRUE(database_->writer().run_blocking([&](records::Session& session) {
      return session.execute("ALTER TABLE " + from + " RENAME TO " + to);
    }));
  };
  ASSERT_TRUE(hold({"workshop"}));
  rename("booking_claim", "elsewhere");
  EXPECT_FALSE(hold({"talk"}));  // after the seats in memory were touched
  EXPECT_FALSE(hold({"talk"}));  // the seats cannot be built
  rename("elsewhere", "booking_claim");
  EXPECT_EQ(hold({"workshop"}).error().code, Code::kQuotaFull);
}

TEST_F(RegistrationsTest, RegistrationOpensAndCloses) {
  clock_.set(*parse_iso8601("2025-02-05T08:00:00Z"));
  EXPECT_EQ(hold({"talk"}).error().code, Code::kRegistrationClosed);
}

TEST_F(RegistrationsTest, WhatIsOverOrClosedIsNotOffered) {
  const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
  Quota morning{.id = "morning",
                .event = "scd",
                .kind = QuotaKind::kSession,
                .entity = {},
                .title_de = "Morgen",
                .title_en = "Morning",
                .starts_at = day,
                .ends_at = day + Duration::hours(1),
                .opens_at = {0},
                .closes_at = day + Duration::days(1),
                .capacity = 5};
  Quota evening = morning;
  evening.id = "evening";
  evening.starts_at = day + Duration::hours(8);
  evening.ends_at = day + Duration::hours(9);
  ASSERT_TRUE(run_task(registrations_->put_quotas({morning, evening})));
  clock_.set(morning.ends_at);
  const auto refused = hold({"morning"}, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kRegistrationClosed);
  web::FormData told;
  explain(refused.error(), *registrations_, told);
  ASSERT_EQ(told.errors.size(), 1U);
  EXPECT_NE(told.errors[0].message_de.find("„Morgen“"), std::string::npos);
  EXPECT_NE(told.errors[0].message_en.find("“Morning”"), std::string::npos);
  EXPECT_TRUE(hold({"evening"}));

  using Ids = std::vector<std::string>;
  const auto offered = [&](const Booking* own, std::optional<Instant> now) {
    const web::Form form = choose_form(*registrations_, web::Language::kDe, own, now);
    Ids ids;
    for (const auto& option : form.find("veranstaltungen")->options) ids.push_back(option.value);
    return ids;
  };
  EXPECT_EQ(offered(nullptr, clock_.now()), Ids{"evening"});
  EXPECT_EQ(choose_form(*registrations_, web::Language::kDe, nullptr, clock_.now()).find("tage"),
            nullptr);
  const Booking own{.claims = {{.quota = "morning"}}};
  EXPECT_EQ(offered(&own, clock_.now()), (Ids{"morning", "evening"}));
  EXPECT_EQ(offered(nullptr, std::nullopt).size(), 4U) << "what an older page may send";
  web::FormData data;
  preselect(*registrations_, "morning", clock_.now(), data);
  EXPECT_FALSE(data.has("veranstaltungen"));
  preselect(*registrations_, "evening", clock_.now(), data);
  EXPECT_TRUE(data.has("veranstaltungen"));
}

TEST_F(RegistrationsTest, AClosedRegistrationSaysSinceWhen) {
  const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
  const auto reason = [&] {
    return closed_reason(*registrations_, clock_.now(), web::Language::kDe);
  };
  EXPECT_EQ(reason(), "");
  auto talk = registrations_->quota("talk")->quota;
  talk.starts_at = day + Duration::hours(20);
  talk.ends_at = day + Duration::hours(21);
  talk.closes_at = talk.opens_at;  // no seats of its own any more
  ASSERT_TRUE(run_task(registrations_->put_quotas({talk})));
  clock_.set(day);
  EXPECT_NE(reason().find("seit 5. Februar 2025"), std::string::npos) << reason();
}

TEST(BookingRules, ACodeIsReadHoweverItIsTyped) {
  SystemRandom random;
  const std::string code = rules::ticket_code(random);
  std::string typed;
  for (const char c : code) {
    if (c != '-') typed += static_cast<char>(c >= 'A' ? c - 'A' + 'a' : c);
  }
  EXPECT_EQ(rules::normalise_code(" " + typed), code);
}

}  // namespace
}  // namespace revier::ticket
