// SPDX-License-Identifier: EUPL-1.2
#include "ticket/registrations.h"

#include <algorithm>

#include "consent/consent.h"
#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {
namespace {

using records::Session;

// Attribute of the public entity that shows what is left (schema.org).
constexpr std::string_view kFreeSeats = "https://schema.org/remainingAttendeeCapacity";
constexpr char kRenewedSign = '~';  // in no id

}  // namespace

Task<Result<Booking>> Desk::hold(HoldRequest request) {
  return run<Booking>([this, request = std::move(request)](Session& s, Outcome& out) {
    return hold_in(s, request, out);
  });
}

Task<Result<Booking>> Desk::extend(std::string id) {
  return run<Booking>([this, id = std::move(id)](Session& s, Outcome&) -> Result<Booking> {
    RV_ASSIGN(Booking booking, find_open_hold(s, id));
    if (booking.extended) return booking;
    booking.extended = true;
    booking.expires_at = now() + needs_.options.hold;
    RV_TRY(rows::set_extended(s, id, booking.expires_at));
    open_holds_.extend(id, booking.expires_at);
    return booking;
  });
}

Task<Result<>> Desk::give_back(std::string id) {
  auto done = co_await run<Booking>([this, id](Session& s, Outcome& out) -> Result<Booking> {
    RV_ASSIGN(Booking booking, rows::find(s, id));
    if (booking.state != BookingState::kHeld) {
      return fail(Code::kConflict, "this booking is not a hold any more");
    }
    RV_TRY(end_hold(s, booking, out));
    return booking;
  });
  RV_CO_TRY(done);
  co_return Result<>{};
}

Task<Result<Booking>> Desk::complete(RegistrationRequest request) {
  return run<Booking>([this, request = std::move(request)](Session& s, Outcome&) {
    return complete_in(s, request);
  });
}

Task<Result<Booking>> Desk::cancel(std::string id, Also also) {
  return run<Booking>([this, id = std::move(id), also = std::move(also)](Session& s, Outcome& out) {
    return cancel_in(s, id, {LetterKind::kCancelled, also}, out);
  });
}

Result<Booking> Desk::cancel_in(Session& s, const std::string& id, const Cancelling& how,
                                Outcome& out) {
  RV_ASSIGN(Booking booking, rows::find(s, id));
  if (booking.state == BookingState::kCancelled) return booking;
  if (booking.state == BookingState::kHeld) {
    return fail(Code::kConflict, "this hold is not a registration yet");
  }
  if (booking.state == BookingState::kPassedOn) {
    return fail(Code::kGone, "this ticket was passed on to another person");
  }
  RV_TRY(rows::set_cancelled(s, id, now()));
  RV_TRY(free_seats(s, id, booking.claims, out));
  RV_TRY(keep_freed(s, booking, out));
  RV_TRY(mail::take_back(s, booking.mail, letters_begin(id) + std::string(kAnnouncementKey)));
  // Where it was changed just before, and that is not told yet, it is not worth a letter any more.
  RV_TRY(mail::take_back(s, booking.mail, letter_key(LetterKind::kChanged, booking.id)));
  RV_TRY(write(s, {.kind = how.why, .booking = booking}));
  if (how.also) RV_TRY(how.also(s));
  booking.state = BookingState::kCancelled;
  booking.cancelled_at = now();
  booking.claims.clear();
  return booking;
}

std::vector<QuotaStatus> Desk::quotas() const {
  const ReadLock lock(mutex_);
  std::vector<QuotaStatus> list;
  for (const auto& [id, view] : views_) {
    if (view.status.quota.kind != QuotaKind::kAppointment) list.push_back(view.status);
  }
  std::ranges::sort(list, [](const QuotaStatus& a, const QuotaStatus& b) {
    return std::tie(a.quota.starts_at, a.quota.id) < std::tie(b.quota.starts_at, b.quota.id);
  });
  return list;
}

Result<QuotaStatus> Desk::quota(std::string_view id) const {
  const ReadLock lock(mutex_);
  const auto found = views_.find(id);
  if (found == views_.end()) {
    return fail(Code::kResourceNotFound, "there is no such quota", std::string(id));
  }
  return found->second.status;
}

