// SPDX-License-Identifier: EUPL-1.2
// The least a server can do: one epoll loop, one thread, that reads what came and answers each
// empty line with the same bytes. Nothing is parsed, checked, timed or counted. What a real server
// costs is told as a ratio to this one.
//
//   epoll_ceiling PORT BODY_BYTES      prints "ready" when it listens
//   epoll_ceiling PORT @FILE           answers with the file's bytes, head and body
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace {

constexpr int kEventsMax = 256;

int listen_on(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(descriptor, 1'024) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  return descriptor;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void accept_all(int epoll, int listener) {
  for (;;) {
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (client < 0) return;
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(epoll, client);
  }
}

// Requests are small and come whole; several at once where they are pipelined.
void answer(int client, const std::string& bytes) {
  char buffer[16'384];
  const ssize_t got = ::recv(client, buffer, sizeof(buffer), 0);
  if (got <= 0) {
    ::close(client);
    return;
  }
  std::string_view read(buffer, static_cast<std::size_t>(got));
  for (std::size_t at = read.find("\r\n\r\n"); at != std::string_view::npos;
       at = read.find("\r\n\r\n")) {
    (void)::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    read.remove_prefix(at + 4);
  }
}

std::string answer_bytes(const std::string& what) {
  if (what.starts_with('@')) {
    std::ifstream in(what.substr(1), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const std::string body(std::strtoul(what.c_str(), nullptr, 10), 'x');
  return fmt::format(
      "HTTP/1.1 200 OK\r\nDate: Mon, 20 Jan 2025 08:00:00 GMT\r\nContent-Type: text/plain\r\n"
      "X-Content-Type-Options: nosniff\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(words[1])));
  const std::string bytes = answer_bytes(words[2]);
  const int epoll = ::epoll_create1(0);
  watch(epoll, listener);
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    epoll_event events[kEventsMax];
    const int ready = ::epoll_wait(epoll, events, kEventsMax, -1);
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.fd == listener) {
        accept_all(epoll, listener);
      } else {
        answer(events[i].data.fd, bytes);
      }
    }
  }
}
