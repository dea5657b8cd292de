// SPDX-License-Identifier: EUPL-1.2
// Pages of entities in the order of creation, as the NGSI-LD API gives them.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transfer/transfer.h"

namespace revier::transfer::detail {

// Path and query of the page behind `cursor`, or of the first. What is here: cursors are of one
// server, and every query names something to look for.
[[nodiscard]] std::string page_target(const ExportOptions& options, std::string_view cursor);
// The cursor of the Link to the next page; empty on the last.
using Headers = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string next_cursor(const Headers& headers);
// The value of a Link header that names the @context.
[[nodiscard]] std::string context_link(std::string_view url);

}  // namespace revier::transfer::detail
