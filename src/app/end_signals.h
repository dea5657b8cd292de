// SPDX-License-Identifier: EUPL-1.2
// SIGTERM and SIGINT, kept from every thread that starts later and asked for by one.
#pragma once
#include <csignal>
#include <cstdint>
#include <ctime>

namespace revier::app {

class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  // Waits at most that long; true when one came.
  [[nodiscard]] bool wait(std::int64_t seconds) const {
    const timespec time{.tv_sec = seconds, .tv_nsec = 0};
    return sigtimedwait(&set_, nullptr, &time) > 0;
  }

 private:
  sigset_t set_{};
};

}  // namespace revier::app
