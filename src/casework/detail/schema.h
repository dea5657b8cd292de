// SPDX-License-Identifier: EUPL-1.2
// The JSON Schema of a definition as questions.
#pragma once
#include <vector>

#include "casework/definition.h"
#include "casework/detail/place.h"

namespace revier::casework {

// `labels` is ui.fields. In the order of the schema. Errors: kUnprocessable with the place.
[[nodiscard]] Result<std::vector<Field>> read_schema(const Place& schema, const Place& labels);

}  // namespace revier::casework
