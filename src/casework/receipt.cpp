// SPDX-License-Identifier: EUPL-1.2
#include "casework/receipt.h"

#include <fmt/format.h>

#include "casework/texts.h"
#include "casework/wording.h"
#include "pdf/document.h"

namespace revier::casework {

Result<std::string> draw_receipt(const Definition& form, const Case& one, const Answers& answers,
                                 const FileNames& files, std::string_view owner) {
  const auto language = one.language == "en" ? web::Language::kEn : web::Language::kDe;
  const auto t = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  pdf::Document document({.title = fmt::format("{} {}", t(texts::kReceiptTitle), one.number),
                          .language = language == web::Language::kDe ? "de-DE" : "en-GB",
                          .author = std::string(owner)});
  document.heading(1, t(texts::kReceiptTitle));
  document.paragraph(form.office_name.in(language));
  document.paragraph(
      web::text(language, texts::kReceiptLead,
                {{"when", web::date_time(language, one.submitted_at.value_or(one.created_at))},
                 {"form", form.title.in(language)}}));
  document.heading(2, t(texts::kCaseNumber));
  document.big(one.number);
  document.paragraph(t(texts::kReceiptNote));
  document.heading(2, t(texts::kCaseAnswers));
  std::vector<std::vector<std::string>> table = {
      {t(texts::kReceiptQuestion), t(texts::kReceiptAnswer)}};
  for (AnswerLine& line : answer_lines(form, answers, files, language)) {
    table.push_back({std::move(line.question), std::move(line.answer)});
  }
  document.table(table);
  return document.finish();
}

}  // namespace revier::casework
