// SPDX-License-Identifier: EUPL-1.2
// A port of 127.0.0.1 that nobody listens on, for programs that tests start.
#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace revier::net::test {

inline int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  (void)::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size);
  (void)::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(descriptor);
  return ntohs(address.sin_port);
}

}  // namespace revier::net::test
