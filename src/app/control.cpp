// SPDX-License-Identifier: EUPL-1.2
#include "app/control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace revier::app {
namespace {

constexpr std::size_t kLineBytesMax = std::size_t{1} << 20;
constexpr int kPollMs = 200;
constexpr int kReadSeconds = 5;

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool good() const { return number_ >= 0; }

 private:
  int number_;
};

tl::unexpected<Error> socket_fault(const std::string& what) {
  return fail(Code::kUnavailable, fmt::format("{}: {}", what, std::strerror(errno)));
}

// The address of FOLDER/control. A socket's path has 107 bytes at most: it goes by the folder's
// descriptor, however long the folder's own path is.
class Address {
 public:
  explicit Address(const std::string& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    address_.sun_family = AF_UNIX;
    const std::string path = fmt::format("/proc/self/fd/{}/control", folder_.number());
    std::copy(path.begin(), path.end(), address_.sun_path);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] const char* path() const { return address_.sun_path; }
  static constexpr socklen_t kSize = sizeof(sockaddr_un);

 private:
  Socket folder_;
  sockaddr_un address_{};
};

// False when the other side is gone or silent.
bool send_line(const Socket& socket, std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Lines of one connection.
class Lines {
 public:
  explicit Lines(const Socket& socket) : socket_(socket) {}
  // nullopt at the end, after a time-out, or for a line that is too long.
  std::optional<std::string> next() {
    while (true) {
      const std::size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      std::array<char, 4096> part;
      const ssize_t got = ::recv(socket_.number(), part.data(), part.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0 || buffer_.size() > kLineBytesMax) return std::nullopt;
      buffer_.append(part.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  const Socket& socket_;
  std::string buffer_;
};

std::string one_member(std::string_view name, std::string_view text) {
  std::string line;
  json::Writer(line).begin_object().member(name, text).end_object();
  return line;
}

std::string error_line(const Error& error) {
  std::string line;
  json::Writer(line)
      .begin_object()
      .member("error", error.message)
      .member("code", static_cast<std::int64_t>(error.code))
      .end_object();
  return line;
}

bool may_ask(const Socket& client) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(client.number(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == 0 || who.uid == ::geteuid();
}

class Listening final : public Control {
 public:
  Listening(Socket socket, Handle handle)
      : socket_(std::move(socket)), handle_(std::move(handle)), thread_([this] { work(); }) {}
  ~Listening() override {
    stopping_.store(true);
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  void work() {
    while (!stopping_.load()) {
      pollfd waits{.fd = socket_.number(), .events = POLLIN, .revents = 0};
      if (::poll(&waits, 1, kPollMs) <= 0) continue;
      const Socket client(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.good() && may_ask(client)) serve(client);
    }
  }

  void serve(const Socket& client) {
    const timeval patience{.tv_sec = kReadSeconds, .tv_usec = 0};
    ::setsockopt(client.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(client.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto line = Lines(client).next();
    if (!line) return;
    const auto request = json::Document::parse(*line, {.depth_max = 4});
    // Work goes on when the one who asked is gone: half a backup helps nobody.
    const Say say = [&](std::string_view text) -> Result<> {
      (void)send_line(client, one_member("progress", text));
      if (stopping_.load()) return fail(Code::kUnavailable, "the server ends");
      return {};
    };
    const Result<std::string> answer =
        request ? handle_(request->root(), say) : Result<std::string>(fail(request.error()));
    if (!answer) {
      log_event(Level::kWarn, "control.failed", {{"reason", answer.error().message}});
    }
    (void)send_line(client, answer ? R"({"done":)" + *answer + "}" : error_line(answer.error()));
  }

  const Socket socket_;
  const Handle handle_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Result<std::string> read_answer(const Socket& socket,
                                const std::function<void(std::string_view)>& progress) {
  Lines lines(socket);
  while (const auto line = lines.next()) {
    RV_ASSIGN(const json::Document document, json::Document::parse(*line));
    if (const auto done = document.root().find("done")) return json::to_text(*done);
    if (const auto text = document.root().find("progress")) {
      progress(text->as_string().value_or(""));
      continue;
    }
    const auto code = document.root().find("code");
    return fail(static_cast<Code>(code ? code->as_integer().value_or(0) : 0),
                std::string(document.root().text("error")));
  }
  return fail(Code::kUnavailable, "the server ended before it had answered");
}

}  // namespace

Result<std::unique_ptr<Control>> Control::open(const std::string& folder, Handle handle) {
  const Address address(folder);
  ::unlink(address.path());
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // Nobody connects before listen(), so the mode is right from the first moment.
  if (!socket.good() || ::bind(socket.number(), address.get(), Address::kSize) != 0 ||
      ::chmod(address.path(), 0600) != 0 || ::listen(socket.number(), 4) != 0) {
    return socket_fault(folder + "/control");
  }
  return std::make_unique<Listening>(std::move(socket), std::move(handle));
}

Result<std::string> ask_server(const std::string& folder, const std::string& request,
                               const std::function<void(std::string_view)>& progress) {
  const Address address(folder);
  const Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.good()) return socket_fault("socket");
  if (::connect(socket.number(), address.get(), Address::kSize) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED || errno == EBADF) {
      return fail(Code::kResourceNotFound, fmt::format("no server runs on {}", folder));
    }
    return socket_fault(folder + "/control");
  }
  if (!send_line(socket, request)) return socket_fault(folder + "/control");
  return read_answer(socket, progress);
}

}  // namespace revier::app
