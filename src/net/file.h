// SPDX-License-Identifier: EUPL-1.2
// A file of any size that clients read by ranges (RFC 9110, section 14): map tiles, downloads.
//
// Nothing of it is held in memory: what was asked for is read in pieces while it is sent, on the
// pool. One range a request, `bytes=A-B`, `bytes=A-` or `bytes=-N`, is 206; a range behind the end
// is 416; several ranges, another unit and what is no range are passed over, so the answer is the
// whole file (200). If-Range goes by the ETag, which names size and time of change; there is no
// Last-Modified, so a date in If-Range never matches.
//
// Thread safety: all methods from any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http.h"
#include "net/server.h"

namespace revier::net {

class ServedFile : public std::enable_shared_from_this<ServedFile> {
 public:
  // Opens the file once: replaced by a rename, the old one goes on being served until the end.
  // `pool` must outlive the object and every answer.
  // Errors: kResourceNotFound, kUnavailable with path and what the system said.
  [[nodiscard]] static Result<std::shared_ptr<const ServedFile>> open(const std::string& path,
                                                                      std::string content_type,
                                                                      Pool& pool);
  ~ServedFile();
  ServedFile(const ServedFile&) = delete;
  ServedFile& operator=(const ServedFile&) = delete;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  // Reads all of `into` from byte `at` on; blocks. Errors: kUnavailable; kCorrupt when the file has
  // become shorter.
  [[nodiscard]] Result<> read(std::uint64_t at, std::span<char> into) const;

  // The answer to a GET or HEAD: 200, 206 or 416 (304 is the server's own).
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  ServedFile(int descriptor, std::string path, std::string content_type, Pool& pool);
  [[nodiscard]] Task<Result<>> read_on_pool(std::uint64_t at, std::span<char> into) const;

  const int descriptor_;
  const std::string path_;
  const std::string content_type_;
  Pool& pool_;
  std::uint64_t bytes_ = 0;
  std::string etag_;
};

// A range of a body of `bytes` bytes.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;  // 0: there is no such range, 416
};
// The one range that a Range field asks for; nullopt for what is to be passed over.
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view field, std::uint64_t bytes);

}  // namespace revier::net
