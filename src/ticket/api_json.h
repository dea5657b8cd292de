// SPDX-License-Identifier: EUPL-1.2
// The JSON forms of this domain: reading requests, writing answers.
#pragma once
#include <string>

#include "base/result.h"
#include "json/json.h"
#include "ticket/api.h"

namespace revier::ticket {

// Errors of the readers: kUnprocessable with the field's name and what was expected.
[[nodiscard]] Result<HoldRequest> read_hold(const json::Value& body);
[[nodiscard]] Result<RegistrationRequest> read_registration(const json::Value& body,
                                                            const SecretLinks& links);

// The whole list of parts that a registration shall have.
[[nodiscard]] Result<std::vector<Claim>> read_change(const json::Value& body);
// The booking is left empty.
[[nodiscard]] Result<TransferRequest> read_transfer(const json::Value& body);
// True for "accept", false for "decline".
[[nodiscard]] Result<bool> read_offer_answer(const json::Value& body);

// Rules of the two personal fields, shared with the page's form: 1 to 120 characters without a web
// address; an address with one @, no blanks, at most 254 bytes, that mail servers take
// (mail/address.h).
[[nodiscard]] Result<> check_name(std::string_view name);
[[nodiscard]] Result<> check_mail(std::string_view mail);

[[nodiscard]] std::string quotas_json(const Registrations& registrations);
[[nodiscard]] std::string hold_json(const Booking& booking, const Domain& domain);
[[nodiscard]] std::string registration_json(const Booking& booking, const Domain& domain);
[[nodiscard]] std::string ticket_keys_json(const TicketKeys& keys);

}  // namespace revier::ticket
