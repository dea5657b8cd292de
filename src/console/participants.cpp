// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/participants.h"

#include <algorithm>

#include "base/ascii.h"
#include "console/detail/entry.h"
#include "console/texts.h"
#include "ticket/letters.h"

namespace revier::console {
namespace {

using ticket::Booking;
using ticket::BookingState;
using ticket::Claim;
using ticket::ClaimState;
using ticket::Registrations;
using web::Language;

// Of those that stand; who cancelled comes last.
enum class Rank : std::uint8_t { kSeats, kWaits, kCancelled };

Rank rank_of(const Booking& booking, std::string_view quota) {
  if (booking.state != BookingState::kRegistered) return Rank::kCancelled;
  return seats_in(booking, quota) > 0 ? Rank::kSeats : Rank::kWaits;
}

std::string_view family_name(std::string_view name) {
  if (const auto comma = name.find(','); comma != std::string_view::npos) {
    return name.substr(0, comma);
  }
  name = trimmed(name);
  const auto blank = name.rfind(' ');
  return blank == std::string_view::npos ? name : name.substr(blank + 1);
}

}  // namespace

std::string list_heading(const Registrations& registrations, std::string_view quota,
                         Language language) {
  const auto status = registrations.quota(quota);
  if (!status) return {};
  const std::string title = ticket::title_in(status->quota, language);
  const std::string when = ticket::when_in(status->quota, language);
  return when.starts_with(title) ? when : title + ", " + when;  // a day is called by its date
}

std::int64_t seats_in(const Booking& booking, std::string_view quota) {
  std::int64_t seats = 0;
  for (const Claim& claim : booking.claims) {
    const bool counts =
        claim.state == ClaimState::kTaken && (quota.empty() || claim.quota == quota);
    if (counts) seats = std::max(seats, claim.seats);
  }
  return seats;
}

std::string claim_state(const Claim& claim, const Registrations& registrations, Language language) {
  const bool takes_place = ticket::takes_place(registrations, claim.quota);
  if (takes_place && claim.state == ClaimState::kTaken) {
    return words(language, texts::kListTaken);
  }
  if (!takes_place || claim.state == ClaimState::kOffered) {
    return ticket::claim_state_in(claim, registrations, language);
  }
  return web::text(language, texts::kListPlace, {{"place", registrations.position(claim)}});
}

std::string state_in(const Booking& booking, std::string_view quota,
                     const Registrations& registrations, Language language) {
  if (booking.state == BookingState::kCancelled) return words(language, texts::kListCancelled);
  if (booking.state == BookingState::kHeld) return words(language, texts::kListHeld);
  if (booking.state == BookingState::kPassedOn) return words(language, texts::kListPassedOn);
  const auto asked = std::ranges::find(booking.claims, quota, &Claim::quota);
  if (asked != booking.claims.end() && asked->state == ClaimState::kOffered) {
    return claim_state(*asked, registrations, language);
  }
  if (seats_in(booking, quota) == 0) return words(language, texts::kListOnlyWaiting);
  const bool all_taken = std::ranges::all_of(
      booking.claims, [](const Claim& claim) { return claim.state == ClaimState::kTaken; });
  return words(language,
               quota.empty() && !all_taken ? texts::kListWaiting : texts::kListRegistered);
}

void order_by_name(std::vector<Booking>& bookings, std::string_view quota, Language language) {
  std::ranges::sort(bookings, [&](const Booking& a, const Booking& b) {
    const Rank first = rank_of(a, quota);
    const Rank second = rank_of(b, quota);
    if (first != second) return first < second;
    const int family = web::compare(language, family_name(a.name), family_name(b.name));
    if (family != 0) return family < 0;
    const int whole = web::compare(language, a.name, b.name);
    return whole != 0 ? whole < 0 : a.id < b.id;
  });
}

std::string counts_text(const std::vector<Booking>& bookings, std::string_view quota,
                        Language language) {
  std::int64_t registered = 0;
  std::int64_t seats = 0;
  std::int64_t waiting = 0;
  std::int64_t cancelled = 0;
  for (const Booking& booking : bookings) {
    const Rank rank = rank_of(booking, quota);
    if (rank == Rank::kSeats) ++registered;
    if (rank == Rank::kWaits) ++waiting;
    if (rank == Rank::kCancelled) ++cancelled;
    if (rank == Rank::kSeats) seats += seats_in(booking, quota);
  }
  std::string text =
      web::text(language, texts::kListCountSeats, {{"count", registered}, {"seats", seats}});
  if (waiting > 0) text += web::text(language, texts::kListCountWaiting, {{"count", waiting}});
  if (cancelled > 0) {
    text += web::text(language, texts::kListCountCancelled, {{"count", cancelled}});
  }
  return text;
}

}  // namespace revier::console
