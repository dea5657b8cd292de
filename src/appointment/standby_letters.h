// SPDX-License-Identifier: EUPL-1.2
// The letters to those who wait for a time, and the rule of the draw in words.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "appointment/letters.h"
#include "appointment/standby.h"

namespace revier::appointment {

// `draw` is of the offer; nullptr for kAsked.
[[nodiscard]] mail::Message write_standby(const LetterNeeds& needs, const StandbyOptions& options,
                                          StandbyNews news, const StandbyEntry& entry,
                                          const StandbyDraw* draw);

// Announced on the pages and in the letter, sentence by sentence.
[[nodiscard]] std::vector<std::string> standby_rules(const StandbyOptions& options,
                                                     web::Language language);
// "/nachruecken/TOKEN", in the language of the entry.
[[nodiscard]] std::string standby_path(const ticket::SecretLinks& links, const StandbyEntry& entry);
[[nodiscard]] web::Language language_of(const StandbyEntry& entry);
// "6. bis 9. Februar 2025".
[[nodiscard]] std::string standby_days(const StandbyEntry& entry, web::Language language);

}  // namespace revier::appointment
