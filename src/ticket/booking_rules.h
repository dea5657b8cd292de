// SPDX-License-Identifier: EUPL-1.2
// The rules of a booking that need no store: pure functions of claims and quotas.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "ticket/types.h"

namespace revier::ticket::rules {

inline constexpr std::size_t kClaimsMax = 20;  // of one booking

using Quotas = std::map<std::string, Quota, std::less<>>;

// 1 to 20 claims of known quotas, each once, 1 to 10 seats, while registration is open.
// Errors: kBadRequestData, kResourceNotFound, kRegistrationClosed; field = quota.
[[nodiscard]] Result<> check_wanted(const std::vector<Claim>& wanted, BookingKind kind,
                                    const Quotas& quotas, Instant now);

// The two parts of it: the list alone, and whether each may still be booked.
// A quota of another kind than the booking's is not there for it.
[[nodiscard]] Result<> check_list(const std::vector<Claim>& wanted, BookingKind kind,
                                  const Quotas& quotas);
[[nodiscard]] Result<> check_open(const std::vector<Claim>& wanted, const Quotas& quotas,
                                  Instant now);

// Errors: kRegistrationClosed, field = quota, for what was cancelled or taken out of the programme.
[[nodiscard]] Result<> check_takes_place(const std::vector<Claim>& claims, const Quotas& quotas);

// No two sessions at the same time, among the wanted and between these and `others`. One that ends
// when the next begins does not overlap. Days, and what does not take place, do not count.
// Errors: kOverlap; field = quota of the wanted one, message names both.
[[nodiscard]] Result<> check_overlap(const std::vector<Claim>& wanted,
                                     const std::vector<Claim>& others, const Quotas& quotas);

// Wanted and others together stay within each quota's seats_a_person_max, and each wanted one
// within its party_max(). Errors: kSeatLimit; field = quota.
[[nodiscard]] Result<> check_seat_limit(const std::vector<Claim>& wanted,
                                        const std::vector<Claim>& others, const Quotas& quotas);

// When the last thing that was booked ends; `otherwise` without any.
[[nodiscard]] Instant last_end(const std::vector<Claim>& claims, const Quotas& quotas,
                               Instant otherwise);

// "K7M3-9QXD-2FHP": 12 signs without those that look alike, about 58 bits.
[[nodiscard]] std::string ticket_code(Random& random);
// A typed code as ticket_code writes it: case, blanks and dashes do not matter.
[[nodiscard]] std::string normalise_code(std::string_view typed);

// Hash of what a hold or a registration asks for, for telling a repeat from another request.
[[nodiscard]] std::string digest(const HoldRequest& request);
[[nodiscard]] std::string digest(const RegistrationRequest& request);

}  // namespace revier::ticket::rules
