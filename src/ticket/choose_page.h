// SPDX-License-Identifier: EUPL-1.2
// The first step of registration as a form: what can be chosen, and what was.
#pragma once
#include "ticket/registrations.h"
#include "ticket/types.h"
#include "web/form.h"

namespace revier::ticket {

// One checkbox a quota, days and sessions apart, with the seats that are left; quotas that are full
// now are named in the hidden field "voll", so that a tick there means the waiting list.
// With `own`, what that registration has already says so instead.
[[nodiscard]] web::Form choose_form(const Registrations& registrations, web::Language language,
                                    const Booking* own = nullptr);

// Ticks a quota, as a link from its page asks; one that does not exist is passed over.
void preselect(const Registrations& registrations, const std::string& quota, web::FormData& data);

// The quotas that are full, as the hidden field names them.
[[nodiscard]] std::string full_quotas(const Registrations& registrations);

// What was ticked. `form` is choose_form's, `data` was validated against it.
[[nodiscard]] std::vector<Claim> chosen_claims(const web::FormData& data);

// Puts a refused hold beside the field it is about, in words that say what to do.
void explain(const Error& error, const Registrations& registrations, web::FormData& data);

// Why registration is closed now; empty while at least one quota is open.
[[nodiscard]] std::string closed_reason(const Registrations& registrations, Instant now,
                                        web::Language language);

}  // namespace revier::ticket