Result<std::string> Desk::linked(std::string_view link) const {
  Booking booking{.id = std::string(link.substr(0, link.find(kRenewedSign)))};
  const ReadLock lock(mutex_);
  if (const auto found = renewed_.find(booking.id); found != renewed_.end()) {
    booking.renewed_at = found->second;
  }
  if (link_id(booking) == link) return std::move(booking.id);
  return fail(Code::kResourceNotFound, "this link is not valid any more");
}

std::vector<QuotaStatus> Desk::appointments(std::string_view id_begin) const {
  const ReadLock lock(mutex_);
  std::vector<QuotaStatus> list;
  for (auto at = views_.lower_bound(id_begin); at != views_.end(); ++at) {
    if (!at->first.starts_with(id_begin)) break;
    if (at->second.status.quota.kind == QuotaKind::kAppointment) list.push_back(at->second.status);
  }
  return list;
}

std::int64_t Desk::position(const Claim& claim) const {
  if (claim.state != ClaimState::kWaiting) return 0;
  const ReadLock lock(mutex_);
  const auto found = views_.find(claim.quota);
  if (found == views_.end()) return 0;
  const auto& places = found->second.places;
  const auto at = std::ranges::lower_bound(places, claim.place);
  return at == places.end() || *at != claim.place ? 0 : at - places.begin() + 1;
}

std::int64_t Desk::next_position(std::string_view quota) const {
  const ReadLock lock(mutex_);
  const auto found = views_.find(quota);
  return found == views_.end() ? 1 : std::ssize(found->second.places) + 1;
}

void Desk::note_renewed(const rows::Renewed& renewed) {
  const WriteLock lock(mutex_);
  renewed_[renewed.booking] = renewed.at;
}

Result<> Desk::load(Session& session) {
  seats_ = {};
  has_news_ = true;
  writer_quotas_.clear();
  RV_ASSIGN(const std::vector<Quota> quotas, rows::quotas(session));
  for (const Quota& quota : quotas) {
    writer_quotas_[quota.id] = quota;
    seats_.set_capacity(quota.id, quota.capacity);
    close_if_over(quota.id);
  }
  RV_ASSIGN(const std::vector<rows::ClaimRow> claims, rows::live_claims(session));
  for (const rows::ClaimRow& row : claims) seats_.restore(row.booking, row.claim);
  for (const auto& [id, quota] : writer_quotas_) refresh_view(id);
  RV_ASSIGN(const std::vector<rows::Renewed> renewed, rows::renewed(session));
  for (const rows::Renewed& row : renewed) note_renewed(row);
  const WriteLock lock(mutex_);
  std::erase_if(views_, [&](const auto& view) { return !writer_quotas_.contains(view.first); });
  return {};
}

Result<Booking> Desk::hold_in(Session& s, const HoldRequest& request, Outcome& out) {
  const Instant start = now();
  const std::string digest = rules::digest(request);
  if (!request.idempotency_key.empty()) {
    if (auto known = rows::find_by_hold_key(s, request.idempotency_key)) {
      return repeated_hold(std::move(*known), digest);
    }
  }
  RV_TRY(put_appointments(s, request.quotas, out));
  RV_TRY(rules::check_wanted(request.wanted, request.kind, writer_quotas_, start));
  RV_TRY(rules::check_overlap(request.wanted, {}, writer_quotas_));
  std::vector<Claim> others;
  if (!request.device.empty()) {
    RV_ASSIGN(others, rows::claims_of_device(s, request.device));
    if (request.kind == BookingKind::kAppointment) {
      RV_ASSIGN(const std::int64_t appointments,
                rows::appointments_of_device(s, request.device, start));
      if (appointments >= request.of_device_max) {
        return fail(Code::kSeatLimit, "this device has that many appointments already");
      }
    }
  }
  RV_TRY(rules::check_seat_limit(request.wanted, others, writer_quotas_));
  const std::int64_t most = needs_.options.holds_a_network_max;
  const bool counted = !request.network.empty() && most > 0;
  if (counted && open_holds_.count(request.network, start) >= most) {
    return fail(Code::kTooManyRequests,
                "too many holds are open from this network; try again in some minutes");
  }
  Booking booking{.id = random_id(needs_.random),
                  .kind = request.kind,
                  .subject = request.subject,
                  .created_at = start,
                  .expires_at = request.until.value_or(start + needs_.options.hold)};
  booking.delete_after = booking.expires_at;
  RV_ASSIGN(booking.claims, seats_.take(booking.id, request.wanted));
  if (counted) open_holds_.add(request.network, booking.id, booking.expires_at);
  for (const Claim& claim : booking.claims) out.quotas.push_back(claim.quota);
  RV_TRY(rows::insert_hold(s, booking, request, digest));
  if (request.also) RV_TRY(request.also(s, booking));
  return booking;
}

