// SPDX-License-Identifier: EUPL-1.2
// Decisions over seats a second, each durable when it answers: our one writer with group commit,
// beside the two usual ways with the same rows in the same SQLite:
//   lock      one lock an event, a counter, one transaction a booking
//   count     row lock (SQLite: BEGIN IMMEDIATE) and COUNT of what is taken
// In turns in this process, on this disk.
//
//   quota_bench [--smoke] [--clients 256] [--threads 32]
#include <mutex>
#include <thread>

#include <sqlite3.h>

#include "base/random.h"
#include "bench.h"
#include "consent/consent.h"
#include "ticket/booking_store.h"
#include "ticket/registrations.h"

namespace revier::ticket {
namespace {

constexpr const char* kQuota = "seats";
constexpr std::int64_t kSeats = 1'000'000'000;

std::vector<records::Migration> all_migrations() {
  std::vector<records::Migration> all;
  for (const auto part :
       {consent::migrations(), mail::migrations(), publication::migrations(), rows::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Quota quota_from(Instant now) {
  return {.id = kQuota,
          .event = "bench",
          .kind = QuotaKind::kSession,
          .entity = "urn:ngsi-ld:Session:bench",
          .title_de = "Andrang",
          .title_en = "Rush",
          .starts_at = now + Duration::days(1),
          .ends_at = now + Duration::days(2),
          .opens_at = {},
          .closes_at = now + Duration::days(1),
          .capacity = kSeats};
}

// Everything as the server puts it together.
class Desk {
 public:
  explicit Desk(const std::string& folder) {
    const auto migrations = all_migrations();
    auto database =
        records::Database::open({.url = "sqlite:" + folder + "/records.db"}, migrations);
    RV_CHECK(database.has_value());
    database_ = std::move(*database);
    publisher_.emplace([](const publication::Item&) { return Result<>{}; });
    auto desk = Registrations::open({.database = *database_,
                                     .civil_clock = clock_,
                                     .random = random_,
                                     .publisher = *publisher_,
                                     .letter = [](const LetterOrder&) { return mail::Message{}; }});
    RV_CHECK(desk.has_value());
    desk_ = std::move(*desk);
  }
  Registrations& registrations() { return *desk_; }
  Instant now() const { return clock_.now(); }

 private:
  RealClock clock_;
  SystemRandom random_;
  std::unique_ptr<records::Database> database_;
  std::optional<publication::Publisher> publisher_;
  std::unique_ptr<Registrations> desk_;
};

double ours_per_s(const std::string& folder, int clients, std::int64_t duration_us) {
  Desk desk(folder);
  std::int64_t decisions = 0;
  const std::int64_t start_us = monotonic_us();
  bench::Loop().run(1, [&](int) -> Task<> {
    RV_CHECK((co_await desk.registrations().put_quotas({quota_from(desk.now())})).has_value());
  });
  bench::Loop().run(clients, [&](int) -> Task<> {
    while (monotonic_us() - start_us < duration_us) {
      HoldRequest request;
      request.wanted.push_back({.quota = kQuota});
      const auto held = co_await desk.registrations().hold(std::move(request));
      RV_CHECK(held.has_value());
      ++decisions;
    }
  });
  return static_cast<double>(decisions) * 1e6 / static_cast<double>(monotonic_us() - start_us);
}

// One session of the usual ways.
class Plain {
 public:
  explicit Plain(const std::string& folder) {
    RV_CHECK(sqlite3_open((folder + "/records.db").c_str(), &database_) == SQLITE_OK);
    sqlite3_busy_timeout(database_, 60'000);
    run("PRAGMA synchronous = FULL");
    run("PRAGMA foreign_keys = ON");
  }
  ~Plain() {
    sqlite3_finalize(count_);
    sqlite3_close(database_);
  }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void run(const std::string& sql) {
    RV_CHECK(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }

  std::int64_t taken() {
    if (count_ == nullptr) {
      RV_CHECK(sqlite3_prepare_v2(database_,
                                  "SELECT COUNT(*) FROM booking_claim WHERE quota = 'seats'"
                                  " AND state = 'taken'",
                                  -1, &count_, nullptr) == SQLITE_OK);
    }
    RV_CHECK(sqlite3_step(count_) == SQLITE_ROW);
    const std::int64_t count = sqlite3_column_int64(count_, 0);
    sqlite3_reset(count_);
    return count;
  }

  // The rows that a hold writes.
  void book(const std::string& id) {
    run(
        fmt::format("INSERT INTO booking (id, state, created_at, expires_at, delete_after, device,"
                    " language, name, mail, mail_key, digest)"
                    " VALUES ('{0}', 'held', 0, 1, 1, '', '', '', '', '', '');"
                    "INSERT INTO booking_claim (booking, quota, seats, state, place)"
                    " VALUES ('{0}', 'seats', 1, 'taken', 0);"
                    "UPDATE publication SET value = value - 1, revision = revision + 1",
                    id));
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* count_ = nullptr;
};

// Threads that book until the time is over; `decide` runs inside the transaction.
template <class Decide>
double threads_per_s(const std::string& folder, int threads, std::int64_t duration_us,
                     std::mutex* event_lock, Decide decide) {
  {
    Desk desk(folder);
    bench::Loop().run(1, [&](int) -> Task<> {
      RV_CHECK((co_await desk.registrations().put_quotas({quota_from(desk.now())})).has_value());
    });
  }
  std::atomic<std::int64_t> decisions{0};
  const std::int64_t start_us = monotonic_us();
  std::vector<std::thread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      Plain session(folder);
      for (int number = 0; monotonic_us() - start_us < duration_us; ++number) {
        std::unique_lock<std::mutex> lock;
        if (event_lock != nullptr) lock = std::unique_lock(*event_lock);
        session.run("BEGIN IMMEDIATE");
        if (decide(session)) session.book(fmt::format("{}-{}", thread, number));
        session.run("COMMIT");
        ++decisions;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  return static_cast<double>(decisions) * 1e6 / static_cast<double>(monotonic_us() - start_us);
}

double lock_per_s(const std::string& folder, int threads, std::int64_t duration_us) {
  std::mutex lock;
  std::int64_t taken = 0;
  return threads_per_s(folder, threads, duration_us, &lock,
                       [&taken](Plain&) { return taken++ < kSeats; });
}

double count_per_s(const std::string& folder, int threads, std::int64_t duration_us) {
  return threads_per_s(folder, threads, duration_us, nullptr,
                       [](Plain& session) { return session.taken() < kSeats; });
}

int run(bool smoke, int clients, int threads) {
  const std::int64_t turn_us = smoke ? 200'000 : 3'000'000;
  std::vector<double> ours;
  std::vector<double> locked;
  std::vector<double> counted;
  for (int turn = 0; turn < (smoke ? 1 : 5); ++turn) {
    const bench::Folder first("revier_quota_ours");
    ours.push_back(ours_per_s(first.path(), clients, turn_us));
    const bench::Folder second("revier_quota_lock");
    locked.push_back(lock_per_s(second.path(), threads, turn_us));
    const bench::Folder third("revier_quota_count");
    counted.push_back(count_per_s(third.path(), threads, turn_us));
  }
  bench::print_row("quota: one writer, one lock an event", "decisions/s", ours, locked);
  bench::print_row("quota: one writer, row lock and COUNT", "decisions/s", ours, counted);
  return 0;
}

}  // namespace
}  // namespace revier::ticket

int main(int count, char** words) {
  using revier::bench::word;
  return revier::ticket::run(revier::bench::has_word(count, words, "--smoke"),
                             std::stoi(word(count, words, "--clients", "256")),
                             std::stoi(word(count, words, "--threads", "32")));
}
