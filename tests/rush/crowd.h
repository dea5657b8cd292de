// SPDX-License-Identifier: EUPL-1.2
// Many connections from one thread, one a person: opens them all, then lets everybody go at once.
#pragma once
#include <sys/epoll.h>

#include <cstdint>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "person.h"

namespace rush {

struct CrowdOptions {
  std::uint16_t port = 0;     // on 127.0.0.1
  std::int64_t limit_us = 0;  // after that whoever is not done is a fault
  std::uint64_t seed = 0;
};

struct Figures {
  std::vector<double> request_ms;       // each answered request
  std::vector<double> registration_ms;  // from asking for the hold to the ticket, retries included
  std::int64_t opened = 0;              // connections that stood before the first request
  std::int64_t broken = 0;              // connections that ended under way
  std::int64_t busy = 0;                // answers that said: come back (503, 429)
  double seconds = 0;                   // from the first hold to the last ticket
};

class Crowd {
 public:
  Crowd(CrowdOptions options, std::vector<std::unique_ptr<Person>>& persons);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Prints "tickets N" for each hundred.
  Figures run();

 private:
  enum class Phase : std::uint8_t { kClosed, kConnecting, kWaiting, kAsking, kDone };
  struct Line {
    int fd = -1;
    Phase phase = Phase::kClosed;
    bool once_open = false;
    std::string out;
    std::string in;
    std::int64_t sent_us = 0;
    std::int64_t hold_us = 0;  // first ask for the hold that the ticket came from
  };
  struct Wake {
    std::int64_t at_us;
    std::size_t index;
    bool operator>(const Wake& other) const { return at_us > other.at_us; }
  };

  void open(std::size_t index);
  void close(std::size_t index);
  void on_event(std::size_t index, std::uint32_t events);
  void connected(std::size_t index);
  void ask(std::size_t index);
  void write(std::size_t index);
  void read(std::size_t index);
  void answered(std::size_t index, const Answer& answer);
  void broken(std::size_t index);
  void pause(std::size_t index, std::int64_t least_us, std::int64_t most_us);
  void wake_due(std::int64_t now_us);
  void start_when_all_stand();
  void finish(std::size_t index);
  void watch(std::size_t index, std::uint32_t events);

  const CrowdOptions options_;
  std::vector<std::unique_ptr<Person>>& persons_;
  std::vector<Line> lines_;
  std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
  std::mt19937_64 random_;
  Figures figures_;
  int epoll_ = -1;
  bool started_ = false;
  std::size_t done_ = 0;
  std::int64_t tickets_ = 0;
  std::int64_t first_hold_us_ = 0;
  std::int64_t last_ticket_us_ = 0;
};

}  // namespace rush
