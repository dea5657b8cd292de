// SPDX-License-Identifier: EUPL-1.2
#include "casework/letters.h"

#include <fmt/format.h>

#include "casework/texts.h"
#include "web/i18n.h"

namespace revier::casework {
namespace {

constexpr Duration kCaseLetterKept = Duration::days(90);

std::string letter_subject(LetterKind kind, const Definition& form, const Case& one,
                           web::Language language) {
  const std::string& title = form.title.in(language);
  switch (kind) {
    case LetterKind::kDraft:
      return web::text(language, texts::kMailDraftSubject, {{"form", title}});
    case LetterKind::kReceived:
      return web::text(language, texts::kMailReceivedSubject, {{"number", one.number}});
    case LetterKind::kNews:
      return web::text(language, texts::kMailNewsSubject, {{"number", one.number}});
  }
  return {};
}

std::string letter_lead(LetterKind kind, const Definition& form, const Case& one,
                        web::Language language) {
  const std::string& title = form.title.in(language);
  switch (kind) {
    case LetterKind::kDraft:
      return web::text(language, texts::kMailDraftText, {{"form", title}});
    case LetterKind::kReceived:
      return web::text(language, texts::kMailReceivedText,
                       {{"form", title}, {"number", one.number}});
    case LetterKind::kNews:
      return web::text(language, texts::kMailNewsText, {{"number", one.number}});
  }
  return {};
}

}  // namespace

std::string letters_begin(std::string_view case_id) { return fmt::format("case-{}-", case_id); }

mail::Message write_letter(const CaseNeeds& needs, LetterKind kind, const Definition& form,
                           const Case& one) {
  const auto language = one.language == "en" ? web::Language::kEn : web::Language::kDe;
  const std::string link =
      needs.site_url + web::path(language, "/vorgang/" + needs.links.token(kCaseLink, one.id));
  const web::Text& open = kind == LetterKind::kDraft ? texts::kMailGoOn : texts::kMailOpen;
  return {.key = letters_begin(one.id) + std::to_string(one.revision),
          .purpose = "case",
          .to = one.mail,
          .subject = letter_subject(kind, form, one, language),
          .text = fmt::format("{}\n\n{}:\n{}\n\n{}\n\n{}\n", letter_lead(kind, form, one, language),
                              web::text(language, open), link,
                              web::text(language, texts::kMailSecret), needs.signature(language)),
          .language = one.language,
          .delete_after = kind == LetterKind::kDraft ? one.delete_after
                                                     : needs.civil_clock.now() + kCaseLetterKept};
}

}  // namespace revier::casework
