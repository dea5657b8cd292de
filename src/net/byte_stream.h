// SPDX-License-Identifier: EUPL-1.2
// A blocking connection to a service beside us: a unix socket or TCP, with a time limit for each
// step. For protocols of a few bytes, on a thread that may block.
//
// Thread safety: one thread at a time.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace revier::net {

class ByteStream {
 public:
  // `address` is a path ("/run/clamav/clamd.ctl") or "HOST:PORT". Errors of all: kUnavailable.
  [[nodiscard]] static Result<ByteStream> connect(const std::string& address, Duration timeout);
  ~ByteStream();
  ByteStream(ByteStream&& other) noexcept;
  ByteStream& operator=(ByteStream&&) = delete;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  [[nodiscard]] Result<> send(std::string_view bytes);
  // What comes before `end`, which is taken too; more than `bytes_max` is an error.
  [[nodiscard]] Result<std::string> read_until(char end, std::size_t bytes_max);

 private:
  explicit ByteStream(int handle) : handle_(handle) {}
  int handle_;
};

}  // namespace revier::net
