// SPDX-License-Identifier: EUPL-1.2
// The first step of registration as a form: what can be chosen, and what was.
#pragma once
#include <optional>

#include "ticket/registrations.h"
#include "ticket/types.h"
#include "web/form.h"

namespace revier::ticket {

// One checkbox a quota, days and sessions apart, with the seats that are left; quotas that have too
// few now are named in the hidden field "voll", so that a tick there means the waiting list; and
// for how many people the seats are, where one person may book several. With `own`, what that
// registration has already says so instead, and for how many people it stays is asked apart. With
// `now`, what cannot be booked then is left out but for what `own` has; without it nothing is, for
// reading what an older page sends: booking refuses that by name.
[[nodiscard]] web::Form choose_form(const Registrations& registrations, web::Language language,
                                    const Booking* own = nullptr,
                                    std::optional<Instant> now = std::nullopt);

// Ticks a quota, as a link from its page asks; one that cannot be booked now is passed over.
void preselect(const Registrations& registrations, const std::string& quota, Instant now,
               web::FormData& data);

// How many people come together; 1 where nothing is said.
[[nodiscard]] std::int64_t party_of(const web::FormData& data);
// The quotas without seats for so many, as the hidden field names them.
[[nodiscard]] std::string full_quotas(const Registrations& registrations, std::int64_t seats);

// What was ticked. `form` is choose_form's, `data` was validated against it. What `own` has keeps
// the seats that it had, or as many as stay of them: more would be another place in the order.
[[nodiscard]] std::vector<Claim> chosen_claims(const web::FormData& data,
                                               const Booking* own = nullptr);

// Puts a refused hold beside the field it is about, in words that say what to do.
void explain(const Error& error, const Registrations& registrations, web::FormData& data);
// A message beside a field that `form` does not have any more leads to its first one.
void lead_to_shown(const web::Form& form, web::FormData& data);

// Why registration is closed now; empty while at least one quota is open.
[[nodiscard]] std::string closed_reason(const Registrations& registrations, Instant now,
                                        web::Language language);

}  // namespace revier::ticket
