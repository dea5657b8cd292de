// SPDX-License-Identifier: EUPL-1.2
// What is over is ended, and what has passed its retention is erased. One that cannot be ended
// stops no other, and retention waits for nothing.
#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "base/log.h"
#include "base/run_task.h"
#include "consent/consent.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {
namespace {

using records::Session;

constexpr std::int64_t kSweptAtOnce = 500;
constexpr std::int64_t kErasedAtOnce = 200;
constexpr std::int64_t kListedMax = 10'000;  // what the records answer at once

// Not the fault of what was to be ended.
bool is_of_records(Code code) {
  return code == Code::kUnavailable || code == Code::kReadOnly ||
         code == Code::kInsufficientStorage;
}

std::vector<rows::ClaimId> whole(std::vector<std::string> bookings) {
  std::vector<rows::ClaimId> ids;
  for (std::string& booking : bookings) ids.push_back({std::move(booking), {}});
  return ids;
}

}  // namespace

Task<Result<std::int64_t>> Desk::sweep() {
  return end_over({Over::kHold, Over::kOffer, Over::kUnconfirmed, Over::kNews});
}

Task<Result<std::int64_t>> Desk::end_over(std::vector<Over> kinds) {
  auto together =
      co_await run<std::int64_t>([this, &kinds](Session& s, Outcome& out) -> Result<std::int64_t> {
        std::int64_t ended = 0;
        for (const Over kind : kinds) {
          RV_ASSIGN(const std::vector<rows::ClaimId> list, list_over(s, kind));
          for (const rows::ClaimId& id : list) RV_TRY(end_one(s, kind, id, out));
          ended += std::ssize(list);
        }
        return ended;
      });
  if (together) co_return together;
  std::int64_t ended = 0;
  std::optional<Error> trouble;
  for (const Over kind : kinds) {
    const auto some = co_await end_each(kind);
    ended += some.value_or(0);
    if (!some) trouble = some.error();
  }
  if (trouble) co_return fail(std::move(*trouble));
  co_return ended;
}

Task<Result<std::int64_t>> Desk::end_each(Over kind) {
  using Ids = std::vector<rows::ClaimId>;
  auto list = co_await run<Ids>([this, kind](Session& s, Outcome&) { return list_over(s, kind); });
  if (!list) co_return fail(list.error());
  std::int64_t ended = 0;
  for (const rows::ClaimId& id : *list) {
    const auto done = co_await run<bool>([&](Session& s, Outcome& out) -> Result<bool> {
      RV_TRY(end_one(s, kind, id, out));
      return true;
    });
    if (done) {
      ++ended;
      continue;
    }
    put_off(kind, id, done.error());
    if (is_of_records(done.error().code)) co_return fail(done.error());
  }
  co_return ended;
}

// Behind what is put off there is room for as many as at all other times.
Result<std::vector<rows::ClaimId>> Desk::list_over(Session& s, Over kind) {
  std::set<std::pair<std::string, std::string>> later;
  {
    const ReadLock lock(mutex_);
    for (const auto& [key, until] : put_off_) {
      const auto& [its, booking, quota] = key;
      if (its == kind && until > now()) later.emplace(booking, quota);
    }
  }
  const std::int64_t most = kind == Over::kRetention ? kErasedAtOnce : kSweptAtOnce;
  const std::int64_t limit = std::min(most + std::ssize(later), kListedMax);
  std::vector<rows::ClaimId> list;
  if (kind == Over::kOffer) {
    RV_ASSIGN(list, rows::ended_offers(s, now(), limit));
  } else {
    RV_ASSIGN(std::vector<std::string> bookings,
              kind == Over::kHold          ? rows::ended_holds(s, now(), limit)
              : kind == Over::kUnconfirmed ? rows::unconfirmed(s, now(), limit)
              : kind == Over::kNews        ? list_news(s, limit)
                                           : rows::ended_retention(s, now(), limit));
    list = whole(std::move(bookings));
  }
  std::erase_if(list,
                [&](const rows::ClaimId& id) { return later.contains({id.booking, id.quota}); });
  return list;
}

