// SPDX-License-Identifier: EUPL-1.2
// The receipt of a case as a tagged PDF: number, date, what was stated.
//
// Blocking (some ms): on the pool. Thread safety: pure.
#pragma once
#include <string>

#include "casework/answers.h"
#include "casework/attachments.h"
#include "casework/types.h"

namespace revier::casework {

// Errors: kInternalError.
[[nodiscard]] Result<std::string> draw_receipt(const Definition& form, const Case& one,
                                               const Answers& answers, const FileNames& files,
                                               std::string_view owner);

}  // namespace revier::casework
