// SPDX-License-Identifier: EUPL-1.2
// A client of raw bytes for tests of an HTTP server: sends exactly what it is told, blocks for the
// answer, gives up after some seconds.
//
// Thread safety: by one thread at a time.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace revier::test {

struct RawAnswer {
  int status = 0;    // 0: the connection ended without an answer
  std::string head;  // with its empty line
  std::string body;
  [[nodiscard]] bool has(std::string_view text) const {
    return head.find(text) != std::string::npos;
  }
  // Value of a field, case of its name as the server writes it; empty where it is missing.
  [[nodiscard]] std::string field(std::string_view name) const {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(start);
    if (at == std::string::npos) return {};
    const std::size_t from = at + start.size();
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

class RawClient {
 public:
  // `address` is "127.0.0.1:8080". `receive_buffer_bytes` > 0 makes a client that reads slowly.
  explicit RawClient(const std::string& address, int receive_buffer_bytes = 0)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (receive_buffer_bytes > 0) {
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof(receive_buffer_bytes));
    }
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~RawClient() { ::close(descriptor_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  RawClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  // Says that nothing follows.
  void end() const { ::shutdown(descriptor_, SHUT_WR); }

  // The next answer. `head_only`: to a HEAD request.
  RawAnswer read(bool head_only = false) {
    RawAnswer answer;
    while (pending_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = take(pending_.find("\r\n\r\n") + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = answer.field("Content-Length");
    if (head_only || length.empty()) return answer;
    const std::size_t bytes = std::stoul(length);
    while (pending_.size() < bytes && receive()) {
    }
    answer.body = take(bytes);
    return answer;
  }
  // All that comes until the other side closes.
  std::string read_to_end() {
    while (receive()) {
    }
    return take(pending_.size());
  }
  // What comes, until it holds `text` or ends.
  std::string read_until(std::string_view text) {
    while (pending_.find(text) == std::string::npos && receive()) {
    }
    const std::size_t at = pending_.find(text);
    return take(at == std::string::npos ? pending_.size() : at + text.size());
  }
  // The other side has closed and nothing was left to read.
  bool at_end() { return pending_.empty() && !receive() && !timed_out_; }

 private:
  bool receive() {
    char bytes[65536];
    const ssize_t got = ::recv(descriptor_, bytes, sizeof(bytes), 0);
    timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (got <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t bytes) {
    std::string out = pending_.substr(0, bytes);
    pending_.erase(0, bytes);
    return out;
  }

  int descriptor_;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string pending_;
};

}  // namespace revier::test
