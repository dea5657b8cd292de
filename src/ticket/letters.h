// SPDX-License-Identifier: EUPL-1.2
// The letters of this domain, in the language of the booking, as plain text.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "mail/outbox.h"
#include "ticket/registrations.h"
#include "ticket/secret_link.h"
#include "web/language.h"

namespace revier::ticket {

// The event that tickets are for, as the letters, pages and PDFs name it.
struct Occasion {
  std::string name;
  std::string place;  // name and address in one line
};
using FindOccasion = std::function<Occasion(web::Language)>;

struct LetterNeeds {
  FindOccasion occasion;
  const SecretLinks& links;
  std::string site_url;  // "https://event.example", without a slash at the end
};

// Confirmation, place on the waiting list, or the news of a seat (`promoted` is its quota).
[[nodiscard]] mail::Message write_letter(const LetterNeeds& needs, const Booking& booking,
                                         const Registrations& registrations,
                                         std::string_view promoted);

// Address of the ticket's page in the booking's language: "/ticket/ID.MAC", "/en/ticket/ID.MAC".
[[nodiscard]] std::string ticket_path(const SecretLinks& links, const Booking& booking);
[[nodiscard]] web::Language language_of(const Booking& booking);
[[nodiscard]] std::string title_in(const Quota& quota, web::Language language);
// "5. Februar 2025", with times where it is a session.
[[nodiscard]] std::string when_in(const Quota& quota, web::Language language);

}  // namespace revier::ticket
