// SPDX-License-Identifier: EUPL-1.2
// A case for another program: JSON and XML with the same content (docs/api/forms.md). Files are
// named, not contained.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "casework/answers.h"
#include "casework/attachments.h"
#include "casework/types.h"
#include "net/http.h"

namespace revier::casework {

[[nodiscard]] std::string export_json(const Definition& form, const Case& one,
                                      const Answers& answers,
                                      const std::vector<CaseMessage>& messages,
                                      const std::vector<Attachment>& files);
[[nodiscard]] std::string export_xml(const Definition& form, const Case& one,
                                     const Answers& answers,
                                     const std::vector<CaseMessage>& messages,
                                     const std::vector<Attachment>& files);

// One of the two as a file to take along, named after the case.
[[nodiscard]] net::Response answer_export(const Definition& form, const Case& one,
                                          const Answers& answers,
                                          const std::vector<CaseMessage>& messages,
                                          const std::vector<Attachment>& files, bool as_xml);

}  // namespace revier::casework
