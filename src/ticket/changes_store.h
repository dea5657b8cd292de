// SPDX-License-Identifier: EUPL-1.2
// Rows of what happens to a booking afterwards: offers, confirming, changing, passing on, the
// person's own link, erasing. No rules here: see registrations.h.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/records.h"
#include "ticket/types.h"

namespace revier::ticket::rows {

struct ClaimId {
  std::string booking;
  std::string quota;
};

[[nodiscard]] Result<> set_offered(records::Session& session, const ClaimId& claim, Instant until);
// Back to its list.
[[nodiscard]] Result<> set_waiting(records::Session& session, const ClaimId& claim,
                                   std::int64_t place);
// Bookings with an offer of a quota, the newest offer first.
[[nodiscard]] Result<std::vector<std::string>> offers_of(records::Session& session,
                                                         std::string_view quota);
[[nodiscard]] Result<> erase_claim(records::Session& session, const ClaimId& claim);
[[nodiscard]] Result<> set_seats(records::Session& session, const ClaimId& claim,
                                 std::int64_t seats);
// Offers whose time is over, oldest first, at most `limit`.
[[nodiscard]] Result<std::vector<ClaimId>> ended_offers(records::Session& session, Instant now,
                                                        std::int64_t limit);

// Registrations with a session, not over yet, that is not as their person was last told.
[[nodiscard]] Result<std::vector<std::string>> with_news(records::Session& session, Instant now,
                                                         std::int64_t limit);
// What is not as she was told, of one registration; and that she is told now.
[[nodiscard]] Result<std::vector<PartNews>> news_of(records::Session& session,
                                                    std::string_view booking, Instant now);
[[nodiscard]] Result<> set_told(records::Session& session, std::string_view booking);

// Everybody who waits for a quota or has an offer, offers first, then in order.
struct Waiting {
  std::string booking;
  std::string name;
  Claim claim;
  Instant since;
};
[[nodiscard]] Result<std::vector<Waiting>> waiting_for(records::Session& session,
                                                       std::string_view quota);

// Name, address, and how it stands with its confirmation; code, and when it was made anew.
[[nodiscard]] Result<> set_person(records::Session& session, const Booking& booking,
                                  std::string_view mail_key);
[[nodiscard]] Result<> set_confirmed(records::Session& session, std::string_view id, Instant now);
[[nodiscard]] Result<> set_confirm_by(records::Session& session, std::string_view id,
                                      Instant confirm_by);
// Registrations whose address was not confirmed in time, at most `limit`.
[[nodiscard]] Result<std::vector<std::string>> unconfirmed(records::Session& session, Instant now,
                                                           std::int64_t limit);

[[nodiscard]] Result<> set_delete_after(records::Session& session, std::string_view id,
                                        Instant delete_after);

// The taken claims of `from` go to the new registration `to`; `from` is passed on.
[[nodiscard]] Result<> pass_on(records::Session& session, std::string_view from, const Booking& to,
                               std::string_view mail_key, Instant now);

// All of an address, holds left out, newest first.
[[nodiscard]] Result<std::vector<Booking>> bookings_of_mail(records::Session& session,
                                                            std::string_view mail_key);

// Whom a person's own link belongs to. A link that has ended gets a new id.
[[nodiscard]] Result<std::string> person_id(records::Session& session, std::string_view mail_key,
                                            const std::string& new_id, Instant now,
                                            Instant expires_at);
// The address of a link. Errors: kResourceNotFound, also for one that has ended.
[[nodiscard]] Result<std::string> person_mail(records::Session& session, std::string_view id,
                                              Instant now);
[[nodiscard]] Result<> erase_person(records::Session& session, std::string_view mail_key);

// What an erasure has removed; without personal data.
struct Erasure {
  std::string id;
  Instant asked_at;
  std::optional<Instant> done_at;  // when the files held nothing of it any more
  Instant delete_after;
  std::int64_t bookings = 0;
  std::int64_t mails = 0;
  std::int64_t consents = 0;
};
[[nodiscard]] Result<> insert_erasure(records::Session& session, const Erasure& erasure);
// Errors: kResourceNotFound.
[[nodiscard]] Result<Erasure> find_erasure(records::Session& session, std::string_view id);
[[nodiscard]] Result<std::int64_t> count_open_erasures(records::Session& session);
// Those that were asked for up to an instant are done. How many.
[[nodiscard]] Result<std::int64_t> set_erasures_done(records::Session& session, Instant asked_until,
                                                     Instant now);

// Appointments of an address, or of a device, that are still to come; holds count too.
[[nodiscard]] Result<std::int64_t> appointments_of_mail(records::Session& session,
                                                        std::string_view mail_key, Instant now);
[[nodiscard]] Result<std::int64_t> appointments_of_device(records::Session& session,
                                                          std::string_view device, Instant now);
// Appointments that stand and have time between two instants, by id.
[[nodiscard]] Result<std::vector<Booking>> appointments_between(records::Session& session,
                                                                Instant from, Instant to);
// Removes quotas of appointments that are over and that nobody claims. How many.
[[nodiscard]] Result<std::int64_t> erase_ended_appointments(records::Session& session,
                                                            Instant ended_until);

// Bookings whose retention has ended, at most `limit`; not the holds, which end by themselves.
[[nodiscard]] Result<std::vector<std::string>> ended_retention(records::Session& session,
                                                               Instant now, std::int64_t limit);
// Removes links and reports that have ended.
[[nodiscard]] Result<> erase_ended_links(records::Session& session, Instant now);

}  // namespace revier::ticket::rows