// The key alone does not show who asks: a booking that is somebody's by now is not handed out.
Result<Booking> Desk::repeated_hold(rows::KeyedBooking known, std::string_view digest) const {
  if (known.booking.state != BookingState::kHeld || known.booking.expires_at <= now()) {
    return fail(Code::kHoldEnded, "the hold of this idempotency key has ended or was used");
  }
  if (known.digest == digest) return std::move(known.booking);
  return fail(Code::kUnprocessable, "this idempotency key was used for another request");
}

Result<Booking> Desk::complete_in(Session& s, const RegistrationRequest& request) {
  const std::string digest = rules::digest(request);
  if (!request.idempotency_key.empty()) {
    if (auto known = rows::find_by_register_key(s, request.idempotency_key)) {
      if (known->digest == digest) return std::move(known->booking);
      return fail(Code::kUnprocessable, "this idempotency key was used for another request");
    }
  }
  if (request.also) RV_TRY(request.also(s));
  RV_ASSIGN(Booking booking, find_open_hold(s, request.booking));
  RV_TRY(rules::check_takes_place(booking.claims, writer_quotas_));
  const std::string key = mail_key(request.mail);
  if (!request.at_desk) RV_TRY(check_person(s, booking, request, key));
  RV_ASSIGN(const std::string code, new_code(s, booking.kind));
  RV_TRY(rows::set_registered(s, {.request = request,
                                  .mail_key = key,
                                  .code = code,
                                  .digest = digest,
                                  .now = now(),
                                  .delete_after = delete_after(booking.kind, booking.claims),
                                  .confirm_by = confirm_by(booking.kind, request.must_confirm)}));
  RV_ASSIGN(booking, rows::find(s, request.booking));
  for (const ConsentChoice& consent : request.consents) {
    RV_TRY(record_consent(s, booking, consent));
  }
  RV_TRY(write(s, {.kind = LetterKind::kConfirmed, .booking = booking}));
  open_holds_.remove(booking.id);
  return booking;
}

Result<> Desk::check_person(Session& s, const Booking& booking, const RegistrationRequest& request,
                            const std::string& key) {
  if (!request.by_letter) RV_TRY(check_mail_limit(s, request.mail));
  RV_ASSIGN(const std::vector<Claim> others, rows::claims_of_mail(s, key));
  RV_TRY(check_beside(booking.id, key, booking.claims, others));
  if (booking.kind != BookingKind::kAppointment) return {};
  RV_ASSIGN(const std::int64_t appointments, rows::appointments_of_mail(s, key, now()));
  if (appointments < needs_.options.appointments_a_person_max) return {};
  return fail(Code::kSeatLimit, fmt::format("at most {} appointments at a time with one address",
                                            needs_.options.appointments_a_person_max));
}

// An appointment is called by the first signs of its code: nobody else is, as long as both stand.
Result<std::string> Desk::new_code(Session& s, BookingKind kind) {
  constexpr int kTries = 100;
  std::string code = rules::ticket_code(needs_.random);
  if (kind != BookingKind::kAppointment) return code;
  for (int tries = 0; tries < kTries; ++tries) {
    RV_ASSIGN(const bool taken, rows::is_called_so(s, code));
    if (!taken) break;
    code = rules::ticket_code(needs_.random);
  }
  return code;
}

