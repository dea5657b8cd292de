// SPDX-License-Identifier: EUPL-1.2
// Waiting lists: whose turn it is, what is offered, what becomes of an offer.
#include <algorithm>

#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {
namespace {

using records::Session;

const Claim* find_claim(const Booking& booking, std::string_view quota) {
  const auto found = std::ranges::find(booking.claims, quota, &Claim::quota);
  return found == booking.claims.end() ? nullptr : &*found;
}

tl::unexpected<Error> no_offer(const std::string& quota) {
  return fail(Code::kHoldEnded, "this offer has ended", quota);
}

// On this side of the mail server.
bool is_waiting(const mail::StoredMessage& letter) {
  return letter.state == mail::State::kWaiting || letter.state == mail::State::kHanded;
}

// A letter that has not left yet. A row that is gone was erased.
Result<std::optional<mail::StoredMessage>> find_waiting(Session& session, const std::string& key) {
  auto letter = mail::find_by_key(session, key);
  if (!letter && letter.error().code != Code::kResourceNotFound) return fail(letter.error());
  if (!letter || !is_waiting(*letter)) return std::nullopt;
  return std::move(*letter);
}

// The newest letter with the link that confirms her address, as it is now.
Result<std::optional<mail::StoredMessage>> find_asking(Session& session, const Booking& booking) {
  RV_ASSIGN(std::optional<mail::StoredMessage> letter,
            mail::newest_to(session, booking.mail, letter_key(LetterKind::kCorrected, booking.id)));
  if (letter) return letter;
  return mail::newest_to(session, booking.mail, letter_key(LetterKind::kConfirmed, booking.id));
}

}  // namespace

Task<Result<Booking>> Desk::accept(std::string id, std::string quota) {
  return run<Booking>([this, id, quota](Session& s, Outcome& out) -> Result<Booking> {
    RV_ASSIGN(const Booking booking, find_registered(s, id));
    const Claim* const claim = find_claim(booking, quota);
    if (claim == nullptr || claim->state == ClaimState::kWaiting) return no_offer(quota);
    if (claim->state == ClaimState::kTaken) return booking;
    if (claim->offered_until <= now()) return no_offer(quota);
    out.quotas.push_back(quota);
    // The ticket's page has this answer too: it does not show that she reads the mail.
    RV_TRY(rows::set_taken(s, id, quota));
    return rows::find(s, id);
  });
}

Task<Result<Booking>> Desk::decline(std::string id, std::string quota) {
  return run<Booking>([this, id, quota](Session& s, Outcome& out) -> Result<Booking> {
    RV_ASSIGN(const Booking booking, rows::find(s, id));
    const Claim* const claim = find_claim(booking, quota);
    if (claim == nullptr) return booking;  // declined before, or run out
    if (claim->state == ClaimState::kTaken) {
      return fail(Code::kConflict, "this seat is yours already; change the registration", quota);
    }
    RV_TRY(end_offer(s, booking, *claim, out));
    return rows::find(s, id);
  });
}

Result<> Desk::settle(Session& s, const std::vector<Promotion>& promotions, Outcome& out) {
  for (const Promotion& promotion : promotions) {
    out.quotas.push_back(promotion.quota);
    RV_TRY(offer(s, promotion));
  }
  return {};
}

Result<> Desk::offer(Session& s, const Promotion& promotion) {
  RV_ASSIGN(Booking booking, rows::find(s, promotion.booking));
  const Instant until = offer_end(promotion.quota);
  // A hold has its own end and nobody to write to; and there is nothing to wait for any more once
  // it has begun.
  if (booking.state == BookingState::kHeld || until <= now()) {
    RV_TRY(rows::set_taken(s, promotion.booking, promotion.quota));
    if (booking.state == BookingState::kHeld) return {};
    return write(
        s,
        {.kind = LetterKind::kMovedUp, .booking = booking, .quota = promotion.quota, .at = now()});
  }
  RV_TRY(rows::set_offered(s, {promotion.booking, promotion.quota}, until));
  RV_ASSIGN(booking, rows::find(s, promotion.booking));
  return write(
      s, {.kind = LetterKind::kOffer, .booking = booking, .quota = promotion.quota, .at = until});
}

Instant Desk::offer_end(const std::string& quota) const {
  return std::min(now() + needs_.options.offer, writer_quotas_.at(quota).starts_at);
}

Result<> Desk::end_or_extend_offer(Session& s, const Booking& booking, const Claim& claim,
                                   Outcome& out) {
  const LetterOrder told{.kind = LetterKind::kOffer,
                         .booking = booking,
                         .quota = claim.quota,
                         .at = claim.offered_until};
  RV_ASSIGN(const std::optional<mail::StoredMessage> untold, find_waiting(s, letter_key(told)));
  const Instant until = offer_end(claim.quota);
  if (untold && until > now()) {
    RV_TRY(mail::take_back(s, booking.mail, letter_key(told)));
    RV_TRY(rows::set_offered(s, {booking.id, claim.quota}, until));
    RV_ASSIGN(const Booking offered, rows::find(s, booking.id));
    const LetterOrder anew{
        .kind = LetterKind::kOffer, .booking = offered, .quota = claim.quota, .at = until};
    RV_TRY(write(s, anew));
    // A server that is away counts for no letter; an address that was tried is no new one.
    if (untold->attempts == 0) return {};
    return mail::age_like(s, letter_key(anew), *untold);
  }
  RV_TRY(write(s, {.kind = LetterKind::kOfferEnded,
                   .booking = booking,
                   .quota = claim.quota,
                   .at = claim.offered_until}));
  return end_offer(s, booking, claim, out);
}

Result<> Desk::end_offer(Session& s, const Booking& booking, const Claim& claim, Outcome& out) {
  RV_TRY(rows::erase_claim(s, {booking.id, claim.quota}));
  if (booking.claims.size() == 1) RV_TRY(rows::set_cancelled(s, booking.id, now()));
  return free_seats(s, booking.id, {claim}, out);
}

Result<> Desk::end_unconfirmed(Session& s, const Booking& booking, Outcome& out) {
  RV_ASSIGN(const std::optional<mail::StoredMessage> letter, find_asking(s, booking));
  // Her time begins when the letter has left: who was not asked cannot answer.
  const Duration within = confirm_within(booking.kind);
  Instant asked = *booking.confirm_by - within;
  if (letter) {
    asked = std::max(asked, is_waiting(*letter) ? now() : letter->settled_at.value_or(asked));
  }
  const Instant by = asked + within;
  if (by > now()) return rows::set_confirm_by(s, booking.id, by);
  RV_TRY(cancel_in(s, booking.id, {LetterKind::kUnconfirmed}, out));
  return {};
}

}  // namespace revier::ticket
