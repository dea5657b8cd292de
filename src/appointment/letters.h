// SPDX-License-Identifier: EUPL-1.2
// The letters about an appointment, in its language, as plain text.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "event/programme.h"
#include "mail/outbox.h"
#include "ticket/registrations.h"
#include "ticket/secret_link.h"

namespace revier::appointment {

struct LetterNeeds {
  event::ProgrammePtr programme;
  const ticket::SecretLinks& links;
  std::string_view site_url;   // "https://event.example", without a slash at the end
  std::string_view signature;  // who writes: "Stadt Herne"; may be empty
};

// Confirmed, changed, cancelled, not confirmed in time.
[[nodiscard]] mail::Message write_letter(const LetterNeeds& needs, const ticket::LetterOrder& order,
                                         const ticket::Registrations& registrations);
// The day before. Its key names the time, so that one that was moved is reminded of anew.
[[nodiscard]] mail::Message write_reminder(const LetterNeeds& needs, const ticket::Booking& booking,
                                           const ticket::Registrations& registrations);

}  // namespace revier::appointment
