// SPDX-License-Identifier: EUPL-1.2
// Rows of quotas and bookings. No rules here: see registrations.h.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/records.h"
#include "ticket/types.h"

namespace revier::ticket::rows {

[[nodiscard]] std::span<const records::Migration> migrations();

[[nodiscard]] Standing standing_of(std::string_view name);  // as the rows name it
[[nodiscard]] Result<> put_quota(records::Session& session, const Quota& quota);
[[nodiscard]] Result<std::vector<Quota>> quotas(records::Session& session);

// A new hold with its claims. `digest` is of the request, for repeats of its key.
[[nodiscard]] Result<> insert_hold(records::Session& session, const Booking& booking,
                                   const HoldRequest& request, std::string_view digest);
[[nodiscard]] Result<> insert_claim(records::Session& session, std::string_view booking,
                                    const Claim& claim);
// kResourceNotFound where there is none. `mail_key` is the normalised address.
[[nodiscard]] Result<Booking> find(records::Session& session, std::string_view id);
// Of a registration.
[[nodiscard]] Result<Booking> find_by_code(records::Session& session, std::string_view code);
// A booking and the digest of the last request that made it what it is.
struct KeyedBooking {
  Booking booking;
  std::string digest;
};
// Whether a standing appointment has a code that begins with the same four signs.
[[nodiscard]] Result<bool> is_called_so(records::Session& session, std::string_view code);
[[nodiscard]] Result<KeyedBooking> find_by_hold_key(records::Session& session,
                                                    std::string_view key);

// Turns a hold into a registration. `digest` is of the request, for repeats of its key.
struct RegisterRow {
  const RegistrationRequest& request;
  std::string_view mail_key;
  std::string_view code;
  std::string_view digest;
  Instant now;
  Instant delete_after;
  std::optional<Instant> confirm_by = {};
};
[[nodiscard]] Result<> set_registered(records::Session& session, const RegisterRow& row);

[[nodiscard]] Result<KeyedBooking> find_by_register_key(records::Session& session,
                                                        std::string_view key);
[[nodiscard]] Result<> set_cancelled(records::Session& session, std::string_view id, Instant now);
// A hold's new end, which is not to be changed again.
[[nodiscard]] Result<> set_extended(records::Session& session, std::string_view id, Instant until);
[[nodiscard]] Result<> erase(records::Session& session, std::string_view id);
[[nodiscard]] Result<> set_taken(records::Session& session, std::string_view id,
                                 std::string_view quota);

// Holds whose time is over, oldest first, at most `limit`.
[[nodiscard]] Result<std::vector<std::string>> ended_holds(records::Session& session, Instant now,
                                                           std::int64_t limit);

// Every claim of held and registered bookings, for building Seats.
struct ClaimRow {
  std::string booking;
  Claim claim;
};
[[nodiscard]] Result<std::vector<ClaimRow>> live_claims(records::Session& session);

// Registrations whose links were made anew.
struct Renewed {
  std::string booking;
  Instant at;
};
[[nodiscard]] Result<std::vector<Renewed>> renewed(records::Session& session);

// Claims of a person's other live bookings: by mail address, or by device.
[[nodiscard]] Result<std::vector<Claim>> claims_of_mail(records::Session& session,
                                                        std::string_view mail_key);
[[nodiscard]] Result<std::vector<Claim>> claims_of_device(records::Session& session,
                                                          std::string_view device);

// Search for the console: part of name (case, umlauts and accents do not matter), mail or code;
// empty finds all. Newest first.
struct Search {
  std::string text;
  std::string quota;                                    // only bookings with this quota; empty: all
  std::optional<std::vector<std::string>> events = {};  // only bookings of these; nullopt: all
  std::int64_t offset = 0;
  std::int64_t limit = 50;  // 1 to 10,000
};
// Names as search() compares them, of rows that an earlier version wrote.
[[nodiscard]] Result<> fill_name_keys(records::Session& session);
[[nodiscard]] Result<std::vector<Booking>> search(records::Session& session, const Search& search);
[[nodiscard]] Result<std::int64_t> count(records::Session& session, const Search& search);
// Registrations that stand and have a seat; who only waits is not counted.
[[nodiscard]] Result<std::int64_t> count_registered(records::Session& session);
// Those of them that have seats in one of `quotas`.
[[nodiscard]] Result<std::int64_t> count_registered(records::Session& session,
                                                    std::span<const std::string> quotas);

}  // namespace revier::ticket::rows
