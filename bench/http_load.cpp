// SPDX-License-Identifier: EUPL-1.2
// Loads an HTTP server on this machine over keep-alive connections, each with one request under
// way, and tells what it cost the server: CPU by /proc/PID/stat.
//
//   http_load PORT PID SECONDS CONNECTIONS PATH [--method=PATCH] [--body=TEXT] [--numbers=N]
//             [--rate=N] [FIELD...]
//
// One line of JSON: requests, requests_per_s, p50_us, p99_us, cpu_us (of the server a request,
// kernel included), errors (answers that are not 2xx). FIELD is a header field "Name: value". {n}
// in path and body becomes a number below N (of seven digits), another one each time. With a rate,
// that many requests a second begin, whatever the server does, and latency counts from when a
// request was due.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/time.h"

namespace {

using revier::monotonic_us;

struct Request {
  std::string method = "GET";
  std::string path;
  std::string fields = "Host: localhost\r\n";
  std::string body;
  std::uint64_t numbers = 0;
  double rate = 0;  // 0: the next when the last is answered
};

struct Client {
  int descriptor = -1;
  std::int64_t sent_us = 0;
  std::string received;
};

struct Figures {
  std::vector<std::int64_t> latencies_us;
  std::size_t errors = 0;
};

// CPU of a process so far, user and system.
double cpu_us(int pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::stringstream text;
  text << in.rdbuf();
  const std::string stat = text.str();
  std::istringstream rest(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  return (user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return descriptor;
}

std::size_t content_length(std::string_view head) {
  static constexpr std::string_view kName = "\r\nContent-Length: ";
  const std::size_t at = head.find(kName);
  return at == std::string_view::npos ? 0
                                      : std::strtoul(head.data() + at + kName.size(), nullptr, 10);
}

// Bytes of the first answer, 0 while it is not whole.
std::size_t answer_bytes(const std::string& received) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::size_t bytes = end + 4 + content_length(std::string_view(received).substr(0, end + 2));
  return received.size() >= bytes ? bytes : 0;
}

std::string with_number(std::string text, std::uint64_t number) {
  const std::string digits = fmt::format("{:07}", number);
  for (auto at = text.find("{n}"); at != std::string::npos; at = text.find("{n}")) {
    text.replace(at, 3, digits);
  }
  return text;
}

class Load {
 public:
  Load(std::uint16_t port, std::size_t connections, const Request& request)
      : epoll_(::epoll_create1(0)), request_(request), clients_(connections) {
    // Ready to be sent, at most 4,096 different ones.
    const std::uint64_t different = std::min<std::uint64_t>(request.numbers, 4'096);
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(different, 1); ++i) {
      texts_.push_back(text_of(i * 7'919'777 % std::max<std::uint64_t>(request.numbers, 1)));
    }
    for (Client& client : clients_) {
      client.descriptor = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &client;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.descriptor, &event);
      if (request.rate > 0) {
        idle_.push_back(&client);
      } else {
        ask(client, monotonic_us());
      }
    }
  }
  ~Load() {
    for (const Client& client : clients_) ::close(client.descriptor);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Figures run(double seconds) {
    Figures figures;
    const std::int64_t start_us = monotonic_us();
    const std::int64_t end_us = start_us + static_cast<std::int64_t>(seconds * 1e6);
    due_us_ = static_cast<double>(start_us);
    while (monotonic_us() < end_us) {
      if (request_.rate > 0) ask_due(static_cast<double>(monotonic_us()));
      epoll_event events[256];
      const int ready = ::epoll_wait(epoll_, events, 256, request_.rate > 0 ? 1 : 100);
      for (int i = 0; i < ready; ++i) take(*static_cast<Client*>(events[i].data.ptr), figures);
    }
    return figures;
  }

 private:
  std::string text_of(std::uint64_t number) const {
    const std::string body = with_number(request_.body, number);
    std::string text = fmt::format("{} {} HTTP/1.1\r\n{}", request_.method,
                                   with_number(request_.path, number), request_.fields);
    if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
    return text + "\r\n" + body;
  }

  void ask(Client& client, std::int64_t due_us) {
    client.sent_us = due_us;
    const std::string& text = texts_[next_++ % texts_.size()];
    (void)::send(client.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
  }

  void ask_due(double now_us) {
    while (due_us_ <= now_us && !idle_.empty()) {
      ask(*idle_.back(), static_cast<std::int64_t>(due_us_));
      idle_.pop_back();
      due_us_ += 1e6 / request_.rate;
    }
  }

  void take(Client& client, Figures& figures) {
    char bytes[65'536];
    const ssize_t got = ::recv(client.descriptor, bytes, sizeof(bytes), 0);
    if (got <= 0) {
      std::fprintf(stderr, "the server ended a connection\n");
      std::exit(1);
    }
    client.received.append(bytes, static_cast<std::size_t>(got));
    const std::size_t whole = answer_bytes(client.received);
    if (whole == 0) return;
    if (client.received[9] != '2') ++figures.errors;
    client.received.erase(0, whole);
    figures.latencies_us.push_back(monotonic_us() - client.sent_us);
    if (request_.rate > 0) return idle_.push_back(&client);
    ask(client, monotonic_us());
  }

  int epoll_;
  const Request request_;
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
  std::vector<Client> clients_;
  std::vector<Client*> idle_;
  double due_us_ = 0;
};

Request read_request(int count, char** words) {
  Request request;
  request.path = words[5];
  for (int i = 6; i < count; ++i) {
    const std::string_view word = words[i];
    const std::string value(word.substr(std::min(word.find('=') + 1, word.size())));
    if (word.starts_with("--method=")) {
      request.method = value;
    } else if (word.starts_with("--body=")) {
      request.body = value;
    } else if (word.starts_with("--numbers=")) {
      request.numbers = std::strtoul(value.c_str(), nullptr, 10);
    } else if (word.starts_with("--rate=")) {
      request.rate = std::atof(value.c_str());
    } else {
      request.fields += fmt::format("{}\r\n", word);
    }
  }
  return request;
}

}  // namespace

int main(int count, char** words) {
  if (count < 6) return 2;
  const int pid = std::atoi(words[2]);
  const double seconds = std::atof(words[3]);
  Load load(static_cast<std::uint16_t>(std::atoi(words[1])), std::strtoul(words[4], nullptr, 10),
            read_request(count, words));
  (void)load.run(seconds / 5);  // to warm up
  const double before_us = cpu_us(pid);
  const std::int64_t start_us = monotonic_us();
  Figures figures = load.run(seconds);
  const double cpu = cpu_us(pid) - before_us;
  const double took_s = static_cast<double>(monotonic_us() - start_us) / 1e6;
  auto& all = figures.latencies_us;
  if (all.empty()) return 1;
  std::sort(all.begin(), all.end());
  const auto requests = static_cast<double>(all.size());
  fmt::print(
      "{{\"requests\": {}, \"requests_per_s\": {:.0f}, \"p50_us\": {}, \"p99_us\": {}, "
      "\"cpu_us\": {:.2f}, \"errors\": {}}}\n",
      all.size(), requests / took_s, all[all.size() / 2], all[all.size() * 99 / 100],
      cpu / requests, figures.errors);
}
