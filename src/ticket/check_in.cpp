// SPDX-License-Identifier: EUPL-1.2
#include "ticket/check_in.h"

#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"

namespace revier::ticket {
namespace {

constexpr std::size_t kDeskBytesMax = 60;

Result<> check_booked(const Booking& booking, std::string_view day_quota) {
  if (booking.state == BookingState::kCancelled) {
    return fail(Code::kGone, "this registration was cancelled");
  }
  for (const Claim& claim : booking.claims) {
    if (claim.quota != day_quota) continue;
    if (claim.state == ClaimState::kTaken) return {};
    return fail(Code::kConflict, "this person is on the waiting list of this day");
  }
  return fail(Code::kConflict, "this ticket is not booked for this day");
}

Result<CheckInAnswer> check_in_now(records::Session& session, const CheckInRequest& request,
                                   std::string_view day_quota, Instant now) {
  CheckIn wanted{.code = rules::normalise_code(request.code),
                 .day = request.day,
                 .desk = request.desk,
                 .at = now};
  auto booking = rows::find_by_code(session, wanted.code);
  if (!booking) return fail(Code::kResourceNotFound, "there is no ticket with this number", "code");
  RV_TRY(check_booked(*booking, day_quota));
  if (auto before = rows::find_check_in(session, wanted.code, wanted.day)) {
    return CheckInAnswer{std::move(*before), std::move(*booking), true};
  }
  RV_TRY(rows::insert_check_in(session, wanted));
  return CheckInAnswer{std::move(wanted), std::move(*booking), false};
}

}  // namespace

Task<Result<CheckInAnswer>> check_in(records::Database& database, const Clock& civil_clock,
                                     CheckInRequest request, std::string day_quota) {
  if (request.desk.size() > kDeskBytesMax) {
    co_return fail(Code::kUnprocessable, "the desk's name is at most 60 characters", "desk");
  }
  const Instant now = civil_clock.now();
  co_return co_await database.writer().run(
      [&](records::Session& session) { return check_in_now(session, request, day_quota, now); });
}

}  // namespace revier::ticket
