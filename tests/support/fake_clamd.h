// SPDX-License-Identifier: EUPL-1.2
// A clamd that answers once what a test says, however wrong.
#pragma once
#include <algorithm>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/test_records.h"

namespace revier::tests {

// Takes one connection, reads to the end of the stream, answers `reply` and hangs up.
class FakeClamd {
 public:
  FakeClamd(std::string reply, bool reads) : reply_(std::move(reply)), reads_(reads) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path(), address.sun_path);
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeClamd() {
    (void)seen();
    close(listener_);
  }
  FakeClamd(const FakeClamd&) = delete;
  FakeClamd& operator=(const FakeClamd&) = delete;
  [[nodiscard]] std::string path() const { return folder_.file("clamd"); }
  // What it was sent; waits until it has answered.
  [[nodiscard]] const std::string& seen() {
    if (thread_.joinable()) thread_.join();
    return seen_;
  }

 private:
  void serve() {
    const int client = accept(listener_, nullptr, nullptr);
    std::string part(4'096, '\0');
    while (reads_ && !seen_.ends_with(std::string(4, '\0'))) {
      const ssize_t got = recv(client, part.data(), part.size(), 0);
      if (got <= 0) break;
      seen_.append(part.data(), static_cast<std::size_t>(got));
    }
    send(client, reply_.data(), reply_.size(), MSG_NOSIGNAL);
    close(client);
  }

  const TempDir folder_;
  std::string seen_;
  const std::string reply_;
  const bool reads_;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace revier::tests
