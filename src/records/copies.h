// SPDX-License-Identifier: EUPL-1.2
// The copies that Database::open leaves beside a SQLite file before it migrates
// ("records.db.before-STEP"). They hold what is erased later, so they go as backups do.
//
// Thread safety: from any thread, one at a time.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"

namespace revier::records {

// Removes copies that are older than `kept` by the machine's clock; how many. None on PostgreSQL.
// Errors: kInvalidRequest for an address that is none; kUnavailable.
[[nodiscard]] Result<std::int64_t> erase_old_copies(const Options& options, Duration kept);

}  // namespace revier::records
