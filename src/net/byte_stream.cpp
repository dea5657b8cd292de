// SPDX-License-Identifier: EUPL-1.2
#include "net/byte_stream.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include <fmt/format.h>

namespace revier::net {
namespace {

tl::unexpected<Error> no_stream(std::string what) {
  return fail(Code::kUnavailable, std::move(what));
}

int timed_socket(int family, Duration timeout) {
  const int handle = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval wait{.tv_sec = timeout.us / 1'000'000, .tv_usec = timeout.us % 1'000'000};
  setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  return handle;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// A connected socket, or -1.
int connect_path(const std::string& path, Duration timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::ranges::copy(path, address.sun_path);
  const int handle = timed_socket(AF_UNIX, timeout);
  if (handle < 0) return -1;
  if (::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return handle;
  }
  ::close(handle);
  return -1;
}

int connect_host(const std::string& host, const std::string& port, Duration timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    const int handle = timed_socket(one->ai_family, timeout);
    if (handle < 0) continue;
    if (::connect(handle, one->ai_addr, one->ai_addrlen) == 0) return handle;
    ::close(handle);
  }
  return -1;
}

}  // namespace

Result<ByteStream> ByteStream::connect(const std::string& address, Duration timeout) {
  const std::size_t colon = address.rfind(':');
  int handle = -1;
  if (address.starts_with('/')) {
    handle = connect_path(address, timeout);
  } else if (colon != std::string::npos) {
    handle = connect_host(address.substr(0, colon), address.substr(colon + 1), timeout);
  }
  if (handle < 0) return no_stream("cannot connect to " + address);
  return ByteStream(handle);
}

ByteStream::~ByteStream() {
  if (handle_ >= 0) ::close(handle_);
}

ByteStream::ByteStream(ByteStream&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

Result<> ByteStream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return no_stream("the connection broke while sending");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> ByteStream::read_until(char end, std::size_t bytes_max) {
  std::string text;
  std::array<char, 512> part{};
  while (text.size() <= bytes_max) {
    const ssize_t got = ::recv(handle_, part.data(), part.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return no_stream("no answer");
    text.append(part.data(), static_cast<std::size_t>(got));
    if (const std::size_t at = text.find(end); at != std::string::npos) return text.substr(0, at);
  }
  return no_stream("an answer without an end");
}

}  // namespace revier::net
