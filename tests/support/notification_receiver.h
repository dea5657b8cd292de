// SPDX-License-Identifier: EUPL-1.2
// A receiver of notifications for tests, over real HTTP.
#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "json/json.h"
#include "net/server.h"
#include "support/context_world.h"

namespace revier::subscription::test {

// Takes notifications; answers what it is told to.
class Receiver {
 public:
  struct Taken {
    std::string body;
    std::string link;
    std::string attempt;
    std::string content_type;
  };

  Receiver() {
    router_.add(net::Method::kPost, "/notify", [this](net::Request& request) {
      const std::lock_guard lock(mutex_);
      taken_.push_back({std::string(request.body), text(request, "Link"),
                        text(request, "Revier-Attempt"), text(request, "Content-Type")});
      changed_.notify_all();
      const int status = statuses_.empty() ? 200 : statuses_.front();
      if (!statuses_.empty()) statuses_.erase(statuses_.begin());
      return net::Response::empty(status);
    });
    net::ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.threads = 1;
    options.access_log = false;
    server_ = context::test::must(net::Server::open(options, router_, clock_));
    server_->start();
  }
  ~Receiver() { server_->stop(); }

  std::string url() const { return "http://" + server_->address() + "/notify"; }
  void answer(std::vector<int> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_ = std::move(statuses);
  }
  // The first `number` that came; fewer when nothing comes for ten seconds.
  std::vector<Taken> wait(std::size_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return taken_.size() >= number; });
    return taken_;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return taken_.size();
  }

 private:
  static std::string text(const net::Request& request, std::string_view name) {
    return std::string(request.header(name).value_or(""));
  }

  net::Router router_;
  ManualClock clock_{{}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> statuses_;
  std::vector<Taken> taken_;
  std::unique_ptr<net::Server> server_;
};

inline std::string member(const std::string& body, std::string_view name) {
  const json::Document document = context::test::must(json::Document::parse(body));
  const auto value = document.root().find(name);
  return value ? std::string(value->as_string().value_or("")) : std::string();
}

}  // namespace revier::subscription::test
