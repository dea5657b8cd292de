// SPDX-License-Identifier: EUPL-1.2
// What the programme changes: quotas as it has them now, and who is told of it.
#include <algorithm>

#include "consent/consent.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/detail/desk.h"

namespace revier::ticket {

using records::Session;

Task<Result<>> Desk::put_quotas(std::vector<Quota> quotas) {
  auto done = co_await run<bool>(
      [this, quotas = std::move(quotas)](Session& s, Outcome& out) -> Result<bool> {
        for (const Quota& quota : quotas) RV_TRY(put_quota(s, quota, out));
        has_news_ = true;
        put_in_group_ = true;
        return true;
      });
  RV_CO_TRY(done);
  co_return Result<>{};
}

Result<> Desk::put_quota(Session& s, const Quota& quota, Outcome& out) {
  out.quotas.push_back(quota.id);
  RV_TRY(rows::put_quota(s, quota));
  writer_quotas_[quota.id] = quota;
  seats_.set_capacity(quota.id, quota.capacity);
  close_if_over(quota.id);
  if (!quota.takes_place()) RV_TRY(end_offers(s, quota.id, out));
  return settle(s, seats_.promote(quota.id), out);
}

Result<> Desk::end_offers(Session& s, const std::string& quota, Outcome& out) {
  RV_ASSIGN(const std::vector<std::string> offered, rows::offers_of(s, quota));
  for (const std::string& id : offered) {
    RV_ASSIGN(const Booking booking, rows::find(s, id));
    const auto claim = std::ranges::find(booking.claims, quota, &Claim::quota);
    const LetterOrder told{
        .kind = LetterKind::kOffer, .booking = booking, .quota = quota, .at = claim->offered_until};
    RV_TRY(mail::take_back(s, booking.mail, letter_key(told)));
    RV_TRY(rows::set_waiting(s, {id, quota}, seats_.return_to_list(id, *claim)));
    out.quotas.push_back(quota);
  }
  return {};
}

Result<std::vector<std::string>> Desk::list_news(Session& s, std::int64_t most) {
  // Letters are written from what views show.
  if (!has_news_ || put_in_group_) return std::vector<std::string>();
  RV_ASSIGN(std::vector<std::string> bookings, rows::with_news(s, now(), most));
  has_news_ = !bookings.empty();
  return bookings;
}

Result<> Desk::tell(Session& s, Booking booking) {
  if (put_in_group_) return {};
  const std::string& id = booking.id;
  RV_ASSIGN(std::vector<PartNews> news, rows::news_of(s, id, now()));
  if (news.empty()) return {};
  RV_TRY(rows::set_told(s, id));
  // What takes place later is kept for longer; nothing goes earlier than she was told.
  const Instant until = delete_after(booking.kind, booking.claims);
  if (until > booking.delete_after) {
    booking.delete_after = until;
    RV_TRY(rows::set_delete_after(s, id, until));
    RV_TRY(consent::set_retention(s, "registration:" + id, until));
  }
  return write(
      s,
      {.kind = LetterKind::kProgramme, .booking = booking, .at = now(), .news = std::move(news)});
}

}  // namespace revier::ticket
