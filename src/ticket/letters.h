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

[[nodiscard]] mail::Message write_letter(const LetterNeeds& needs, const LetterOrder& order,
                                         const Registrations& registrations);

// Addresses in the booking's language, for letters; on a page they are in its own.
[[nodiscard]] std::string offer_path(const SecretLinks& links, const Booking& booking,
                                     std::string_view quota);
[[nodiscard]] std::string confirm_path(const SecretLinks& links, const Booking& booking);
[[nodiscard]] std::string own_page_path(const SecretLinks& links, web::Language language,
                                        std::string_view person);
// Address of the ticket's page: "/ticket/ID.MAC", "/en/ticket/ID.MAC"; of an appointment's page:
// "/termin/ID.MAC".
[[nodiscard]] std::string ticket_path(const SecretLinks& links, const Booking& booking);
[[nodiscard]] std::string ticket_path(const SecretLinks& links, const Booking& booking,
                                      web::Language language);
// Of an offer's page: "/ticket/ID.MAC/angebot/QUOTA".
[[nodiscard]] std::string offer_path(const SecretLinks& links, const Booking& booking,
                                     std::string_view quota, web::Language language);
[[nodiscard]] web::Language language_of(const Booking& booking);
// Whether what a quota is of takes place, as far as the programme says.
[[nodiscard]] bool takes_place(const Registrations& registrations, std::string_view quota);
// "gebucht", "Warteliste, Platz 3", "Platz angeboten bis ...", "fällt aus".
[[nodiscard]] std::string claim_state_in(const Claim& claim, const Registrations& registrations,
                                         web::Language language);
[[nodiscard]] std::string title_in(const Quota& quota, web::Language language);
// "5. Februar 2025", with times where it is a session.
// A claim and what it is of.
struct BookedPart {
  Claim claim;
  Quota quota;
};
// Days first, then by time; without what no quota tells of.
[[nodiscard]] std::vector<BookedPart> parts_in_order(const Booking& booking,
                                                     const Registrations& registrations);
[[nodiscard]] std::string when_in(const Quota& quota, web::Language language);

}  // namespace revier::ticket
