// SPDX-License-Identifier: EUPL-1.2
// What the public may know of a case: the fields that its form names, its state, no person.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "casework/answers.h"
#include "casework/types.h"

namespace revier::casework {

// The type of all of them (Smart Data Models, IssueTracking); written by this domain alone.
inline constexpr std::string_view kReportType =
    "https://smartdatamodels.org/dataModel.IssueTracking/Open311ServiceRequest";

// "urn:ngsi-ld:Case:V-7K3MQ9TR"; of a case that was handed in.
[[nodiscard]] std::string public_id(const Case& one);
// Normalised, IRIs as names. `photos`: addresses of those that the office has released.
[[nodiscard]] std::string public_entity(const Definition& form, const Case& one,
                                        const Answers& answers,
                                        const std::vector<std::string>& photos);

}  // namespace revier::casework
