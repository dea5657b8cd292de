// SPDX-License-Identifier: EUPL-1.2
// The form of RocksDB's log and manifest files: blocks of 32 KiB, in them records of checksum,
// length, type and bytes; a record that does not fit into its block is written in pieces.
//
// Read here, before RocksDB reads them, because it does not tell a file whose end was torn by a
// loss of power from one that was damaged later.
//
// Thread safety: a pure function.
#pragma once
#include <cstdint>
#include <string_view>

namespace revier::store::detail {

struct LogScan {
  std::uint64_t whole_bytes = 0;  // end of the last whole record before the first break
  // There is one before the break with more in it than the empty batch that RocksDB puts into each
  // new log when it opens.
  bool has_content = false;
  bool resumes = false;  // after the break another record begins that is whole
};

// `bytes` is the whole file. There is a break where whole_bytes is less than its size.
[[nodiscard]] LogScan scan_log(std::string_view bytes);

}  // namespace revier::store::detail
