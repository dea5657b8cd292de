// SPDX-License-Identifier: EUPL-1.2
// What is done to a SQLite file from outside SOCI, whose headers do not stand beside SQLite's own.
#pragma once
#include <string>

#include "base/result.h"

namespace revier::records::detail {

// To be called before SQLite is used. Each session belongs to one thread at a time and nobody asks
// how much memory SQLite holds, so that its locks around both would guard nothing. Where the
// process uses SQLite already, it stays as it is.
void spare_locks();

// Makes the file if it is missing, readable by its owner only (-wal and -shm take that over).
[[nodiscard]] Result<> create_private(const std::string& file);

// Consistent copy of the state at the call, while writing goes on; `to` appears whole or not at all
// and replaces what was there.
[[nodiscard]] Result<> copy_database(const std::string& from, const std::string& vfs,
                                     const std::string& to);

}  // namespace revier::records::detail
