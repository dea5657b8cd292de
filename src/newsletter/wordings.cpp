// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/wordings.h"

#include "consent/consent.h"

namespace revier::newsletter {

std::string_view wording(web::Language language) {
  return language == web::Language::kDe
             ? "Ich möchte den Newsletter zu den gewählten Themen per E-Mail erhalten. Ich kann "
               "ihn jederzeit mit dem Link in jeder Ausgabe abbestellen."
             : "I would like to receive the newsletter on the chosen topics by e-mail. I can "
               "unsubscribe at any time with the link in every issue.";
}

Result<> store_wordings(records::Session& session) {
  for (const web::Language language : {web::Language::kDe, web::Language::kEn}) {
    RV_TRY(consent::put_wording(session, {.kind = std::string(kWordingKind),
                                          .version = kWordingVersion,
                                          .language = std::string(web::code(language)),
                                          .text = std::string(wording(language))}));
  }
  return {};
}

}  // namespace revier::newsletter
