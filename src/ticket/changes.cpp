// SPDX-License-Identifier: EUPL-1.2
// What a person does with her registration afterwards: change it, pass it on, confirm her address.
#include <algorithm>

#include "consent/consent.h"
#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {
namespace {

using records::Session;

struct Reduced {
  Claim claim;         // as it is
  std::int64_t seats;  // that stay
};

struct Difference {
  std::vector<Claim> kept, added, removed;
  std::vector<Reduced> reduced;  // of the kept ones
  [[nodiscard]] bool empty() const { return added.empty() && removed.empty() && reduced.empty(); }
};

const Claim* find(const std::vector<Claim>& claims, const Claim& like) {
  const auto found = std::ranges::find(claims, like.quota, &Claim::quota);
  return found == claims.end() ? nullptr : &*found;
}

// Errors: kBadRequestData for more seats of a part: that is another place in the order.
Result<Difference> compare(const std::vector<Claim>& now, const ChangeRequest& request) {
  Difference difference;
  for (const Claim& claim : request.wanted) {
    const Claim* const known = find(now, claim);
    if (known == nullptr) {
      difference.added.push_back(claim);
      continue;
    }
    const bool fewer = claim.seats < known->seats;
    if (claim.seats > known->seats || (fewer && !request.may_reduce)) {
      return fail(Code::kBadRequestData,
                  "the number of seats of a part cannot change: remove it, then add it anew",
                  claim.quota);
    }
    if (fewer) difference.reduced.push_back({*known, claim.seats});
    difference.kept.push_back(*known);
  }
  for (const Claim& claim : now) {
    if (find(request.wanted, claim) == nullptr) difference.removed.push_back(claim);
  }
  return difference;
}

std::vector<Claim> joined(std::vector<Claim> a, const std::vector<Claim>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

Task<Result<Booking>> Desk::change(ChangeRequest request) {
  return run<Booking>([this, request = std::move(request)](Session& s, Outcome& out) {
    return change_in(s, request, out);
  });
}

Result<Booking> Desk::change_in(Session& s, const ChangeRequest& request, Outcome& out) {
  RV_ASSIGN(Booking booking, find_registered(s, request.booking));
  RV_TRY(put_appointments(s, request.quotas, out));
  RV_TRY(rules::check_list(request.wanted, booking.kind, writer_quotas_));
  RV_ASSIGN(Difference parts, compare(booking.claims, request));
  if (parts.empty()) return booking;
  if (!parts.reduced.empty()) RV_TRY(check_unused(s, booking));
  RV_TRY(rules::check_open(parts.added, writer_quotas_, now()));
  RV_TRY(rules::check_overlap(parts.added, parts.kept, writer_quotas_));
  RV_TRY(rules::check_seat_limit(parts.added, parts.kept, writer_quotas_));
  if (!booking.mail.empty()) {
    RV_ASSIGN(const auto others, other_claims(s, mail_key(booking.mail), booking));
    RV_TRY(check_beside(booking.id, mail_key(booking.mail), parts.added, others));
  }
  // All or nothing: what cannot be had leaves everything as it was.
  RV_ASSIGN(parts.added, seats_.take(booking.id, parts.added));
  for (const Claim& claim : parts.added) {
    out.quotas.push_back(claim.quota);
    RV_TRY(rows::insert_claim(s, booking.id, claim));
  }
  for (const Claim& claim : parts.removed) {
    RV_TRY(rows::erase_claim(s, {booking.id, claim.quota}));
  }
  RV_TRY(free_seats(s, booking.id, parts.removed, out));
  for (const auto& [claim, seats] : parts.reduced) {
    RV_TRY(reduce(s, booking.id, claim, seats, out));
  }
  Booking freed = booking;
  freed.claims = parts.removed;
  RV_TRY(keep_freed(s, freed, out));
  RV_TRY(rows::set_delete_after(s, booking.id, delete_after(booking.kind, request.wanted)));
  RV_ASSIGN(booking, rows::find(s, booking.id));
  RV_TRY(consent::set_retention(s, "registration:" + booking.id, booking.delete_after));
  // The letter reads the new time from the views, which may not know these minutes yet.
  if (booking.kind == BookingKind::kAppointment) {
    for (const Claim& claim : parts.added) refresh_view(claim.quota);
  }
  // Only the last of several changes is worth a letter.
  RV_TRY(mail::take_back(s, booking.mail, letter_key(LetterKind::kChanged, booking.id)));
  RV_TRY(write(s, {.kind = LetterKind::kChanged, .booking = booking, .at = now()}));
  if (request.also) RV_TRY(request.also(s));
  return booking;
}

Result<> Desk::reduce(Session& s, const std::string& booking, const Claim& claim,
                      std::int64_t seats, Outcome& out) {
  out.quotas.push_back(claim.quota);
  close_if_over(claim.quota);
  // First, since the claim itself may have waited and move up.
  RV_TRY(rows::set_seats(s, {booking, claim.quota}, seats));
  return settle(s, seats_.reduce(booking, claim, seats), out);
}

Result<> Desk::check_unused(Session& s, const Booking& booking) {
  if (!needs_.was_used) return {};
  RV_ASSIGN(const bool used, needs_.was_used(s, booking));
  if (!used) return {};
  return fail(Code::kConflict, "this ticket was used at the door already");
}

Result<std::vector<Claim>> Desk::other_claims(Session& s, const std::string& mail_key,
                                              const Booking& but) {
  RV_ASSIGN(const std::vector<Booking> bookings, rows::bookings_of_mail(s, mail_key));
  std::vector<Claim> claims;
  for (const Booking& booking : bookings) {
    if (booking.id != but.id) claims = joined(std::move(claims), booking.claims);
  }
  return claims;
}

Task<Result<Booking>> Desk::transfer(TransferRequest request) {
  return run<Booking>([this, request = std::move(request)](Session& s, Outcome& out) {
    return transfer_in(s, request, out);
  });
}

Result<Booking> Desk::transfer_in(Session& s, const TransferRequest& request, Outcome& out) {
  RV_ASSIGN(const Booking known, rows::find(s, request.booking));
  if (known.state == BookingState::kPassedOn) return known;
  RV_ASSIGN(const Booking booking, find_registered(s, request.booking));
  Booking next{.id = random_id(needs_.random),
               .state = BookingState::kRegistered,
               .created_at = now(),
               .expires_at = now(),
               .delete_after = booking.delete_after,
               .language = request.language,
               .name = request.name,
               .mail = request.mail,
               .code = rules::ticket_code(needs_.random),
               .registered_at = now(),
               .confirm_by = confirm_by(booking.kind, false)};
  if (booking.kind == BookingKind::kAppointment) {
    return fail(Code::kConflict, "an appointment cannot be passed on: cancel it");
  }
  std::vector<Claim> ended;
  for (const Claim& claim : booking.claims) {
    (claim.state == ClaimState::kTaken ? next.claims : ended).push_back(claim);
  }
  if (next.claims.empty()) {
    return fail(Code::kConflict, "only confirmed seats can be passed on, and there is none");
  }
  RV_TRY(check_unused(s, booking));
  RV_TRY(check_mail_limit(s, request.mail));
  const std::string key = mail_key(request.mail);
  RV_ASSIGN(const std::vector<Claim> others, other_claims(s, key, booking));
  RV_TRY(check_beside(booking.id, key, next.claims, others));
  RV_TRY(rows::pass_on(s, booking.id, next, key, now()));
  RV_TRY(
      mail::take_back(s, booking.mail, letters_begin(booking.id) + std::string(kAnnouncementKey)));
  RV_TRY(free_seats(s, booking.id, ended, out));
  RV_TRY(write(s, {.kind = LetterKind::kReceived, .booking = next}));
  RV_ASSIGN(Booking given, rows::find(s, booking.id));
  RV_TRY(write(s, {.kind = LetterKind::kPassedOn, .booking = given}));
  return given;
}

Task<Result<Booking>> Desk::correct(CorrectionRequest request) {
  return run<Booking>([this, request = std::move(request)](Session& s, Outcome& out) {
    return correct_in(s, request, out);
  });
}

Result<> Desk::renew(Session& s, Booking& booking, Outcome& out) {
  booking.renewed_at = now();
  out.renewed = {booking.id, *booking.renewed_at};
  bool used = false;
  if (needs_.was_used) {
    RV_ASSIGN(used, needs_.was_used(s, booking));
  }
  if (used) return {};
  RV_ASSIGN(booking.code, new_code(s, booking.kind));
  return {};
}

Result<Booking> Desk::correct_in(Session& s, const CorrectionRequest& request, Outcome& out) {
  RV_ASSIGN(const Booking before, find_registered(s, request.booking));
  RV_TRY(check_mail_limit(s, request.mail));
  const std::string key = mail_key(request.mail);
  const bool moved = key != mail_key(before.mail);
  Booking booking = before;
  booking.name = request.name;
  booking.mail = request.mail;
  if (moved) {
    booking.confirmed_at.reset();
    booking.confirm_by = confirm_by(booking.kind, false);
    RV_TRY(renew(s, booking, out));
  }
  RV_TRY(rows::set_person(s, booking, key));
  if (moved && !before.mail.empty()) {
    if (needs_.write_again) RV_TRY(needs_.write_again(s, booking));
    RV_TRY(mail::take_back(s, before.mail, letters_begin(before.id)));
    RV_TRY(write(s, {.kind = LetterKind::kMailChanged, .booking = before, .at = now()}));
  }
  RV_TRY(write(s, {.kind = LetterKind::kCorrected, .booking = booking, .at = now()}));
  if (request.also) RV_TRY(request.also(s));
  return booking;
}

Task<Result<>> Desk::withdraw(std::string id, std::string purpose) {
  auto done = co_await run<bool>([this, id, purpose](Session& s, Outcome&) -> Result<bool> {
    RV_ASSIGN(const Booking booking, rows::find(s, id));
    RV_ASSIGN(const std::vector<consent::Entry> said, consent::entries(s, "registration:" + id));
    const auto last =
        std::ranges::find(said.rbegin(), said.rend(), purpose, &consent::Entry::purpose);
    if (last == said.rend()) {
      return fail(Code::kResourceNotFound, "there is no such consent", "purpose");
    }
    if (!last->given) return true;
    consent::Entry withdrawn = *last;
    withdrawn.given = false;
    withdrawn.at = now();
    withdrawn.channel = "web";
    withdrawn.retain_until = booking.delete_after;
    RV_TRY(consent::record(s, withdrawn));
    return true;
  });
  RV_CO_TRY(done);
  co_return Result<>{};
}

Task<Result<Booking>> Desk::confirm(std::string id) {
  return run<Booking>([this, id](Session& s, Outcome&) -> Result<Booking> {
    RV_TRY(find_registered(s, id));
    RV_TRY(rows::set_confirmed(s, id, now()));
    return rows::find(s, id);
  });
}

}  // namespace revier::ticket
