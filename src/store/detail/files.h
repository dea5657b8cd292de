// SPDX-License-Identifier: EUPL-1.2
// What must be looked at in the files of a store before RocksDB opens them.
#pragma once
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace rocksdb {
class Env;
}

namespace revier::store::detail {

// Refuses (kCorrupt, names the file) what RocksDB would take for new or for torn and so lose:
// - a directory without CURRENT that has tables or logs;
// - with Durability::kCommit, a log with a break and a whole record after it. One group is one
//   record, written only after the record before it was synced; so a break at the end is a write
//   that was never acknowledged, and any other is damage to one that was;
// - a manifest with a break and a whole record after it.
// Cuts off the torn end of the manifest, with which RocksDB would refuse to open. When that end was
// not torn but damaged later, files that the rest names are missing, and RocksDB says so.
[[nodiscard]] Result<> check_files(rocksdb::Env& env, const std::string& directory,
                                   Durability durability);

}  // namespace revier::store::detail
