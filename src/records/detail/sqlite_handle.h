// SPDX-License-Identifier: EUPL-1.2
// SQLite's own connection, closed at the end of its scope. Stands apart from SOCI's headers.
#pragma once
#include <memory>

#include <sqlite3.h>

namespace revier::records::detail {

struct CloseSqlite {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;

}  // namespace revier::records::detail