Duration Desk::confirm_within(BookingKind kind) const {
  return kind == BookingKind::kAppointment ? needs_.options.confirm_appointment_within
                                           : needs_.options.confirm_within;
}

std::optional<Instant> Desk::confirm_by(BookingKind kind, bool must) const {
  if (kind == BookingKind::kAppointment && !must) return std::nullopt;
  const Duration within = confirm_within(kind);
  if (within.us == 0) return std::nullopt;
  return now() + within;
}

Instant Desk::delete_after(BookingKind kind, const std::vector<Claim>& claims) const {
  return rules::last_end(claims, writer_quotas_, now()) +
         (kind == BookingKind::kAppointment ? needs_.options.retention_after_appointment
                                            : needs_.options.retention_after_event);
}

// One that is there as it shall be is left alone, so that a refused hold leaves nothing behind.
Result<> Desk::put_appointments(Session& s, const std::vector<Quota>& quotas, Outcome& out) {
  for (const Quota& quota : quotas) {
    const auto known = writer_quotas_.find(quota.id);
    if (known != writer_quotas_.end() && known->second == quota) continue;
    out.quotas.push_back(quota.id);
    RV_TRY(rows::put_quota(s, quota));
    writer_quotas_[quota.id] = quota;
    seats_.set_capacity(quota.id, quota.capacity);
  }
  return {};
}

Result<> Desk::check_beside(const std::string& booking, const std::string& mail_key,
                            const std::vector<Claim>& wanted, const std::vector<Claim>& others) {
  constexpr unsigned kOfBooking = 5;
  constexpr unsigned kOfAddress = 10;
  const std::string tries = "booking " + booking;
  const std::string asked = "mail " + mail_key;
  if (refusals_.exhausted(tries, kOfBooking, now()) ||
      refusals_.exhausted(asked, kOfAddress, now())) {
    return fail(Code::kTooManyRequests, "refused too often; try again in an hour",
                std::string(kRefusals));
  }
  Result<> fits = rules::check_overlap(wanted, others, writer_quotas_);
  if (fits) fits = rules::check_seat_limit(wanted, others, writer_quotas_);
  if (fits) return {};
  static_cast<void>(refusals_.take(tries, kOfBooking, now()));
  static_cast<void>(refusals_.take(asked, kOfAddress, now()));
  if (fits.error().code != Code::kOverlap) return fits;
  return fail(Code::kOverlap, "this is at the same time as something that is booked already",
              fits.error().field);
}

Result<> Desk::check_mail_limit(Session& s, std::string_view to) {
  RV_ASSIGN(const bool enough,
            mail::has_had_enough(s, to, now(), needs_.options.mails_an_hour_max));
  if (!enough) return {};
  return fail(Code::kTooManyRequests,
              "this address has had several mails in the last hour; try again in an hour", "mail");
}

Result<> Desk::record_consent(Session& s, const Booking& booking, const ConsentChoice& choice) {
  return consent::record(s, {.subject = "registration:" + booking.id,
                             .purpose = choice.kind,
                             .given = true,
                             .at = now(),
                             .channel = "web",
                             .wording_kind = choice.kind,
                             .wording_version = choice.version,
                             .wording_language = booking.language,
                             .proof = "registration:" + booking.id,
                             .retain_until = booking.delete_after});
}

Result<Booking> Desk::find_open_hold(Session& s, std::string_view id) {
  auto found = rows::find(s, id);
  if (!found || found->state != BookingState::kHeld || found->expires_at <= now()) {
    return fail(Code::kHoldEnded, "the hold has ended or was used; choose your seats again");
  }
  return found;
}

Result<Booking> Desk::find_registered(Session& s, std::string_view id) {
  RV_ASSIGN(Booking booking, rows::find(s, id));
  if (booking.state == BookingState::kRegistered) return booking;
  if (booking.state == BookingState::kHeld) {
    return fail(Code::kResourceNotFound, "there is no such registration");
  }
  return fail(Code::kGone, booking.state == BookingState::kPassedOn
                               ? "this ticket was passed on to another person"
                               : "this registration was cancelled");
}

