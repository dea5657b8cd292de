// SPDX-License-Identifier: EUPL-1.2
#include "app/child.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include <fmt/format.h>

namespace revier::app {

Result<Child> Child::start(const std::vector<std::string>& arguments) {
  std::vector<std::string> owned{"revier"};
  owned.insert(owned.end(), arguments.begin(), arguments.end());
  std::vector<char*> values;
  values.reserve(owned.size() + 1);
  for (std::string& argument : owned) values.push_back(argument.data());
  values.push_back(nullptr);
  // Not our sockets and files: whoever holds the listening socket takes connections.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t process = 0;
  const int error =
      posix_spawn(&process, "/proc/self/exe", &actions, nullptr, values.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(Code::kUnavailable, fmt::format("no process: {}", std::strerror(error)));
  }
  return Child(process);
}

Child::Child(Child&& other) noexcept : process_(std::exchange(other.process_, 0)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    stop();
    process_ = std::exchange(other.process_, 0);
  }
  return *this;
}

Child::~Child() { stop(); }

bool Child::ended() {
  if (process_ != 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
  return process_ == 0;
}

void Child::stop() {
  if (ended()) return;
  ::kill(process_, SIGTERM);
  for (int n = 0; n < 100 && !ended(); ++n) {
    const timespec pause{.tv_sec = 0, .tv_nsec = 20'000'000};
    ::nanosleep(&pause, nullptr);
  }
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void end_with_parent() {
  const pid_t parent = ::getppid();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::raise(SIGTERM);  // it died before we asked
}

}  // namespace revier::app
