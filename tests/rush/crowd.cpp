// SPDX-License-Identifier: EUPL-1.2
#include "crowd.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>

namespace rush {
namespace {

constexpr std::int64_t kMs = 1000;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 || errno == EINPROGRESS) {
    return fd;
  }
  ::close(fd);
  return -1;
}

bool is_connected(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

Crowd::Crowd(CrowdOptions options, std::vector<std::unique_ptr<Person>>& persons)
    : options_(options),
      persons_(persons),
      lines_(persons.size()),
      random_(options.seed),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Crowd::~Crowd() {
  for (std::size_t index = 0; index < lines_.size(); ++index) close(index);
  ::close(epoll_);
}

Figures Crowd::run() {
  const std::int64_t end_us = now_us() + options_.limit_us;
  for (std::size_t index = 0; index < lines_.size(); ++index) open(index);
  epoll_event events[512];
  while (done_ < lines_.size() && now_us() < end_us) {
    const int count = epoll_wait(epoll_, events, 512, 20);
    for (int i = 0; i < count; ++i) on_event(events[i].data.u64, events[i].events);
    wake_due(now_us());
  }
  for (auto& person : persons_) {
    if (person->done()) continue;
    person->outcome.end = End::kFault;
    person->outcome.fault = "not done in time";
  }
  figures_.seconds = static_cast<double>(last_ticket_us_ - first_hold_us_) / 1e6;
  return figures_;
}

void Crowd::watch(std::size_t index, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, lines_[index].fd, &event);
}

void Crowd::open(std::size_t index) {
  Line& line = lines_[index];
  line.in.clear();
  line.out.clear();
  line.fd = connect_to(options_.port);
  if (line.fd < 0) return broken(index);
  line.phase = Phase::kConnecting;
  epoll_event event{.events = EPOLLOUT, .data = {.u64 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, line.fd, &event);
}

void Crowd::close(std::size_t index) {
  Line& line = lines_[index];
  if (line.fd >= 0) ::close(line.fd);
  line.fd = -1;
  line.phase = Phase::kClosed;
}

void Crowd::on_event(std::size_t index, std::uint32_t events) {
  Line& line = lines_[index];
  if (line.fd < 0) return;
  if (line.phase == Phase::kConnecting) return connected(index);
  if (events & EPOLLOUT) write(index);
  if (line.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(index);
}

void Crowd::connected(std::size_t index) {
  if (!is_connected(lines_[index].fd)) return broken(index);
  lines_[index].phase = Phase::kWaiting;
  watch(index, EPOLLIN);
  if (started_) return ask(index);
  if (!lines_[index].once_open) ++figures_.opened;
  lines_[index].once_open = true;
  start_when_all_stand();
}

void Crowd::start_when_all_stand() {
  if (figures_.opened < static_cast<std::int64_t>(lines_.size())) return;
  started_ = true;
  for (std::size_t index = 0; index < lines_.size(); ++index) {
    if (lines_[index].phase == Phase::kWaiting) ask(index);
  }
}

void Crowd::ask(std::size_t index) {
  Line& line = lines_[index];
  const Person& person = *persons_[index];
  line.phase = Phase::kAsking;
  line.out = person.request();
  line.sent_us = now_us();
  if (person.holds()) {
    if (line.hold_us == 0) line.hold_us = line.sent_us;
    if (first_hold_us_ == 0) first_hold_us_ = line.sent_us;
  }
  write(index);
}

void Crowd::write(std::size_t index) {
  Line& line = lines_[index];
  while (!line.out.empty()) {
    const ssize_t sent = send(line.fd, line.out.data(), line.out.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) return watch(index, EPOLLIN | EPOLLOUT);
      return broken(index);
    }
    line.out.erase(0, static_cast<std::size_t>(sent));
  }
  watch(index, EPOLLIN);
}

void Crowd::read(std::size_t index) {
  Line& line = lines_[index];
  char bytes[32 * 1024];
  for (;;) {
    const ssize_t got = recv(line.fd, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) return broken(index);
    line.in.append(bytes, static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < sizeof bytes) break;
  }
  Answer answer;
  const Reading reading = read_answer(line.in, answer);
  if (reading == Reading::kBroken) return broken(index);
  if (reading == Reading::kWhole) answered(index, answer);
}

void Crowd::answered(std::size_t index, const Answer& answer) {
  Line& line = lines_[index];
  Person& person = *persons_[index];
  line.phase = Phase::kWaiting;
  const std::int64_t now = now_us();
  figures_.request_ms.push_back(static_cast<double>(now - line.sent_us) / 1e3);
  if (answer.status == 503 || answer.status == 429) {
    ++figures_.busy;
    if (answer.close) close(index);
    const std::int64_t wait_us = std::max(answer.retry_after_s, 1) * 1000 * kMs;
    return pause(index, wait_us / 4, wait_us);
  }
  const bool registers = person.registers();
  const int ended = person.outcome.ended_holds;
  person.take(answer);
  if (person.outcome.ended_holds > ended) line.hold_us = 0;
  if (registers && !person.outcome.link.empty() && line.hold_us != 0) {
    figures_.registration_ms.push_back(static_cast<double>(now - line.hold_us) / 1e3);
    line.hold_us = 0;
    last_ticket_us_ = now;
    if (++tickets_ % 100 == 0) {
      std::printf("tickets %lld\n", static_cast<long long>(tickets_));
      std::fflush(stdout);
    }
  }
  if (person.done()) return finish(index);
  if (answer.close) {
    close(index);
    return open(index);
  }
  ask(index);
}

void Crowd::finish(std::size_t index) {
  close(index);
  lines_[index].phase = Phase::kDone;
  ++done_;
}

void Crowd::broken(std::size_t index) {
  if (lines_[index].phase == Phase::kAsking) ++figures_.broken;
  close(index);
  pause(index, 100 * kMs, 400 * kMs);
}

void Crowd::pause(std::size_t index, std::int64_t least_us, std::int64_t most_us) {
  std::uniform_int_distribution<std::int64_t> wait(least_us, most_us);
  wakes_.push({now_us() + wait(random_), index});
}

void Crowd::wake_due(std::int64_t now) {
  while (!wakes_.empty() && wakes_.top().at_us <= now) {
    const std::size_t index = wakes_.top().index;
    wakes_.pop();
    const Phase phase = lines_[index].phase;
    if (phase == Phase::kClosed) open(index);
    if (phase == Phase::kWaiting && started_) ask(index);
  }
}

}  // namespace rush
