// SPDX-License-Identifier: EUPL-1.2
// A case for another program: JSON and XML with the same content (docs/api/forms.md).
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "casework/answers.h"
#include "casework/types.h"

namespace revier::casework {

[[nodiscard]] std::string export_json(const Definition& form, const Case& one,
                                      const Answers& answers,
                                      const std::vector<CaseMessage>& messages);
[[nodiscard]] std::string export_xml(const Definition& form, const Case& one,
                                     const Answers& answers,
                                     const std::vector<CaseMessage>& messages);

}  // namespace revier::casework