Result<> Desk::end_hold(Session& s, const Booking& booking, Outcome& out) {
  RV_TRY(rows::erase(s, booking.id));
  open_holds_.remove(booking.id);
  return free_seats(s, booking.id, booking.claims, out);
}

Result<> Desk::free_seats(Session& s, const std::string& booking, const std::vector<Claim>& claims,
                          Outcome& out) {
  for (const Claim& claim : claims) {
    out.quotas.push_back(claim.quota);
    close_if_over(claim.quota);
  }
  return settle(s, seats_.release(booking, claims), out);
}

Result<> Desk::keep_freed(Session& s, const Booking& freed, Outcome& out) {
  const bool had_time = freed.kind == BookingKind::kAppointment && !freed.claims.empty();
  if (!had_time || !needs_.keep_freed) return {};
  RV_ASSIGN(const std::optional<HoldRequest> request, needs_.keep_freed(s, freed));
  if (!request) return {};
  const Result<Booking> kept = hold_in(s, *request, out);
  // Hours that were cut meanwhile may leave no seat for it: then nobody else gets it either.
  const bool refused = !kept && (kept.error().code == Code::kQuotaFull ||
                                 kept.error().code == Code::kRegistrationClosed);
  if (kept || refused) return {};
  return fail(kept.error());
}

void Desk::close_if_over(const std::string& quota) {
  const Quota& known = writer_quotas_.at(quota);
  seats_.set_over(quota, known.ends_at <= now() || !known.takes_place());
}

Result<> Desk::write(Session& s, const LetterOrder& order) {
  if (order.booking.mail.empty()) return {};  // booked by a clerk for somebody without one
  return mail::enqueue(s, needs_.letter(order), now());
}

// One figure a quota and group, however many have taken seats.
Result<> Desk::publish_figures(Session& s) {
  figures_.clear();  // of a group that failed
  put_in_group_ = false;
  if (changed_.empty()) return {};
  RV_TRY(load_if_stale(s));
  for (const std::string& id : changed_) {
    const auto quota = writer_quotas_.find(id);
    if (quota == writer_quotas_.end() || quota->second.entity.empty()) continue;
    const QuotaStatus status{quota->second, seats_.figures(id)};
    RV_ASSIGN(publication::Item item,
              publication::write(s, quota->second.entity, kFreeSeats, status.free()));
    figures_.push_back(std::move(item));
  }
  changed_.clear();
  return {};
}

void Desk::offer_figures() {
  for (const publication::Item& item : figures_) needs_.publisher.offer(item);
  figures_.clear();
}

void Desk::refresh_view(const std::string& id) {
  const auto quota = writer_quotas_.find(id);
  if (quota == writer_quotas_.end()) {  // a later job of the same group has erased it
    const WriteLock lock(mutex_);
    views_.erase(id);
    return;
  }
  View view{.status = {quota->second, seats_.figures(id)}, .places = seats_.places(id)};
  const WriteLock lock(mutex_);
  views_[id] = std::move(view);
}

std::string link_id(const Booking& booking) {
  if (!booking.renewed_at) return booking.id;
  return fmt::format("{}{}{}", booking.id, kRenewedSign, booking.renewed_at->us);
}

std::optional<Quota> visit_of(const Booking& booking, const Registrations& registrations) {
  std::optional<Quota> visit;
  for (const Claim& claim : booking.claims) {
    auto status = registrations.quota(claim.quota);
    if (!status) continue;
    const Quota& part = status->quota;
    if (!visit) visit = part;
    if (part.starts_at < visit->starts_at) visit->starts_at = part.starts_at;
    if (part.ends_at > visit->ends_at) visit->ends_at = part.ends_at;
  }
  return visit;
}

Result<std::unique_ptr<Registrations>> Registrations::open(Needs needs) {
  records::Database& database = needs.database;
  RV_TRY(database.writer().run_blocking([](Session& s) { return rows::fill_name_keys(s); }));
  auto desk = std::make_unique<Desk>(std::move(needs));
  RV_TRY(database.read([&](Session& session) { return desk->load(session); }));
  return desk;
}

}  // namespace revier::ticket
