// SPDX-License-Identifier: EUPL-1.2
#include "ticket/wordings.h"

#include <array>

#include "consent/consent.h"

namespace revier::ticket {
namespace {

constexpr std::array kOffered = {
    OfferedConsent{
        "photo", 1,
        "Ich bin einverstanden, dass Fotos und Filme der Veranstaltung, auf denen ich zu "
        "sehen bin, im Internetauftritt der Veranstaltung gezeigt werden.",
        "I agree that photos and films of the event in which I can be seen are shown on "
        "the event's website."},
    OfferedConsent{"matchmaking", 1,
                   "Ich bin einverstanden, dass mir die Veranstalter Gesprächspartnerinnen und "
                   "Gesprächspartner vorschlagen und dafür meinen Namen nutzen.",
                   "I agree that the organisers suggest people to meet and use my name for this."},
};

}  // namespace

std::span<const OfferedConsent> offered_consents() { return kOffered; }

Result<> store_wordings(records::Session& session) {
  for (const OfferedConsent& offered : kOffered) {
    for (const web::Language language : {web::Language::kDe, web::Language::kEn}) {
      RV_TRY(
          consent::put_wording(session, {.kind = std::string(offered.kind),
                                         .version = offered.version,
                                         .language = language == web::Language::kDe ? "de" : "en",
                                         .text = std::string(offered.in(language))}));
    }
  }
  return {};
}

}  // namespace revier::ticket