// It may have been settled since it was listed.
Result<> Desk::end_one(Session& s, Over kind, const rows::ClaimId& id, Outcome& out) {
  Result<Booking> found = rows::find(s, id.booking);
  if (!found && found.error().code == Code::kResourceNotFound) return {};
  RV_ASSIGN(Booking booking, std::move(found));
  const bool stands = booking.state == BookingState::kRegistered;
  switch (kind) {
    case Over::kHold:
      if (booking.state != BookingState::kHeld || booking.expires_at > now()) return {};
      return end_hold(s, booking, out);
    case Over::kOffer: {
      const auto claim = std::ranges::find(booking.claims, id.quota, &Claim::quota);
      const bool ended = claim != booking.claims.end() && claim->state == ClaimState::kOffered &&
                         claim->offered_until <= now();
      return ended ? end_or_extend_offer(s, booking, *claim, out) : Result<>();
    }
    case Over::kUnconfirmed:
      if (!stands || booking.confirmed_at || booking.confirm_by.value_or(now()) > now()) return {};
      return end_unconfirmed(s, booking, out);
    case Over::kNews:
      return stands ? tell(s, std::move(booking)) : Result<>();
    case Over::kRetention:
      if (booking.delete_after > now()) return {};
      stale_ = true;  // should it still have had seats
      return rows::erase(s, booking.id);
  }
  return {};
}

void Desk::put_off(Over kind, const rows::ClaimId& id, const Error& error) {
  static constexpr std::array kNames{"hold", "offer", "unconfirmed", "news", "retention"};
  log_event(Level::kWarn, "ticket.not_ended",
            {{"what", kNames[static_cast<std::size_t>(kind)]}, {"reason", error.message}});
  const WriteLock lock(mutex_);
  std::erase_if(put_off_, [this](const auto& known) { return known.second <= now(); });
  put_off_[{kind, id.booking, id.quota}] =
      now() + (is_of_records(error.code) ? Duration::minutes(1) : Duration::hours(1));
}

// Erased rows are overwritten (secure_delete); the write-ahead log and pages not yet written back
// still hold them until it is emptied. Only then an erasure is done, and says so.
Result<> Desk::keep_retention() {
  const Instant until = now();
  std::optional<Error> trouble;
  const std::int64_t ended = erase_ended(until, trouble);
  const auto bookings = run_task(end_over({Over::kRetention}));
  if (!bookings) trouble = bookings.error();
  // A reader may keep the log this time: then the next time, whether more has ended or not.
  log_holds_erased_ = log_holds_erased_ || ended + bookings.value_or(1) > 0;
  if (log_holds_erased_) {
    RV_TRY(needs_.database.truncate_log());
    log_holds_erased_ = false;
    RV_TRY(needs_.database.writer().run_blocking(
        [&](Session& s) { return rows::set_erasures_done(s, until, now()); }));
  }
  if (trouble) return fail(std::move(*trouble));
  return {};
}

// All in one job, and where one fails, each in a job of its own.
std::int64_t Desk::erase_ended(Instant until, std::optional<Error>& trouble) {
  std::vector<EraseEnded> steps = needs_.erase_ended;
  steps.emplace_back(mail::erase_ended);
  steps.emplace_back(consent::erase_ended);
  steps.emplace_back([](Session& s, Instant now) -> Result<std::int64_t> {
    RV_TRY(rows::erase_ended_links(s, now));
    return rows::count_open_erasures(s);
  });
  steps.emplace_back([this](Session& s, Instant now) -> Result<std::int64_t> {
    RV_ASSIGN(const std::int64_t quotas,
              rows::erase_ended_appointments(s, now - Duration::days(1)));
    if (quotas > 0) stale_ = true;
    return quotas;
  });
  const auto erase = [&](std::span<const EraseEnded> some) {
    return needs_.database.writer().run_blocking([&](Session& s) -> Result<std::int64_t> {
      std::int64_t erased = 0;
      for (const EraseEnded& step : some) {
        RV_ASSIGN(const std::int64_t ended, step(s, until));
        erased += ended;
      }
      return erased;
    });
  };
  if (const auto together = erase(steps)) return *together;
  std::int64_t erased = 0;
  for (const EraseEnded& step : steps) {
    const auto done = erase({&step, 1});
    erased += done.value_or(0);
    if (!done) trouble = done.error();
  }
  return erased;
}

}  // namespace revier::ticket
