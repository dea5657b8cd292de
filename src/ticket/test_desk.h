// SPDX-License-Identifier: EUPL-1.2
// Registrations with plain letters, for tests.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "support/test_records.h"
#include "ticket/booking_store.h"
#include "ticket/registrations.h"
#include "ticket/test_migrations.h"
#include "ticket/wordings.h"

namespace revier::ticket {

// Chance that says first what it was told to: one byte for all of a call.
class ToldRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    if (next.empty()) return system_.fill(bytes);
    std::ranges::fill(bytes, next.front());
    next.pop_front();
  }
  std::deque<std::uint8_t> next;

 private:
  SystemRandom system_;
};

// Registrations over records of one system.
struct TestDesk {
  explicit TestDesk(const std::string& system) : place(system) {
    reopen();
    const Result<> stored = database->writer().run_blocking(
        [](records::Session& session) { return store_wordings(session); });
    EXPECT_TRUE(stored);
  }

  // Closes and opens everything, as a restart does.
  void reopen() {
    registrations.reset();
    publisher.reset();
    database.reset();
    const auto steps = all_migrations();
    database = place.open(steps);
    publisher = std::make_unique<publication::Publisher>(
        [](const publication::Item&) { return Result<>{}; });
    auto opened = Registrations::open(
        {.database = *database,
         .civil_clock = clock,
         .random = random,
         .publisher = *publisher,
         .letter =
             [this](const LetterOrder& order) {
               return mail::Message{.key = letter_key(order),
                                    .purpose = "registration",
                                    .to = order.booking.mail,
                                    .to_name = order.booking.name,
                                    .subject = letter_key(order.kind, ""),
                                    .text = text_to(order.booking),
                                    .urgent = order.kind == LetterKind::kOwnLink,
                                    .delete_after = order.booking.delete_after};
             },
         .options = options,
         .was_used = [this](records::Session&, const Booking&) { return Result<bool>(used); },
         .erase_ended = {[this](records::Session& session, Instant until) {
           return erase_ended ? erase_ended(session, until) : Result<std::int64_t>(0);
         }},
         .write_again =
             [this](records::Session& session, const Booking& booking) {
               return write_again ? write_again(session, booking) : Result<>{};
             }});
    ASSERT_TRUE(opened) << opened.error().message;
    registrations = std::move(*opened);
  }

  void put(const char* id, std::int64_t capacity, int from_hour, int to_hour) {
    const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
    ASSERT_TRUE(run_task(registrations->put_quotas({{.id = id,
                                                     .event = "scd",
                                                     .kind = QuotaKind::kSession,
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

  // A registration of the quotas, waiting where there is no seat.
  Booking book(std::vector<const char*> quotas, const std::string& mail) {
    HoldRequest request;
    for (const char* quota : quotas) request.wanted.push_back({.quota = quota, .may_wait = true});
    const auto held = run_task(registrations->hold(std::move(request)));
    EXPECT_TRUE(held) << held.error().message;
    auto done = run_task(registrations->complete({.booking = held->id,
                                                  .name = "Erika Beispiel",
                                                  .mail = mail,
                                                  .consents = {{.kind = "photo"}},
                                                  .idempotency_key = {}}));
    EXPECT_TRUE(done) << done.error().message;
    return *done;
  }

  template <class T>
  T read(std::function<Result<T>(records::Session&)> step) {
    T value{};
    const auto done = database->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(value, step(session));
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return value;
  }
  Booking find(const std::string& id) {
    return read<Booking>([&](records::Session& session) { return rows::find(session, id); });
  }
  ClaimState state(const Booking& booking, const char* quota) {
    for (const Claim& claim : find(booking.id).claims) {
      if (claim.quota == quota) return claim.state;
    }
    ADD_FAILURE() << "no claim of " << quota;
    return ClaimState::kWaiting;
  }
  std::vector<std::string> letters(const std::string& to) {
    const auto list = read<std::vector<mail::StoredMessage>>(
        [&](records::Session& session) { return mail::list_to(session, to); });
    std::vector<std::string> subjects;
    for (const auto& letter : list) subjects.push_back(letter.message.subject);
    return subjects;
  }
  // All letters have left.
  void send_all(mail::State state = mail::State::kSent) {
    const Result<> done =
        database->writer().run_blocking([&](records::Session& session) -> Result<> {
          RV_ASSIGN(const auto list, mail::due(session, clock.now(), 1000));
          for (const auto& letter : list) {
            RV_TRY(mail::settle(session, letter.id, state, clock.now(), ""));
          }
          return {};
        });
    EXPECT_TRUE(done);
  }
  std::int64_t sweep() { return run_task(registrations->sweep()).value_or(-1); }
  QuotaFigures figures(const char* quota) { return registrations->quota(quota)->figures; }
  void cancel(const Booking& booking) { EXPECT_TRUE(run_task(registrations->cancel(booking.id))); }
  Result<Booking> change(const Booking& booking, std::vector<Claim> wanted) {
    return run_task(registrations->change({.booking = booking.id, .wanted = std::move(wanted)}));
  }

  // The records take no NUL: what is to be written to `unwritable` fails.
  std::string text_to(const Booking& booking) const {
    return booking.mail == unwritable ? std::string(1, '\0') : booking.code;
  }

  tests::TestRecords place;
  ToldRandom random;
  ManualClock clock{*parse_iso8601("2025-01-20T08:00:00Z")};
  RegistrationOptions options;
  bool used = false;
  std::string unwritable = "nobody";
  std::function<Result<std::int64_t>(records::Session&, Instant)> erase_ended;
  std::function<Result<>(records::Session&, const Booking&)> write_again;
  std::unique_ptr<records::Database> database;
  std::unique_ptr<publication::Publisher> publisher;
  std::unique_ptr<Registrations> registrations;
};

}  // namespace revier::ticket
