// SPDX-License-Identifier: EUPL-1.2
// The rows of snapshots: column meta, "snapshot/" tenant NUL id.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "jsonld/catalogue.h"
#include "snapshot/types.h"

namespace revier::snapshot::detail {

inline constexpr std::string_view kPrefix = "snapshot/";

[[nodiscard]] std::string key_of(std::string_view tenant, std::string_view id);
[[nodiscard]] std::string encode(const Snapshot& snapshot);
// `rest` is the key behind the prefix. Errors: kCorrupt.
[[nodiscard]] Result<Snapshot> decode(std::string_view rest, std::string_view row,
                                      jsonld::Catalogue& catalogue);

}  // namespace revier::snapshot::detail
