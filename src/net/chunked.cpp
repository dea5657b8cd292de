// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/chunked.h"

#include "base/ascii.h"
#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

constexpr std::size_t kOverheadBytesMax = 8 * 1024;
constexpr std::size_t kSizeDigitsMax = 15;

bool is_text(char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; }

tl::unexpected<Error> broken() {
  return fail(Code::kInvalidRequest, "the chunks of the body are not valid");
}

}  // namespace

Result<bool> ChunkDecoder::feed(std::string_view& in, std::string& body) {
  while (!in.empty() && state_ != State::kDone) {
    if (state_ == State::kData) {
      const std::size_t bytes = std::min(size_bytes_, in.size());
      body.append(in.substr(0, bytes));
      in.remove_prefix(bytes);
      size_bytes_ -= bytes;
      if (size_bytes_ == 0) state_ = State::kDataCr;
    } else {
      RV_TRY(take(in.front()));
      in.remove_prefix(1);
    }
  }
  return state_ == State::kDone;
}

Result<> ChunkDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) return broken();
  state_ = next;
  return {};
}

Result<> ChunkDecoder::take(char c) {
  switch (state_) {
    case State::kSizeStart:
    case State::kSize:
      return take_size(c);
    case State::kExtension:
      if (c == '\r') return expect(c, '\r', State::kSizeEnd);
      return is_text(c) && ++overhead_bytes_ <= kOverheadBytesMax ? Result<>() : broken();
    case State::kSizeEnd:
      return expect(c, '\n', size_bytes_ == 0 ? State::kTrailerStart : State::kData);
    case State::kDataCr:
      return expect(c, '\r', State::kDataLf);
    case State::kDataLf:
      size_digits_ = 0;
      return expect(c, '\n', State::kSizeStart);
    case State::kTrailerStart:
    case State::kTrailer:
    case State::kTrailerEnd:
      return take_trailer(c);
    case State::kLast:
      return expect(c, '\n', State::kDone);
    default:
      return broken();
  }
}

Result<> ChunkDecoder::take_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (++size_digits_ > kSizeDigitsMax) return broken();
    size_bytes_ = size_bytes_ * 16 + static_cast<std::size_t>(digit);
    state_ = State::kSize;
    return {};
  }
  if (state_ == State::kSizeStart || (c != '\r' && c != ';')) return broken();
  if (size_bytes_ > body_bytes_max_ - total_bytes_) {
    return fail(Code::kTooLarge, fmt::format("the body is larger than {} bytes", body_bytes_max_));
  }
  total_bytes_ += size_bytes_;
  state_ = c == ';' ? State::kExtension : State::kSizeEnd;
  return {};
}

Result<> ChunkDecoder::take_trailer(char c) {
  if (state_ == State::kTrailerEnd) return expect(c, '\n', State::kTrailerStart);
  if (c == '\r') {
    state_ = state_ == State::kTrailerStart ? State::kLast : State::kTrailerEnd;
    return {};
  }
  if (!is_text(c) || ++overhead_bytes_ > kOverheadBytesMax) return broken();
  state_ = State::kTrailer;
  return {};
}

}  // namespace revier::net::detail
