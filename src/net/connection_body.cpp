// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/chunked.h"
#include "net/detail/connection.h"

namespace revier::net::detail {
namespace {

// Memory follows what has come, not what was announced.
constexpr std::size_t kBodyStepBytes = std::size_t{16} << 10;
constexpr std::size_t kBodyWithoutRouteBytesMax = std::size_t{64} << 10;

}  // namespace

// Slower clients than the least rate run into the deadline; each byte moves it on.
void Connection::body_came(std::size_t bytes) {
  const ServerOptions& options = server_.options;
  body_read_bytes_ += bytes;
  const std::int64_t rate = std::max<std::int64_t>(options.body_bytes_per_second_min, 1);
  deadline_us_ = body_start_us_ + options.head_timeout_ms * 1'000 +
                 static_cast<std::int64_t>(body_read_bytes_) * 1'000'000 / rate;
}

Task<Result<bool>> Connection::read_body() {
  set_phase(Phase::kBody, server_.options.head_timeout_ms);
  body_start_us_ = monotonic_us();
  body_read_bytes_ = 0;
  if (parser_.head().chunked) return read_chunked_body();
  return read_sized_body();
}

Task<Result<bool>> Connection::ask_for_body() {
  if (!parser_.head().expects_continue) co_return true;
  if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n", {})) co_return false;
  phase_ = Phase::kBody;
  body_came(0);
  co_return true;
}

Task<Result<bool>> Connection::read_sized_body() {
  const std::size_t length = parser_.head().content_length;
  // With a route its own limit was looked at (find_route).
  if (route_ == nullptr && length > kBodyWithoutRouteBytesMax) {
    co_return fail(Code::kTooLarge,
                   fmt::format("the body is larger than {} bytes", kBodyWithoutRouteBytesMax));
  }
  const std::string_view here = unread().substr(0, length);
  begin_ += here.size();
  if (here.size() == length) {
    request_.body = here;
    co_return true;
  }
  if (here.empty()) {
    const Result<bool> asked = co_await ask_for_body();
    if (!asked || !*asked) co_return asked;
  }
  body_.assign(here);
  std::size_t filled = here.size();
  while (filled < length) {
    if (filled == body_.size()) {
      body_.resize(std::min(length, filled + std::max(filled, kBodyStepBytes)));
    }
    const auto outcome = co_await read({body_.data() + filled, body_.size() - filled});
    if (!outcome.ok) co_return read_failed();
    filled += outcome.bytes;
    body_came(outcome.bytes);
  }
  request_.body = body_;
  co_return true;
}

Task<Result<bool>> Connection::read_chunked_body() {
  ChunkDecoder decoder(route_ != nullptr ? route_->options.body_bytes_max
                                         : kBodyWithoutRouteBytesMax);
  body_.clear();
  std::string_view here = unread();
  Result<bool> whole = here.empty() ? co_await ask_for_body() : Result<bool>(true);
  if (!whole || !*whole) co_return whole;
  whole = decoder.feed(here, body_);
  begin_ = end_ - here.size();
  while (whole && !*whole) {
    leftover_.resize(kBodyStepBytes);
    const auto outcome = co_await read(leftover_);
    if (!outcome.ok) {
      leftover_.clear();
      co_return read_failed();
    }
    body_came(outcome.bytes);
    here = std::string_view(leftover_).substr(0, outcome.bytes);
    whole = decoder.feed(here, body_);
    if (whole && *whole) leftover_.assign(std::string(here));
  }
  request_.body = body_;
  co_return whole;
}

}  // namespace revier::net::detail
