// SPDX-License-Identifier: EUPL-1.2
// Body in chunks (RFC 9112, 7.1), strictly: CRLF only, no space around sizes, extensions and
// trailer fields bounded and passed over.
//
// Thread safety: by one thread at a time.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::net::detail {

class ChunkDecoder {
 public:
  explicit ChunkDecoder(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Takes from the front of `in` and appends to `body`. True at the end of the message; what is
  // left of `in` is the next one's. Errors: kInvalidRequest, kTooLarge.
  [[nodiscard]] Result<bool> feed(std::string_view& in, std::string& body);

 private:
  enum class State : std::uint8_t {
    kSizeStart,
    kSize,
    kExtension,
    kSizeEnd,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailer,
    kTrailerEnd,
    kLast,
    kDone,
  };
  [[nodiscard]] Result<> take(char c);
  [[nodiscard]] Result<> take_size(char c);
  [[nodiscard]] Result<> take_trailer(char c);
  [[nodiscard]] Result<> expect(char c, char wanted, State next);

  std::size_t body_bytes_max_;
  std::size_t total_bytes_ = 0;  // of all chunks announced so far
  std::size_t size_bytes_ = 0;   // left of the present chunk
  std::size_t size_digits_ = 0;
  std::size_t overhead_bytes_ = 0;  // of extensions and trailer fields
  State state_ = State::kSizeStart;
};

}  // namespace revier::net::detail
