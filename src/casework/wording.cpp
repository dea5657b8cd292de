// SPDX-License-Identifier: EUPL-1.2
#include "casework/wording.h"

#include <fmt/format.h>

#include "casework/texts.h"

namespace revier::casework {

const web::Text& state_label(State state, Outcome outcome) {
  switch (state) {
    case State::kDraft:
      return texts::kStateDraft;
    case State::kReceived:
      return texts::kStateReceived;
    case State::kWorking:
      return texts::kStateWorking;
    case State::kAsked:
      return texts::kStateAsked;
    case State::kDecided:
      if (outcome == Outcome::kGranted) return texts::kStateGranted;
      return outcome == Outcome::kRefused ? texts::kStateRefused : texts::kStateSettled;
    case State::kWithdrawn:
      return texts::kStateWithdrawn;
  }
  return texts::kStateDraft;
}

const web::Text& level_label(IdentityLevel level) {
  switch (level) {
    case IdentityLevel::kNone:
      return texts::kStartIdentityNone;
    case IdentityLevel::kLow:
      return texts::kStartIdentityLow;
    case IdentityLevel::kSubstantial:
      return texts::kStartIdentitySubstantial;
    case IdentityLevel::kHigh:
      return texts::kStartIdentityHigh;
  }
  return texts::kStartIdentityNone;
}

std::vector<AnswerLine> answer_lines(const std::vector<const Field*>& fields,
                                     const Answers& answers, const FileNames& files,
                                     web::Language language) {
  std::vector<AnswerLine> lines;
  const auto add = [&](std::string question, const Field& field, const Row& row) {
    const auto found = row.find(field.name);
    static const std::vector<std::string> kNothing;
    lines.push_back({std::move(question),
                     answer_text(field, found == row.end() ? kNothing : found->second, language)});
  };
  for (const Field* field : fields) {
    if (field->kind == Kind::kFiles) {
      const auto names = files.find(field->name);
      lines.push_back({field->label.in(language),
                       names == files.end() ? answer_text(*field, {}, language) : names->second});
      continue;
    }
    if (field->kind != Kind::kGroup) {
      add(field->label.in(language), *field, answers.values);
      continue;
    }
    const auto group = answers.groups.find(field->name);
    if (group == answers.groups.end()) continue;
    for (std::size_t n = 0; n < group->second.size(); ++n) {
      for (const Field& inner : field->fields) {
        add(fmt::format("{} {}: {}", field->label.in(language), n + 1, inner.label.in(language)),
            inner, group->second[n]);
      }
    }
  }
  return lines;
}

std::vector<AnswerLine> answer_lines(const Definition& form, const Answers& answers,
                                     const FileNames& files, web::Language language) {
  std::vector<AnswerLine> lines;
  for (const FormPage& page : form.pages) {
    const auto part = answer_lines(asked_fields(form, page, answers), answers, files, language);
    lines.insert(lines.end(), part.begin(), part.end());
  }
  return lines;
}

}  // namespace revier::casework
