// SPDX-License-Identifier: EUPL-1.2
// A case in words: for pages, the console and the receipt.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "casework/answers.h"
#include "casework/attachments.h"
#include "casework/types.h"
#include "web/i18n.h"

namespace revier::casework {

[[nodiscard]] const web::Text& state_label(State state, Outcome outcome);
[[nodiscard]] const web::Text& level_label(IdentityLevel level);

struct AnswerLine {
  std::string question;
  std::string answer;
};
// The entries of a group are numbered: "Hund 2: Rasse". `files` are the names of those attached.
[[nodiscard]] std::vector<AnswerLine> answer_lines(const std::vector<const Field*>& fields,
                                                   const Answers& answers, const FileNames& files,
                                                   web::Language language);
// Of all pages that are asked.
[[nodiscard]] std::vector<AnswerLine> answer_lines(const Definition& form, const Answers& answers,
                                                   const FileNames& files, web::Language language);

}  // namespace revier::casework
